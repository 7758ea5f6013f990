//! The result mail of a run.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hrsync::host::{Notification, Notifier};
use hrsync::reconcile::Report;
use hrsync::{Error, ErrorKind, Result, Severity};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::show::summary;

/// Sends mails to the server in `SMTP_URL`; without one it keeps them, to be printed.
#[derive(Clone, Default)]
pub struct Mailer {
    smtp: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Option<Mailbox>,
    to: Option<Mailbox>,
    kept: Arc<Mutex<Vec<Message>>>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("smtp", &self.smtp.is_some()).finish_non_exhaustive()
    }
}

impl Mailer {
    /// By the environment.
    ///
    /// # Errors
    /// `SMTP_URL` is not the address of a mail server, or `MAIL_FROM` or `MAIL_TO` none of a person.
    pub fn from_environment() -> Result<Self> {
        let wrong = |message: String| Error::new(ErrorKind::ConfigInvalid, message);
        let mailbox = |name: &str| {
            let address = std::env::var(name).ok();
            address
                .map(|address| address.parse().map_err(|_| wrong(format!("{name} is not a mail address"))))
                .transpose()
        };
        // The error would repeat the address, which may hold a password.
        let server = |url: String| {
            AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
                .map(|smtp| smtp.build())
                .map_err(|_| wrong("SMTP_URL is not the address of a mail server".to_owned()))
        };
        Ok(Self {
            smtp: std::env::var("SMTP_URL").ok().map(server).transpose()?,
            from: mailbox("MAIL_FROM")?,
            to: mailbox("MAIL_TO")?,
            kept: Arc::default(),
        })
    }

    /// The mails that were not sent, as they would go out.
    pub fn take(&self) -> Vec<String> {
        let mails = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        mails.iter().map(|mail| String::from_utf8_lossy(&mail.formatted()).into_owned()).collect()
    }
}

#[async_trait]
impl Notifier for Mailer {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        let Notification::RunEnded { to, report } = notification else { return Ok(()) };
        let mail = self.compose(to, report)?;
        match &self.smtp {
            None => {
                self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                Ok(())
            }
            Some(smtp) => {
                let failed = |_| Error::new(ErrorKind::Unavailable, "the result mail could not be sent");
                smtp.send(mail).await.map(|_| ()).map_err(failed)
            }
        }
    }
}

impl Mailer {
    /// The mail to the person with this id, who started the run.
    fn compose(&self, to: &str, report: &Report) -> Result<Message> {
        let problem = || Error::new(ErrorKind::Unexpected, "the result mail could not be composed");
        // A host knows the address of whoever started the run; the example asks the environment.
        let address = |given: &Option<Mailbox>, default: String| match given {
            Some(mailbox) => Ok(mailbox.clone()),
            None => default.parse().map_err(|_| problem()),
        };
        let (text, html) = bodies(report);
        let left = if report.is_clean() { "" } else { ": something is left to do" };
        Message::builder()
            .from(address(&self.from, "Example HR <hr@yritys.example>".into())?)
            .to(address(&self.to, format!("{to}@yritys.example"))?)
            .subject(format!("People synchronised{left}"))
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(|_| problem())
    }
}

/// The mail as plain text, and the same as HTML. Like the report it holds ids and fields and no values.
fn bodies(report: &Report) -> (String, String) {
    let undecided: Vec<String> = report.undecided.iter().map(ToString::to_string).collect();
    let open: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Problem)
        .map(ToString::to_string)
        .collect();
    let clerk: Vec<String> = report
        .review_list
        .iter()
        .map(|item| {
            let points: Vec<&str> = item.points.iter().map(|point| point.to_do).collect();
            format!("person {} (payroll {}): {}", item.host_id, item.vendor_id, points.join(" "))
        })
        .collect();
    let sections = [("To be decided", &undecided), ("Left to do", &open), ("For the payroll clerk", &clerk)];
    let mut text = format!("{}\n", summary(report));
    let mut html = format!("<p>{}</p>\n", escaped(&summary(report)));
    for (title, lines) in sections.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text.push_str(&format!("\n{title}:\n"));
        html.push_str(&format!("<h2>{title}</h2>\n<ul>\n"));
        for line in lines {
            text.push_str(&format!("- {line}\n"));
            html.push_str(&format!("<li>{}</li>\n", escaped(line)));
        }
        html.push_str("</ul>\n");
    }
    (text, html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
