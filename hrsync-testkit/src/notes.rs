//! A notifier that keeps what it is told.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hrsync_core::host::{Notification, Notifier};
use hrsync_core::reconcile::{Failures, Report};
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
pub struct Mailbox {
    mails: Arc<Mutex<Vec<Mail>>>,
    quarantines: Arc<Mutex<Vec<Failures>>>,
}

impl Mailbox {
    /// The messages so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The quarantines that were told of.
    pub fn quarantines(&self) -> Vec<Failures> {
        self.quarantines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Notifier for Mailbox {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        match notification {
            Notification::RunEnded { to, report } => {
                let mail = Mail { to: (*to).to_owned(), report: (*report).clone() };
                self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                Ok(())
            }
            Notification::Quarantined { failures } => {
                self.quarantines.lock().unwrap_or_else(PoisonError::into_inner).push((*failures).clone());
                Ok(())
            }
            _ => Err(Error::new(ErrorKind::Unsupported, "a message of an unknown kind")),
        }
    }
}
