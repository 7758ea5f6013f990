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
    /// `SMTP_URL` is not the address of a mail server.
    pub fn from_environment() -> Result<Self> {
        let Ok(url) = std::env::var("SMTP_URL") else { return Ok(Self::default()) };
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            // The error would repeat the address, which may hold a password.
            .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "SMTP_URL is not the address of a mail server"))?;
        Ok(Self { smtp: Some(smtp.build()), kept: Arc::default() })
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
        let mail = compose(to, report)?;
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

/// The mail: plain text, and the same as HTML. Like the report it holds ids and fields and no values.
fn compose(to: &str, report: &Report) -> Result<Message> {
    let problem = |_| Error::new(ErrorKind::Unexpected, "the result mail could not be composed");
    // A host knows the address of whoever started the run; the example asks the environment.
    let address = |name: &str, default: String| {
        let address = std::env::var(name).unwrap_or(default);
        let wrong = || Error::new(ErrorKind::ConfigInvalid, format!("{name} is not a mail address"));
        address.parse::<Mailbox>().map_err(|_| wrong())
    };
    let to = address("MAIL_TO", format!("{to}@yritys.example"))?;
    let from = address("MAIL_FROM", "Example HR <hr@yritys.example>".into())?;
    let open: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Problem)
        .map(ToString::to_string)
        .collect();
    let subject =
        if report.is_clean() { "People synchronised" } else { "People synchronised: something is left to do" };
    let clerk: Vec<String> = report
        .review_list
        .iter()
        .map(|item| {
            let points: Vec<&str> = item.points.iter().map(|point| point.to_do).collect();
            format!("person {} (payroll {}): {}", item.host_id, item.vendor_id, points.join(" "))
        })
        .collect();
    let sections = [("Left to do", &open), ("For the payroll clerk", &clerk)];
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
    Message::builder()
        .from(from)
        .to(to)
        .subject(subject)
        .multipart(MultiPart::alternative_plain_html(text, html))
        .map_err(problem)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
