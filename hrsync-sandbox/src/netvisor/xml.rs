//! A small element tree for requests and a writer for answers.

use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// Deeper documents are refused; the deepest known request has five levels.
const MAX_DEPTH: usize = 32;

/// An element of a request. Names of elements and attributes are in lower case.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of a child: none when it is absent, empty when it is there without content.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Element::value)
    }

    /// The trimmed text.
    pub(crate) fn value(&self) -> &str {
        self.text.trim()
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a request body: UTF-8, or else ISO-8859-15. The message has to start with its root element and to hold neither
/// a declaration nor a document type.
pub(crate) fn parse(body: &[u8]) -> Option<Element> {
    let decoded = match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::ISO_8859_15.decode_without_bom_handling(body).0,
    };
    let mut reader = Reader::from_str(decoded.strip_prefix('\u{feff}').unwrap_or(&decoded));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if root.is_none() && open.len() < MAX_DEPTH => open.push(start(&tag)?),
            Event::Empty(tag) if root.is_none() => close(start(&tag)?, &mut open, &mut root),
            Event::End(_) => {
                let element = open.pop()?;
                close(element, &mut open, &mut root);
            }
            Event::Text(text) => append(&text.xml10_content(), &mut open)?,
            Event::CData(text) => append(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(character) => append(character.encode_utf8(&mut [0; 4]), &mut open)?,
                None => append(resolve_predefined_entity(&reference)?, &mut open)?,
            },
            Event::Comment(_) => {}
            Event::Eof => return if open.is_empty() { root } else { None },
            _ => return None,
        }
    }
}

fn start(tag: &BytesStart<'_>) -> Option<Element> {
    let mut element = Element { name: tag.name().0.to_ascii_lowercase(), ..Element::default() };
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok().filter(|value| is_legal(value))?;
        element.attributes.push((attribute.key.0.to_ascii_lowercase(), value.into_owned()));
    }
    Some(element)
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

/// Whether XML allows all the characters, also by reference.
fn is_legal(text: &str) -> bool {
    text.chars().all(|character| match character {
        '\t' | '\n' | '\r' => true,
        other => other >= ' ' && !matches!(other, '\u{fffe}' | '\u{ffff}'),
    })
}

/// Adds text to the open element. Outside the root only blanks are allowed.
fn append(text: &str, open: &mut [Element]) -> Option<()> {
    if !is_legal(text) {
        return None;
    }
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

/// Writes an answer as the vendor does: declaration with `standalone`, CRLF, four blanks per level.
pub(crate) struct Writer {
    out: String,
    /// The open elements, each with the length of the text up to its contents.
    open: Vec<(&'static str, usize)>,
}

/// Attributes of a written element.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Writer {
    pub(crate) fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n".into(), open: Vec::new() }
    }

    pub(crate) fn open(&mut self, name: &'static str) {
        self.indent();
        self.tag(name, &[], ">\r\n");
        self.open.push((name, self.out.len()));
    }

    /// Closes the innermost element; one without contents becomes `<name />`.
    pub(crate) fn close(&mut self) {
        let Some((name, contents)) = self.open.pop() else { return };
        if self.out.len() == contents {
            self.out.truncate(contents - ">\r\n".len());
            self.out.push_str(" />\r\n");
        } else {
            self.indent();
            let _infallible = write!(self.out, "</{name}>\r\n");
        }
    }

    /// An element with text, or `<name />` without.
    pub(crate) fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.indent();
        if text.is_empty() {
            self.tag(name, attributes, " />\r\n");
        } else {
            self.tag(name, attributes, ">");
            escape(text, &mut self.out);
            let _infallible = write!(self.out, "</{name}>\r\n");
        }
    }

    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>, end: &str) {
        let _infallible = write!(self.out, "<{name}");
        for (key, value) in attributes {
            let _infallible = write!(self.out, " {key}=\"");
            escape(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push_str(end);
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.out.push_str("    ");
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // An illegal reference, as .NET writes it: the vendor's answers really hold some.
            control if control < ' ' => {
                let _infallible = write!(out, "&#x{:X};", u32::from(control));
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Writer, parse};

    #[test]
    fn reads_any_case_and_both_encodings() {
        let root =
            parse(b"<Root><Name Type=\"a&amp;b\">\xc5ke &amp; &#65;<![CDATA[<]]></Name><!-- x --></Root>\r\n").unwrap();
        let name = root.child("name").unwrap();
        assert_eq!(name.value(), "Åke & A<");
        assert_eq!(name.attribute("type"), Some("a&b"));
        assert_eq!(parse("<root><a>€ä</a></root>".as_bytes()).unwrap().text_of("a"), Some("€ä"));
        assert_eq!(parse(b"<root><a>\xa4</a></root>").unwrap().text_of("a"), Some("€"));
    }

    #[test]
    fn refuses_what_is_no_message() {
        let deep = "<a>".repeat(40) + &"</a>".repeat(40);
        for body in [
            "",
            "  ",
            "text",
            "<root>",
            "<root></rot>",
            "<root/><root/>",
            "<root/>text",
            "<?xml version=\"1.0\"?><root/>",
            "<!DOCTYPE root><root/>",
            "<root>&unknown;</root>",
            "<root>&#x2;</root>",
            "<root>&#xFFFF;</root>",
            "<root a=\"&#x2;\"/>",
            &deep,
        ] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn writes_the_vendors_layout() {
        let mut writer = Writer::new();
        writer.open("Root");
        writer.leaf("a", &[("type", "x")], "1 < 2 & \u{2}");
        writer.leaf("b", &[], "");
        writer.open("c");
        writer.close();
        assert_eq!(
            writer.finish(),
            "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Root>\r\n    <a type=\"x\">1 &lt; 2 &amp; &#x2;</a>\r\n    <b />\r\n    <c />\r\n</Root>\r\n"
        );
    }
}
