//! Checks a request body against a table: which elements, in which order, how often, with what in them.

use super::texts::{ATTRIBUTE, CONTENT, EMPTY, MISSING, NOT_XML, ORDER, REPEATED, Refusal, TOO_LONG, UNKNOWN_ELEMENT};
use super::xml::Element;
use crate::clock::parse_date;

/// How often an element may occur and whether it may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurs {
    /// Exactly once, with content.
    Once,
    /// Exactly once, perhaps empty.
    Present,
    /// At most once; empty it blanks the stored value.
    Optional,
    /// At most once, with content: the stored value cannot be blanked.
    Filled,
    /// Any number of times.
    Any,
    /// At least once.
    Many,
}

/// What a text has to look like. Empty texts are judged by [`Occurs`] alone.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Free,
    Date,
    /// Digits only.
    Digits,
    /// A whole number up to a limit.
    Integer(u32),
    /// A number with a decimal comma up to a limit.
    Decimal(u32),
    /// Two letters.
    Country,
    OneOf(&'static [&'static str]),
}

/// What is inside an element.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// A text and its longest length in characters (0: unlimited).
    Text(Form, usize),
    Children(&'static [Rule]),
}

/// The allowed values of an attribute; an empty list allows all.
pub(crate) type AttributeRule = (&'static str, &'static [&'static str]);

/// One line of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    name: &'static str,
    occurs: Occurs,
    content: Content,
    attributes: &'static [AttributeRule],
    /// Attributes may be left out unless this is set.
    attribute_needed: bool,
}

impl Rule {
    pub(crate) const fn text(name: &'static str, occurs: Occurs, form: Form, max: usize) -> Self {
        Self { name, occurs, content: Content::Text(form, max), attributes: &[], attribute_needed: false }
    }

    pub(crate) const fn group(name: &'static str, occurs: Occurs, children: &'static [Rule]) -> Self {
        Self { name, occurs, content: Content::Children(children), attributes: &[], attribute_needed: false }
    }

    /// The elements inside, none for a text.
    #[cfg(test)]
    pub(crate) fn children(&self) -> &'static [Rule] {
        match self.content {
            Content::Children(children) => children,
            Content::Text(..) => &[],
        }
    }

    #[cfg(test)]
    pub(crate) fn occurs(&self) -> Occurs {
        self.occurs
    }

    #[cfg(test)]
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) const fn with(mut self, attributes: &'static [AttributeRule]) -> Self {
        self.attributes = attributes;
        self
    }

    pub(crate) const fn needing(mut self, attributes: &'static [AttributeRule]) -> Self {
        self.attributes = attributes;
        self.attribute_needed = true;
        self
    }
}

/// Checks a whole message whose root element holds `rules`: the structure of all of it first, then the values.
pub(crate) fn check(root: &Element, rules: &'static [Rule], strict_order: bool) -> Result<(), Refusal> {
    if root.name != "root" {
        return Err(UNKNOWN_ELEMENT.with(root.name.as_str()));
    }
    if let Some((name, _)) = root.attributes.first() {
        return Err(ATTRIBUTE.with(format!("root/@{name}")));
    }
    structure(root, rules, strict_order)?;
    values(root, rules)
}

fn structure(parent: &Element, rules: &'static [Rule], strict_order: bool) -> Result<(), Refusal> {
    if !parent.value().is_empty() {
        return Err(NOT_XML.plain());
    }
    let mut reached = 0;
    for child in &parent.children {
        let at = rules.iter().position(|rule| rule.name == child.name);
        let (at, rule) = at
            .and_then(|at| rules.get(at).map(|rule| (at, rule)))
            .ok_or_else(|| UNKNOWN_ELEMENT.with(child.name.as_str()))?;
        if at < reached && strict_order {
            return Err(ORDER.with(rule.name));
        }
        reached = at;
        attributes(child, rule)?;
        match rule.content {
            Content::Children(inner) => structure(child, inner, strict_order)?,
            Content::Text(..) if !child.children.is_empty() => return Err(CONTENT.with(rule.name)),
            Content::Text(..) => {}
        }
    }
    for rule in rules {
        let count = parent.all(rule.name).count();
        match rule.occurs {
            Occurs::Once | Occurs::Present | Occurs::Many if count == 0 => return Err(MISSING.with(rule.name)),
            Occurs::Once | Occurs::Present | Occurs::Optional | Occurs::Filled if count > 1 => {
                return Err(REPEATED.with(rule.name));
            }
            _ => {}
        }
    }
    Ok(())
}

fn attributes(element: &Element, rule: &Rule) -> Result<(), Refusal> {
    for (name, value) in &element.attributes {
        let known = rule.attributes.iter().find(|(allowed, _)| allowed == name);
        let fits = known.is_some_and(|(_, values)| {
            values.is_empty() || values.iter().any(|allowed| allowed.eq_ignore_ascii_case(value.trim()))
        });
        if !fits {
            return Err(ATTRIBUTE.with(format!("{}/@{name}", rule.name)));
        }
    }
    let missing = rule.attributes.iter().find(|(name, _)| rule.attribute_needed && element.attribute(name).is_none());
    missing.map_or(Ok(()), |(name, _)| Err(ATTRIBUTE.with(format!("{}/@{name}", rule.name))))
}

fn values(parent: &Element, rules: &'static [Rule]) -> Result<(), Refusal> {
    for child in &parent.children {
        let Some(rule) = rules.iter().find(|rule| rule.name == child.name) else { continue };
        match rule.content {
            Content::Children(inner) => values(child, inner)?,
            Content::Text(form, max) => value(child.value(), rule, form, max)?,
        }
    }
    Ok(())
}

fn value(text: &str, rule: &Rule, form: Form, max: usize) -> Result<(), Refusal> {
    if text.is_empty() {
        let blank = matches!(rule.occurs, Occurs::Present | Occurs::Optional | Occurs::Any);
        return if blank { Ok(()) } else { Err(EMPTY.with(rule.name)) };
    }
    if max > 0 && text.chars().count() > max {
        return Err(TOO_LONG.with(rule.name));
    }
    if form.fits(text) { Ok(()) } else { Err(CONTENT.with(rule.name)) }
}

impl Form {
    fn fits(self, text: &str) -> bool {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Free => true,
            Self::Date => parse_date(text).is_some(),
            Self::Digits => digits(text),
            Self::Integer(limit) => digits(text) && text.parse::<u32>().is_ok_and(|number| number <= limit),
            Self::Decimal(limit) => {
                let (whole, fraction) = text.split_once(',').unwrap_or((text, "0"));
                let number = format!("{whole}.{fraction}").parse::<f64>();
                digits(whole) && digits(fraction) && number.is_ok_and(|number| number <= f64::from(limit))
            }
            Self::Country => text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()),
            Self::OneOf(values) => values.iter().any(|value| value.eq_ignore_ascii_case(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn forms() {
        let fits = [
            (Form::Decimal(100), "99,5", true),
            (Form::Decimal(100), "100", true),
            (Form::Decimal(100), "100,1", false),
            (Form::Decimal(100), "7.5", false),
            (Form::Decimal(100), ",5", false),
            (Form::Decimal(100), "-1", false),
            (Form::Integer(100), "101", false),
            (Form::Integer(100), "+1", false),
            (Form::Country, "fi", true),
            (Form::Country, "fin", false),
            (Form::OneOf(&["enabled"]), "Enabled", true),
            (Form::Digits, "12a", false),
            (Form::Date, "2026-02-30", false),
        ];
        for (form, text, expected) in fits {
            assert_eq!(form.fits(text), expected, "{form:?} {text}");
        }
    }
}
