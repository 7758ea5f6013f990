//! Signing inside the HTTP pipeline.

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_http::Sign;
use time::OffsetDateTime;

use crate::auth::Signer;

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
