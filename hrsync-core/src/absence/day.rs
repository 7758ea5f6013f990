//! Days as text in what is stored.

use serde::{Deserialize, Deserializer, Serializer, de};
use time::Date;

use crate::check;

pub(super) fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&check::format_date(*day))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = String::deserialize(from)?;
    check::date(&text).map_err(|_| de::Error::custom("no day"))
}

/// A day, or none.
pub(super) mod option {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::Date;

    use crate::check;

    pub(in super::super) fn serialize<S: Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => to.serialize_some(&check::format_date(*day)),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| check::date(&text).map_err(|_| de::Error::custom("no day"))).transpose()
    }
}
