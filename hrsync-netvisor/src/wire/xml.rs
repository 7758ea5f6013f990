//! A small pull reader over quick-xml's events, for the vendor's answers.
//!
//! Names match whatever their case, text is trimmed, an empty element is absent, characters that XML does not allow are
//! dropped (the vendor sends references such as `&#x2;` \[client\]), and document types and entities are refused. Text is
//! borrowed from the body until a value has to be changed.

use std::borrow::Cow;
use std::str::FromStr;

use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::envelope::Unreadable;

/// How deep elements may be nested; the deepest documented answer has seven levels.
const MAX_DEPTH: usize = 64;

/// Reads one document. Every element that [`child`](Self::child) hands out is consumed with `child`, [`text`](Self::text) or
/// [`skip`](Self::skip) before the next one is asked for.
pub(crate) struct XmlReader<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

/// The start of an element.
pub(crate) struct Tag<'a> {
    start: BytesStart<'a>,
    empty: bool,
}

impl Tag<'_> {
    /// The element's name as it came.
    pub(crate) fn name(&self) -> &str {
        self.start.name().into_inner()
    }

    /// True when the element has this name, in any case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The attribute of this name, in any case; absent when empty.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self
            .start
            .attributes()
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| attribute.key.into_inner().eq_ignore_ascii_case(name))?;
        filled(trimmed(Cow::Owned(unescaped(&attribute.value))))
    }
}

impl<'a> XmlReader<'a> {
    /// A reader at the start of `body`.
    pub(crate) fn new(body: &'a [u8]) -> Self {
        let mut reader = Reader::from_reader(body);
        reader.config_mut().allow_dangling_amp = true;
        Self { reader, depth: 0 }
    }

    fn event(&mut self) -> Result<Event<'a>, Unreadable> {
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(Unreadable::Entities),
            Ok(event) => Ok(event),
            Err(error) => Err(unreadable(&error)),
        }
    }

    fn enter(&mut self) -> Result<(), Unreadable> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Unreadable::TooDeep) } else { Ok(()) }
    }

    /// The document's outermost element.
    pub(crate) fn root(&mut self) -> Result<Tag<'a>, Unreadable> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    self.enter()?;
                    return Ok(Tag { start, empty: false });
                }
                Event::Empty(start) => return Ok(Tag { start, empty: true }),
                Event::Text(text) if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return Err(Unreadable::Empty),
                _ => return Err(Unreadable::NotXml),
            }
        }
    }

    /// The next element inside `parent`, or `None` when `parent` ends.
    pub(crate) fn child(&mut self, parent: &Tag<'_>) -> Result<Option<Tag<'a>>, Unreadable> {
        if parent.empty {
            return Ok(None);
        }
        loop {
            match self.event()? {
                Event::Start(start) => {
                    self.enter()?;
                    return Ok(Some(Tag { start, empty: false }));
                }
                Event::Empty(start) => return Ok(Some(Tag { start, empty: true })),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(None);
                }
                Event::Eof => return Err(Unreadable::Cut),
                _ => {}
            }
        }
    }

    /// Passes over the rest of `tag`.
    pub(crate) fn skip(&mut self, tag: &Tag<'_>) -> Result<(), Unreadable> {
        if tag.empty {
            return Ok(());
        }
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            match self.event()? {
                Event::Start(_) => self.enter()?,
                Event::End(_) => self.depth = self.depth.saturating_sub(1),
                Event::Eof => return Err(Unreadable::Cut),
                _ => {}
            }
        }
        Ok(())
    }

    /// The text of `tag`, trimmed, without what XML does not allow; elements inside it are passed over.
    pub(crate) fn cow(&mut self, tag: &Tag<'_>) -> Result<Cow<'a, str>, Unreadable> {
        let mut text = Cow::Borrowed("");
        if tag.empty {
            return Ok(text);
        }
        loop {
            match self.event()? {
                Event::Text(piece) => append(&mut text, allowed(piece.into_inner())),
                Event::CData(piece) => append(&mut text, allowed(piece.into_inner())),
                Event::GeneralRef(reference) => match resolved(&reference) {
                    Reference::Character(character) => text.to_mut().push(character),
                    Reference::Dropped => {}
                    Reference::Entity => return Err(Unreadable::Entities),
                },
                Event::Start(start) => {
                    self.enter()?;
                    self.skip(&Tag { start, empty: false })?;
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(trimmed(text));
                }
                Event::Eof => return Err(Unreadable::Cut),
                _ => {}
            }
        }
    }

    /// The text of `tag`, absent when empty.
    pub(crate) fn text(&mut self, tag: &Tag<'_>) -> Result<Option<String>, Unreadable> {
        Ok(filled(self.cow(tag)?))
    }

    /// The text of `tag` as a `T`; `None` when it is empty or no `T`.
    pub(crate) fn parsed<T: FromStr>(&mut self, tag: &Tag<'_>) -> Result<Option<T>, Unreadable> {
        Ok(self.cow(tag)?.parse().ok())
    }
}

/// The body as UTF-8. It is copied only when its declaration names one of the Latin encodings.
pub(crate) fn utf8(body: &[u8]) -> Cow<'_, [u8]> {
    let head = body.get(..body.len().min(128)).unwrap_or_default();
    if !head.starts_with(b"<?xml") {
        return Cow::Borrowed(body);
    }
    let declaration = String::from_utf8_lossy(head.split(|&b| b == b'>').next().unwrap_or_default());
    let declaration = declaration.to_ascii_lowercase();
    let encoding = [("iso-8859-15", encoding_rs::ISO_8859_15), ("iso-8859-1", encoding_rs::WINDOWS_1252)]
        .into_iter()
        .chain([("windows-1252", encoding_rs::WINDOWS_1252)])
        .find(|(label, _)| declaration.contains(label));
    match encoding {
        Some((_, encoding)) => Cow::Owned(encoding.decode_without_bom_handling(body).0.into_owned().into_bytes()),
        None => Cow::Borrowed(body),
    }
}

/// What quick-xml's error says about the body. Its text is dropped: it may repeat the input.
fn unreadable(error: &quick_xml::Error) -> Unreadable {
    match error {
        quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => Unreadable::NotXml,
        quick_xml::Error::Syntax(_) => Unreadable::Cut,
        quick_xml::Error::Encoding(_) => Unreadable::Encoding,
        _ => Unreadable::NotXml,
    }
}

/// True for the characters that an XML 1.0 document may hold.
pub(crate) fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// `text` without the characters that XML does not allow, and with line ends as XML readers give them.
fn allowed(text: Cow<'_, str>) -> Cow<'_, str> {
    // 0xEF starts the two forbidden characters U+FFFE and U+FFFF (and allowed ones).
    if !text.bytes().any(|byte| byte == 0xEF || (byte < b' ' && byte != b'\t' && byte != b'\n')) {
        return text;
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().filter(|&character| is_allowed(character)).collect())
}

fn append<'a>(text: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if text.is_empty() {
        *text = piece;
    } else {
        text.to_mut().push_str(&piece);
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

fn filled(text: Cow<'_, str>) -> Option<String> {
    if text.is_empty() { None } else { Some(text.into_owned()) }
}

enum Reference {
    Character(char),
    Dropped,
    Entity,
}

/// What `&name;` stands for. A reference to a character that XML does not allow stands for nothing.
fn resolved(name: &str) -> Reference {
    match name {
        "amp" => Reference::Character('&'),
        "lt" => Reference::Character('<'),
        "gt" => Reference::Character('>'),
        "quot" => Reference::Character('"'),
        "apos" => Reference::Character('\''),
        _ => match name.strip_prefix('#') {
            None => Reference::Entity,
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            }
            .ok()
            .and_then(char::from_u32)
            .filter(|&character| is_allowed(character))
            .map_or(Reference::Dropped, Reference::Character),
        },
    }
}

/// An attribute's value with its references resolved; one that cannot be is dropped.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        match after.split_once(';') {
            Some((name, after)) => {
                if let Reference::Character(character) = resolved(name) {
                    text.push(character);
                }
                rest = after;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    allowed(Cow::Owned(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_text(body: &str) -> Result<Option<String>, Unreadable> {
        let mut xml = XmlReader::new(body.as_bytes());
        let root = xml.root()?;
        let tag = xml.child(&root)?.ok_or(Unreadable::Empty)?;
        let text = xml.text(&tag)?;
        assert!(xml.child(&root)?.is_none());
        Ok(text)
    }

    #[test]
    fn text_is_trimmed_and_references_are_resolved() {
        assert_eq!(
            first_text("<r><a>\r\n  Koski &amp; Poika &#xC5;&#228; </a></r>"),
            Ok(Some("Koski & Poika Åä".into()))
        );
        assert_eq!(first_text("<r><a><![CDATA[ 1 < 2 ]]></a></r>"), Ok(Some("1 < 2".into())));
        assert_eq!(first_text("<r><a>R&D</a></r>"), Ok(Some("R&D".into())));
        assert_eq!(first_text("<r><a>rivi 1\r\nrivi 2</a></r>"), Ok(Some("rivi 1\nrivi 2".into())));
        assert_eq!(first_text("<r><a>Mik<b>no</b>ko<!-- no --></a></r>"), Ok(Some("Mikko".into())));
    }

    #[test]
    fn empty_is_absent() {
        for body in
            ["<r><a/></r>", "<r><a></a></r>", "<r><a>  \r\n </a></r>", "<r><a x='1' /></r>", "<r><a>&#x2;</a></r>"]
        {
            assert_eq!(first_text(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn what_xml_does_not_allow_is_dropped() {
        assert_eq!(first_text("<r><a>Mai&#x2;ja&#0;&#xD800;&#xFFFE;&#99999999;</a></r>"), Ok(Some("Maija".into())));
        assert_eq!(first_text("<r><a>Mai\u{2}ja\u{fffe}\u{ff21}</a></r>"), Ok(Some("Maija\u{ff21}".into())));
    }

    #[test]
    fn entities_and_document_types_are_refused() {
        assert_eq!(first_text("<r><a>&nbsp;</a></r>"), Err(Unreadable::Entities));
        assert_eq!(first_text("<!DOCTYPE r [<!ENTITY e 'x'>]><r><a>&e;</a></r>"), Err(Unreadable::Entities));
    }

    #[test]
    fn nesting_is_bounded_and_the_end_is_asked_for() {
        let deep = format!("<r><a>{}{}</a></r>", "<x>".repeat(70), "</x>".repeat(70));
        assert_eq!(first_text(&deep), Err(Unreadable::TooDeep));
        assert_eq!(first_text("<r><a>Mai"), Err(Unreadable::Cut));
        assert_eq!(first_text("<r><a>Maija</a>"), Err(Unreadable::Cut));
        assert_eq!(first_text("<r><a>Maija</b></r>"), Err(Unreadable::NotXml));
    }

    #[test]
    fn attributes_match_in_any_case() {
        let mut xml = XmlReader::new(br#"<r Type=" a&amp;&#x2;b " other=""/>"#);
        let root = xml.root().unwrap();
        assert_eq!(root.attribute("TYPE").as_deref(), Some("a&b"));
        assert_eq!(root.attribute("other"), None);
        assert_eq!(root.attribute("third"), None);
    }

    #[test]
    fn only_a_declared_latin_body_is_decoded() {
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><r>\xc5\xa4</r>";
        assert!(std::str::from_utf8(&utf8(latin)).unwrap().ends_with("<r>Å€</r>"));
        assert!(matches!(utf8("<?xml version=\"1.0\" encoding=\"utf-8\"?><r/>".as_bytes()), Cow::Borrowed(_)));
    }
}
