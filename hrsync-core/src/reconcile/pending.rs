//! Writes under way whose outcome a person may have to find out.

use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use super::apply::Intent;
use super::engine::Engine;
use super::report::Calls;
use crate::connection::Actor;
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::finding::code;
use crate::model::{FieldId, HostId, OperationId, VendorId};
use crate::store::{self, Row, RowKind};

/// A write whose outcome is not known, or whose new record is not linked yet. Nothing else is written for the person meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OpenWrite {
    /// The operation.
    pub operation: OperationId,
    /// What it does: `create_in_vendor` and so on.
    pub action: String,
    /// The call.
    pub step: String,
    /// The person in the host.
    pub host_id: Option<HostId>,
    /// The person in the vendor; `None` for one who is being created there.
    pub vendor_id: Option<VendorId>,
    /// The fields that were sent.
    pub fields: Vec<FieldId>,
    /// When it was sent.
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
    /// The vendor confirmed it, and only the new record was not found yet, or further calls were to follow.
    pub confirmed: bool,
}

impl Engine {
    /// The writes whose outcome is not known yet.
    ///
    /// # Errors
    /// The store failed.
    pub async fn open_writes(&self) -> Result<Vec<OpenWrite>> {
        let open = |(_, intent): (Row, Intent)| OpenWrite {
            operation: intent.operation,
            action: intent.action,
            step: intent.step,
            host_id: intent.host,
            vendor_id: intent.vendor,
            fields: intent.fields,
            sent_at: intent.sent_at,
            confirmed: intent.confirmed,
        };
        Ok(self.intents().await?.into_iter().map(open).collect())
    }

    /// Closes a write of which the vendor cannot tell what became of it (finding `write.unknown`), after a person looked. Whatever is
    /// there is recognised by the next review, and what is not there is offered again.
    ///
    /// # Errors
    /// The actor may not, [`ErrorKind::NotFound`] when there is no such write, [`ErrorKind::Locked`] with code
    /// `person.write_pending` and how long to wait while it may still be carried out late, or the store failed.
    pub async fn close_write(&self, actor: &Actor, operation: &OperationId) -> Result<()> {
        self.may_configure(actor)?;
        let found = self.intents().await?.into_iter().find(|(_, intent)| intent.operation == *operation);
        let Some((row, intent)) = found else {
            return Err(Error::new(ErrorKind::NotFound, "there is no such write under way"));
        };
        let settle_after = time::Duration::try_from(self.connector.info().settle_after).unwrap_or(time::Duration::MAX);
        let left = settle_after.saturating_sub(self.clock.now() - intent.sent_at);
        if let Some(wait) = Duration::try_from(left).ok().filter(|wait| !wait.is_zero()) {
            return Err(Error::new(ErrorKind::Locked, "the write may still be carried out")
                .with_code(code::WRITE_PENDING)
                .with_retry(Retry::Later(Some(wait))));
        }
        let run = self.new_run()?;
        let settled = self.over(&intent, &mut Calls::default()).await?.unwrap_or_else(|(.., forgotten)| forgotten);
        self.release(&run, actor.id(), &row, &intent, "closed", settled).await
    }

    /// The open intents and their rows.
    pub(crate) async fn intents(&self) -> Result<Vec<(Row, Intent)>> {
        let mut open = Vec::new();
        self.each_row(RowKind::Intent, |row| {
            open.push((row.clone(), store::decode(row)?));
            Ok(())
        })
        .await?;
        Ok(open)
    }
}
