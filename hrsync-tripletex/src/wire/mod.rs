//! Requests and answers of the web service: typed arguments to `http::Request<Bytes>`, bytes to types. Nothing here waits.
//!
//! Marks in the documentation of items: **\[spec\]** is the vendor's OpenAPI document, **\[doc\]** other documentation of the vendor,
//! **\[client\]** was seen in a client of the service; what is neither sits in [`reconstructed`](crate::reconstructed).
//!
//! Everything that is read may be missing, because `fields` and rights leave things out; no type shows what it holds.

pub mod activity;
pub mod answer;
pub mod company;
pub mod employee;
pub mod employment;
pub mod error;
mod number;
mod request;
pub mod standard_time;
pub mod timesheet;
pub mod token;

pub use answer::{Field, List, Reference};
pub use error::{Operation, classify};
pub use number::hundredths;
pub use request::{Body, Draft, PAGE};

/// Writes `Debug` that shows the type's name and nothing else.
macro_rules! silent {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    )+};
}
pub(crate) use silent;
