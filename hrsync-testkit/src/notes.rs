//! A notifier that keeps what it is told.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hrsync_core::host::{Notification, Notifier};
use hrsync_core::reconcile::Report;
use hrsync_core::{Error, ErrorKind, Result};

/// One message.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// The report it is about.
    pub report: Report,
}

/// Keeps messages. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Mailbox(Arc<Mutex<Vec<Mail>>>);

impl Mailbox {
    /// The messages so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Notifier for Mailbox {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        match notification {
            Notification::RunEnded { to, report } => {
                let mail = Mail { to: (*to).to_owned(), report: (*report).clone() };
                self.0.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                Ok(())
            }
            _ => Err(Error::new(ErrorKind::Unsupported, "a message of an unknown kind")),
        }
    }
}
