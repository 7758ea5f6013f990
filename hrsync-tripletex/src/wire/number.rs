//! Numbers with two decimals.

use hrsync_core::absence::Hundredths;
use serde_json::{Number, Value};

/// A number as the service shows it, rounded to two decimals; less than nothing counts as nothing.
pub fn hundredths(number: f64) -> Hundredths {
    // A cast of a number that is too large, or is none, stays within bounds.
    Hundredths((number * 100.0).round() as u32)
}

/// A number as it is sent.
pub(crate) fn number(hundredths: Hundredths) -> Value {
    Number::from_f64(f64::from(hundredths.0) / 100.0).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_with_two_decimals() {
        for (read, kept) in [(7.5, 750), (42.0, 4200), (24.466_666_666_666_665, 2447), (33.33, 3333), (0.0, 0)] {
            assert_eq!(hundredths(read), Hundredths(kept), "{read}");
        }
        for (strange, kept) in [(-7.5, 0), (f64::NAN, 0), (1e300, u32::MAX)] {
            assert_eq!(hundredths(strange), Hundredths(kept), "{strange}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_is_read_back(hours in 0..1_000_000_u32) {
            let text = number(Hundredths(hours)).to_string();
            prop_assert_eq!(hundredths(text.parse().unwrap()), Hundredths(hours));
            prop_assert!(text.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 2), "{}", text);
        }
    }
}
