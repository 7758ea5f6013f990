//! A small reader of document types: content models of sequences with `?`, `*` and `+`, text, and attributes. Enough for the
//! reconstructed document types of the requests, which have no choices.

use std::collections::BTreeMap;

#[derive(Debug)]
enum Model {
    Text,
    Sequence(Vec<(String, char)>),
}

#[derive(Debug, Default)]
pub(crate) struct Dtd {
    models: BTreeMap<String, Model>,
    attributes: BTreeMap<String, Vec<(String, String)>>,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    pub(crate) text: String,
}

impl Dtd {
    pub(crate) fn parse(text: &str) -> Self {
        let mut dtd = Self::default();
        for declaration in text.split('<').filter_map(|part| part.split_once('>').map(|(inside, _)| inside)) {
            if let Some(element) = declaration.strip_prefix("!ELEMENT ") {
                let (name, model) = element.split_once(' ').unwrap();
                dtd.models.entry(name.to_owned()).or_insert_with(|| Model::parse(model));
            } else if let Some(list) = declaration.strip_prefix("!ATTLIST ") {
                let (name, rest) = list.split_once(' ').unwrap();
                let (attribute, kind) = rest.split_once(' ').unwrap();
                dtd.attributes.entry(name.to_owned()).or_default().push((attribute.to_owned(), kind.to_owned()));
            }
        }
        dtd
    }

    /// What is wrong with the document, by path.
    pub(crate) fn check(&self, root: &Node) -> Result<(), String> {
        self.check_at(root, &root.name)
    }

    fn check_at(&self, node: &Node, path: &str) -> Result<(), String> {
        for (name, value) in &node.attributes {
            let kinds = self.attributes.get(&node.name).map(Vec::as_slice).unwrap_or_default();
            let Some((_, kind)) = kinds.iter().find(|(attribute, _)| attribute == name) else {
                return Err(format!("{path}@{name} is not declared"));
            };
            let listed = kind.strip_prefix('(').and_then(|kind| kind.split_once(')')).map(|(values, _)| values);
            let fixed = kind.strip_prefix("CDATA \"").and_then(|kind| kind.split_once('"')).map(|(value, _)| value);
            if listed.is_some_and(|values| !values.split('|').any(|allowed| allowed == value))
                || fixed.is_some_and(|fixed| fixed != value)
            {
                return Err(format!("{path}@{name} has another value"));
            }
        }
        match self.models.get(&node.name).ok_or_else(|| format!("{path} is not declared"))? {
            Model::Text if node.children.is_empty() => Ok(()),
            Model::Text => Err(format!("{path} holds elements")),
            Model::Sequence(_) if !node.text.trim().is_empty() => Err(format!("{path} holds text")),
            Model::Sequence(sequence) => {
                let mut children = node.children.iter().map(|child| child.name.as_str()).peekable();
                for (name, occurs) in sequence {
                    let mut count = 0;
                    while children.peek() == Some(&name.as_str()) && (count == 0 || matches!(occurs, '*' | '+')) {
                        children.next();
                        count += 1;
                    }
                    if count == 0 && matches!(occurs, '1' | '+') {
                        return Err(format!("{path}.{name} is missing or out of order"));
                    }
                }
                if let Some(extra) = children.next() {
                    return Err(format!("{path}.{extra} is extra or out of order"));
                }
                node.children.iter().try_for_each(|child| self.check_at(child, &format!("{path}.{}", child.name)))
            }
        }
    }
}

impl Model {
    fn parse(model: &str) -> Self {
        let model = model.trim().trim_start_matches('(').trim_end_matches(')');
        if model == "#PCDATA" {
            return Self::Text;
        }
        let part = |part: &str| {
            let part = part.trim();
            match part.chars().last() {
                Some(occurs @ ('?' | '*' | '+')) => (part.trim_end_matches(occurs).to_owned(), occurs),
                _ => (part.to_owned(), '1'),
            }
        };
        Self::Sequence(model.split(',').map(part).collect())
    }
}

impl Node {
    pub(crate) fn parse(xml: &str) -> Self {
        use quick_xml::events::Event;
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut stack = vec![Self::new("", Vec::new())];
        let attributes = |start: &quick_xml::events::BytesStart<'_>| {
            start
                .attributes()
                .map(|attribute| attribute.unwrap())
                .map(|attribute| (attribute.key.into_inner().to_owned(), attribute.value.into_owned()))
                .collect::<Vec<_>>()
        };
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let attributes = attributes(&start);
                    stack.push(Self::new(start.name().into_inner(), attributes));
                }
                Event::Empty(start) => {
                    let node = Self::new(start.name().into_inner(), attributes(&start));
                    stack.last_mut().unwrap().children.push(node);
                }
                Event::End(_) => {
                    let node = stack.pop().unwrap();
                    stack.last_mut().unwrap().children.push(node);
                }
                Event::Text(text) => stack.last_mut().unwrap().text.push_str(&text.into_inner()),
                Event::GeneralRef(_) => stack.last_mut().unwrap().text.push('&'),
                Event::Eof => return stack.pop().unwrap().children.remove(0),
                other => panic!("a request holds {other:?}"),
            }
        }
    }

    fn new(name: &str, attributes: Vec<(String, String)>) -> Self {
        Self { name: name.to_owned(), attributes, children: Vec::new(), text: String::new() }
    }
}
