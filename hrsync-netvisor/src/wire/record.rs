//! How the types of the answers are declared: a table of elements beside the fields that take them.

use super::envelope::Unreadable;
use super::xml::{Tag, XmlReader};

/// A record whose plain elements are looked up by name.
pub(crate) trait Leaves {
    /// The place for the text of the element called `name`, in any case.
    fn slot(&mut self, name: &str) -> Option<&mut Option<String>>;
}

/// Takes the text of `tag` into `record`, or passes over an element that it does not know. The first filled element of a name
/// stays.
pub(crate) fn leaf<'a>(xml: &mut XmlReader<'a>, tag: &Tag<'a>, record: &mut impl Leaves) -> Result<(), Unreadable> {
    match record.slot(tag.name()) {
        Some(slot) => {
            let text = xml.text(tag)?;
            if slot.is_none() {
                *slot = text;
            }
            Ok(())
        }
        None => xml.skip(tag),
    }
}

/// All plain elements of `parent`.
pub(crate) fn leaves<'a, R: Leaves + Default>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<R, Unreadable> {
    let mut record = R::default();
    while let Some(tag) = xml.child(parent)? {
        leaf(xml, &tag, &mut record)?;
    }
    Ok(record)
}

/// Declares a record of an answer: `shown` fields appear in `Debug`, `hidden` ones do not, and neither do the texts of the
/// elements.
macro_rules! read_record {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $( shown { $( $(#[$shown_meta:meta])* $shown:ident: $Shown:ty, )* } )?
            $( hidden { $( $(#[$hidden_meta:meta])* $hidden:ident: $Hidden:ty, )* } )?
            $( elements { $( $(#[$field_meta:meta])* $field:ident = $element:literal, )* } )?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct $Name {
            $( $( $(#[$shown_meta])* pub $shown: $Shown, )* )?
            $( $( $(#[$hidden_meta])* pub $hidden: $Hidden, )* )?
            $( $( $(#[$field_meta])* #[doc = concat!("\n\nElement `", $element, "`.")] pub $field: Option<String>, )* )?
        }

        impl $crate::wire::record::Leaves for $Name {
            fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
                $( $( if name.eq_ignore_ascii_case($element) { return Some(&mut self.$field); } )* )?
                let _ = name;
                None
            }
        }

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Name)) $( $( .field(stringify!($shown), &self.$shown) )* )? .finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use read_record;
