//! How requests are declared and written: every record is a table of elements in the order of the vendor's document type,
//! and writing walks the table, so the order cannot be wrong.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use hrsync_core::{Error, ErrorKind, Outcome};
use time::Date;

use super::Resource;
use super::xml::is_allowed;
use crate::VENDOR;

/// What a request says about one element. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Write<T> {
    /// The element is absent: the stored value stays. \[doc\]
    #[default]
    Keep,
    /// The element holds this value.
    Set(T),
    /// The element is there and empty: the stored value is erased. \[doc\]
    Clear,
}

impl<T> Write<T> {
    /// Sets a value from whatever turns into it.
    pub fn set(value: impl Into<T>) -> Self {
        Self::Set(value.into())
    }

    /// True when the element is absent.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T> From<Option<T>> for Write<T> {
    /// `None` keeps; nothing is ever erased by a missing value.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

impl<T> fmt::Debug for Write<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Set(_) => "Set(..)",
            Self::Clear => "Clear",
        })
    }
}

/// An attribute: name and value.
pub type Attribute<'a> = (&'static str, Cow<'a, str>);

/// A value that an element can hold.
pub trait Value {
    /// The text, unescaped.
    fn text(&self) -> Cow<'_, str>;

    /// Attributes that depend on the value; those that never change are in the table of elements.
    fn attributes(&self) -> Vec<Attribute<'_>> {
        Vec::new()
    }
}

impl Value for String {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl Value for u64 {
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// `1` or `0`. \[doc\]
impl Value for bool {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "1" } else { "0" })
    }
}

/// `YYYY-MM-DD`; its elements carry `format="ansi"`. \[doc\]
impl Value for Date {
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{:04}-{:02}-{:02}", self.year(), u8::from(self.month()), self.day()))
    }
}

/// A decimal number, which the vendor writes with a comma. \[doc\]
#[derive(Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// The number with a comma.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decimal(..)")
    }
}

/// The text is not a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct ParseDecimalError;

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Takes a comma or a point.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match unsigned.split_once([',', '.']) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if digits(whole) && fraction.is_none_or(digits) {
            Ok(Self(text.replace('.', ",")))
        } else {
            Err(ParseDecimalError)
        }
    }
}

impl From<u32> for Decimal {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}

impl Value for Decimal {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

/// How often an element occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occurs {
    /// Once.
    Once,
    /// Documented as mandatory, and left out by clients that have no value. \[doc, client\]
    Expected,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Many,
}

/// One element of a record: a row of the tables that requests are written from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Element {
    /// Name.
    pub name: &'static str,
    /// How often it occurs.
    pub occurs: Occurs,
    /// The most characters it may hold.
    pub max: Option<usize>,
    /// Attributes that it always has.
    pub attributes: &'static [(&'static str, &'static str)],
    /// The element around the repeated ones.
    pub wrapper: Option<&'static str>,
}

impl Element {
    pub(crate) const fn new(name: &'static str, occurs: Occurs) -> Self {
        Self { name, occurs, max: None, attributes: &[], wrapper: None }
    }

    pub(crate) const fn once(name: &'static str) -> Self {
        Self::new(name, Occurs::Once)
    }

    pub(crate) const fn expected(name: &'static str) -> Self {
        Self::new(name, Occurs::Expected)
    }

    pub(crate) const fn optional(name: &'static str) -> Self {
        Self::new(name, Occurs::Optional)
    }

    pub(crate) const fn many(name: &'static str) -> Self {
        Self::new(name, Occurs::Many)
    }

    pub(crate) const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    pub(crate) const fn with(mut self, attributes: &'static [(&'static str, &'static str)]) -> Self {
        self.attributes = attributes;
        self
    }

    pub(crate) const fn within(mut self, wrapper: &'static str) -> Self {
        self.wrapper = Some(wrapper);
        self
    }
}

/// Why a value cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteReason {
    /// The vendor documents it as mandatory.
    Missing,
    /// The vendor documents it as mandatory, so it cannot be erased.
    CannotClear,
    /// It is set to nothing; to erase a value, say so.
    Blank,
    /// It is longer than the vendor takes.
    TooLong {
        /// The most characters.
        max: usize,
    },
    /// This element has to be sent with it.
    Needs(&'static str),
    /// This element must not be sent with it.
    Excludes(&'static str),
    /// The resource does not take it.
    NotHere,
    /// The request changes nothing.
    NothingToWrite,
}

/// A value that cannot be sent. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteProblem {
    /// The element, as in `employeebaseinformation.firstname`.
    pub path: String,
    /// Why.
    pub reason: WriteReason,
}

impl fmt::Display for WriteReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::CannotClear => f.write_str("cannot be erased"),
            Self::Blank => f.write_str("is set to nothing"),
            Self::TooLong { max } => write!(f, "is longer than {max} characters"),
            Self::Needs(other) => write!(f, "needs {other} with it"),
            Self::Excludes(other) => write!(f, "cannot go with {other}"),
            Self::NotHere => f.write_str("cannot be written here"),
            Self::NothingToWrite => f.write_str("holds no change"),
        }
    }
}

impl fmt::Display for WriteProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.reason)
    }
}

/// The error of a request that cannot be sent, if there is any problem.
pub(crate) fn refuse(resource: Resource, problems: &[WriteProblem]) -> hrsync_core::Result<()> {
    let Some(first) = problems.first() else { return Ok(()) };
    let message = match problems.len() {
        1 => first.to_string(),
        more => format!("{first}, and {} more", more - 1),
    };
    let error = Error::new(ErrorKind::InvalidData, message)
        .with_vendor(VENDOR)
        .with_operation(resource.name())
        .with_outcome(Outcome::NotSent);
    Err(problems.iter().fold(error, |error, problem| error.with_field_path(problem.path.clone())))
}

/// Problems found so far, and where the check is.
#[derive(Debug, Default)]
pub struct Check {
    path: Vec<&'static str>,
    problems: Vec<WriteProblem>,
}

impl Check {
    pub(crate) fn add(&mut self, name: &'static str, reason: WriteReason) {
        let mut path = self.path.join(".");
        if !path.is_empty() && !name.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        self.problems.push(WriteProblem { path, reason });
    }

    pub(crate) fn inside(&mut self, name: &'static str, check: impl FnOnce(&mut Self)) {
        self.path.push(name);
        check(self);
        self.path.pop();
    }

    pub(crate) fn into_problems(self) -> Vec<WriteProblem> {
        self.problems
    }
}

/// A record of a request: fields beside a table of elements.
pub trait Record {
    /// The elements in the vendor's order.
    const ELEMENTS: &'static [Element];

    /// Writes the elements.
    fn emit(&self, out: &mut XmlWriter);

    /// Finds what cannot be sent.
    fn check(&self, check: &mut Check);

    /// True when no element would be written.
    fn is_keep(&self) -> bool;
}

/// A field of a record.
pub(crate) trait Field {
    fn emit(&self, element: &Element, out: &mut XmlWriter);
    fn check(&self, element: &Element, check: &mut Check);
    fn is_keep(&self) -> bool;
}

impl<T: Value> Field for Write<T> {
    fn emit(&self, element: &Element, out: &mut XmlWriter) {
        match self {
            Self::Keep => {}
            Self::Clear => out.leaf(element, &[], ""),
            Self::Set(value) => out.leaf(element, &value.attributes(), &value.text()),
        }
    }

    fn check(&self, element: &Element, check: &mut Check) {
        let mandatory = element.occurs == Occurs::Once;
        let problem = match self {
            Self::Keep => mandatory.then_some(WriteReason::Missing),
            Self::Clear => mandatory.then_some(WriteReason::CannotClear),
            Self::Set(value) => {
                let text = value.text();
                let sent = text.chars().filter(|&character| is_allowed(character));
                match element.max {
                    _ if sent.clone().all(char::is_whitespace) => Some(WriteReason::Blank),
                    Some(max) if sent.count() > max => Some(WriteReason::TooLong { max }),
                    _ => None,
                }
            }
        };
        if let Some(reason) = problem {
            check.add(element.name, reason);
        }
    }

    fn is_keep(&self) -> bool {
        Self::is_keep(self)
    }
}

impl<R: Record> Field for Option<R> {
    fn emit(&self, element: &Element, out: &mut XmlWriter) {
        if let Some(record) = self {
            out.inside(element.name, |out| Record::emit(record, out));
        }
    }

    fn check(&self, element: &Element, check: &mut Check) {
        if let Some(record) = self {
            check.inside(element.name, |check| Record::check(record, check));
        }
    }

    fn is_keep(&self) -> bool {
        self.as_ref().is_none_or(Record::is_keep)
    }
}

impl<R: Record> Field for Vec<R> {
    fn emit(&self, element: &Element, out: &mut XmlWriter) {
        let all = |out: &mut XmlWriter| {
            for record in self {
                out.inside(element.name, |out| Record::emit(record, out));
            }
        };
        match element.wrapper {
            Some(_) if self.is_empty() => {}
            Some(wrapper) => out.inside(wrapper, all),
            None => all(out),
        }
    }

    fn check(&self, element: &Element, check: &mut Check) {
        let all = |check: &mut Check| {
            for record in self {
                check.inside(element.name, |check| Record::check(record, check));
            }
        };
        match element.wrapper {
            Some(wrapper) => check.inside(wrapper, all),
            None => all(check),
        }
    }

    fn is_keep(&self) -> bool {
        self.is_empty()
    }
}

impl<R: Record> Field for R {
    fn emit(&self, element: &Element, out: &mut XmlWriter) {
        out.inside(element.name, |out| Record::emit(self, out));
    }

    fn check(&self, element: &Element, check: &mut Check) {
        check.inside(element.name, |check| Record::check(self, check));
    }

    fn is_keep(&self) -> bool {
        Record::is_keep(self)
    }
}

/// Declares a record of a request: the table of elements *is* the order of writing.
macro_rules! write_record {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $( $(#[$field_meta:meta])* $field:ident: $Type:ty = $element:expr; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Default)]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: $Type, )*
        }

        impl $crate::wire::write::Record for $Name {
            const ELEMENTS: &'static [$crate::wire::write::Element] = {
                use $crate::wire::write::Element;
                &[$( $element, )*]
            };

            fn emit(&self, out: &mut $crate::wire::write::XmlWriter) {
                let mut elements = Self::ELEMENTS.iter();
                $(
                    if let Some(element) = elements.next() {
                        $crate::wire::write::Field::emit(&self.$field, element, out);
                    }
                )*
            }

            fn check(&self, check: &mut $crate::wire::write::Check) {
                let mut elements = Self::ELEMENTS.iter();
                $(
                    if let Some(element) = elements.next() {
                        $crate::wire::write::Field::check(&self.$field, element, check);
                    }
                )*
                $crate::wire::write::Together::check_together(self, check);
            }

            fn is_keep(&self) -> bool {
                true $( && $crate::wire::write::Field::is_keep(&self.$field) )*
            }
        }

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($Name));
                $(
                    if !$crate::wire::write::Field::is_keep(&self.$field) {
                        shown.field(stringify!($field), &self.$field);
                    }
                )*
                shown.finish()
            }
        }
    };
}

pub(crate) use write_record;

/// Rules that span several elements of a record; most have none.
pub(crate) trait Together {
    fn check_together(&self, _check: &mut Check) {}
}

/// Writes XML without a declaration, as the vendor wants it. \[doc\]
#[derive(Default)]
pub struct XmlWriter {
    text: String,
    left_out: &'static [&'static str],
}

impl fmt::Debug for XmlWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XmlWriter").finish_non_exhaustive()
    }
}

impl XmlWriter {
    /// A whole document: the record in `root` and in `elements`, one inside the other.
    pub(crate) fn document(elements: &[&'static str], record: &impl Record) -> String {
        Self::document_without(&[], elements, record)
    }

    /// The same without some leaf elements.
    pub(crate) fn document_without(
        left_out: &'static [&'static str],
        elements: &[&'static str],
        record: &impl Record,
    ) -> String {
        let mut out = Self { text: String::with_capacity(2048), left_out };
        out.nested(elements, record);
        out.text
    }

    fn nested(&mut self, elements: &[&'static str], record: &impl Record) {
        match elements {
            [] => Record::emit(record, self),
            [first, rest @ ..] => self.inside(first, |out| out.nested(rest, record)),
        }
    }

    /// An element with content.
    pub(crate) fn inside(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        let _ = write!(self.text, "<{name}>");
        content(self);
        let _ = write!(self.text, "</{name}>");
    }

    /// An element with text, or an empty one.
    fn leaf(&mut self, element: &Element, attributes: &[Attribute<'_>], text: &str) {
        if self.left_out.contains(&element.name) {
            return;
        }
        let _ = write!(self.text, "<{}", element.name);
        let fixed = element.attributes.iter().map(|&(name, value)| (name, value));
        for (name, value) in fixed.chain(attributes.iter().map(|(name, value)| (*name, value.as_ref()))) {
            let _ = write!(self.text, " {name}=\"");
            self.escape(value);
            self.text.push('"');
        }
        if text.is_empty() {
            self.text.push_str("/>");
        } else {
            self.text.push('>');
            self.escape(text);
            let _ = write!(self.text, "</{}>", element.name);
        }
    }

    /// Escapes text, and drops the characters that XML does not allow.
    fn escape(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                character if is_allowed(character) => self.text.push(character),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml::XmlReader;
    use proptest::prelude::*;

    fn leaf(text: &str) -> String {
        let mut out = XmlWriter::default();
        out.inside("root", |out| {
            out.leaf(&Element::optional("a").with(&[("format", "ansi")]), &[("x", text.into())], text);
        });
        out.text
    }

    #[test]
    fn values_have_the_vendors_form() {
        assert_eq!(
            leaf("1 < 2 & \"x\"\u{2}"),
            "<root><a format=\"ansi\" x=\"1 &lt; 2 &amp; &quot;x&quot;\">1 &lt; 2 &amp; &quot;x&quot;</a></root>"
        );
        assert_eq!("37.5".parse::<Decimal>().unwrap().as_str(), "37,5");
        assert_eq!("-0,25".parse::<Decimal>().unwrap().as_str(), "-0,25");
        for wrong in ["", "-", "1,", ",5", "1.2.3", "1 000", "NaN"] {
            assert_eq!(wrong.parse::<Decimal>(), Err(ParseDecimalError), "{wrong}");
        }
        let date = Date::from_calendar_date(2026, time::Month::February, 1).unwrap();
        assert_eq!(date.text(), "2026-02-01");
        assert_eq!(true.text(), "1");
    }

    #[test]
    fn nothing_is_shown_by_debug() {
        let secret = Write::set("010190-900P".to_owned());
        let _: &Write<String> = &secret;
        assert_eq!(format!("{secret:?}"), "Set(..)");
        assert_eq!(Write::<String>::from(None), Write::Keep);
    }

    proptest! {
        #[test]
        fn escaping_round_trips(text in any::<String>()) {
            let xml = leaf(&text);
            let mut reader = XmlReader::new(xml.as_bytes());
            let root = reader.root().unwrap();
            let tag = reader.child(&root).unwrap().unwrap();
            let attribute = tag.attribute("x");
            let read = reader.text(&tag).unwrap();
            let sent: String = text.chars().filter(|&c| is_allowed(c)).collect();
            let sent = Some(sent.trim().to_owned()).filter(|sent| !sent.is_empty());
            prop_assert_eq!(&read, &sent);
            prop_assert_eq!(attribute.map(|a| a.replace('\r', "\n")), sent.map(|s| s.replace("\r\n", "\n").replace('\r', "\n")));
        }
    }
}
