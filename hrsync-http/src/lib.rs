#![doc = include_str!("../README.md")]

pub mod call;
pub mod client;
pub mod pace;
pub mod pipeline;
pub mod quota;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub mod reqwest_client;
pub mod retry;
pub mod session;
pub mod status;

pub use call::{Call, Classify, Effect, Reply, Sign, Unsigned, Verdict};
pub use client::{HttpClient, TransportError, TransportErrorKind};
pub use pace::{Pace, PaceSettings};
pub use pipeline::{Pipeline, PipelineBuilder};
pub use quota::{Quota, QuotaHeaders};
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub use reqwest_client::{ReqwestClient, ReqwestClientBuilder};
pub use retry::RetryPolicy;
pub use session::{Issue, Issued, Session};
pub use status::{retry_after, status_error};

/// The largest answer that is accepted when nobody says otherwise: 64 MiB.
pub const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;
