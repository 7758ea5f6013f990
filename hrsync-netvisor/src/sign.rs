//! Signing inside the HTTP pipeline.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_http::Sign;
use time::OffsetDateTime;

use crate::auth::{Signer, transaction_id};

#[async_trait]
impl Sign for Signer {
    async fn sign(
        &self,
        request: &mut http::Request<Bytes>,
        now: OffsetDateTime,
        _attempt: u32,
    ) -> hrsync_core::Result<()> {
        self.sign_now(request, now)
    }
}

/// Signs the attempts of one call and keeps the transaction id of the last one, under which the vendor finds the request in its
/// logs.
pub(crate) struct OfCall<'s> {
    signer: &'s Signer,
    last: Mutex<Option<String>>,
}

impl<'s> OfCall<'s> {
    pub(crate) fn new(signer: &'s Signer) -> Self {
        Self { signer, last: Mutex::new(None) }
    }

    /// The transaction id of the last attempt, when there was one.
    pub(crate) fn transaction_id(self) -> Option<String> {
        self.last.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sign for OfCall<'_> {
    async fn sign(
        &self,
        request: &mut http::Request<Bytes>,
        now: OffsetDateTime,
        attempt: u32,
    ) -> hrsync_core::Result<()> {
        self.signer.sign(request, now, attempt).await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = transaction_id(request).map(str::to_owned);
        Ok(())
    }
}
