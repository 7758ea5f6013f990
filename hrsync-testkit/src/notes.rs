//! A notifier that keeps what it is told.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hrsync_core::host::{Notification, Notifier};
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::{Failures, Report};
use hrsync_core::{Error, ErrorKind, HostId, Result};

/// One message.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// The report it is about.
    pub report: Report,
}

/// One message about an absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceMail {
    /// To whom.
    pub to: Vec<String>,
    /// Whose absence.
    pub person: HostId,
    /// Which.
    pub absence: AbsenceId,
    /// The code of what is wrong.
    pub code: String,
    /// The key of the message.
    pub key: String,
}

/// Keeps messages. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Mailbox {
    mails: Arc<Mutex<Vec<Mail>>>,
    quarantines: Arc<Mutex<Vec<Failures>>>,
    absences: Arc<Mutex<Vec<AbsenceMail>>>,
}

impl Mailbox {
    /// The messages so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The messages about absences so far.
    pub fn absences(&self) -> Vec<AbsenceMail> {
        self.absences.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
            Notification::Absence { to, person, absence, finding, key } => {
                let mail = AbsenceMail {
                    to: to.iter().map(|to| (*to).to_owned()).collect(),
                    person: (*person).clone(),
                    absence: (*absence).clone(),
                    code: finding.code.to_string(),
                    key: (*key).to_owned(),
                };
                self.absences.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                Ok(())
            }
            _ => Err(Error::new(ErrorKind::Unsupported, "a message of an unknown kind")),
        }
    }
}
