//! Mails: the result of a run, and what is wrong with an absence.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hrsync::host::{Notification, Notifier};
use hrsync::model::AbsenceId;
use hrsync::reconcile::Report;
use hrsync::{Error, ErrorKind, Finding, Fixer, Result, Severity};
use lettre::message::{Mailbox, Mailboxes, MultiPart, header};
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::environment::{variable, wrong};
use crate::show::summary;

/// The code of a mail that could not be sent.
pub const NOT_SENT: &str = "mail_not_sent";

/// How long sending a mail may take.
const SENDING: Duration = Duration::from_secs(30);

const NO_ANSWER: &str = "the mail server did not answer in time";

/// Sends mails to the server in `SMTP_URL`; without one it keeps them, to be printed. Of runs the first one is told of: a second run
/// of the same program only proves that nothing is left.
#[derive(Clone, Default)]
pub struct Mailer {
    smtp: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Option<Mailbox>,
    to: Vec<Mailbox>,
    kept: Arc<Mutex<Vec<String>>>,
    told: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
}

/// A mail to people by their ids.
struct Letter<'l> {
    to: &'l [&'l str],
    subject: String,
    text: String,
    html: String,
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
        let mut from = mailboxes("MAIL_FROM")?.into_iter();
        let sender = from.next();
        if from.next().is_some() {
            return Err(wrong("MAIL_FROM is more than one mail address".to_owned()));
        }
        Ok(Self {
            smtp: variable("SMTP_URL")?.as_deref().map(server).transpose()?,
            from: sender,
            to: mailboxes("MAIL_TO")?,
            kept: Arc::default(),
            told: Arc::default(),
            sent: Arc::default(),
        })
    }

    /// How many mails the server took.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// The mails that were not sent, to be read.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Notifier for Mailer {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        match notification {
            Notification::RunEnded { to, report } if !self.told.swap(true, Ordering::Relaxed) => {
                self.deliver(of_run(&[to], report)).await
            }
            Notification::Absence { to, absence, finding, .. } => self.deliver(of_absence(to, absence, finding)).await,
            _ => Ok(()),
        }
    }
}

impl Mailer {
    async fn deliver(&self, letter: Letter<'_>) -> Result<()> {
        let problem = || Error::new(ErrorKind::Unexpected, "the mail could not be composed");
        // A host knows the addresses of its people; the example asks the environment.
        let known = |address: String| address.parse::<Mailbox>().map_err(|_| problem());
        let from = self.from.clone().map_or_else(|| known("Example HR <hr@yritys.example>".into()), Ok)?;
        let to = match self.to.as_slice() {
            [] => letter.to.iter().map(|id| known(format!("{id}@yritys.example"))).collect::<Result<Vec<_>>>()?,
            to => to.to_vec(),
        };
        let Letter { subject, text, html, .. } = letter;
        let to = Mailboxes::from(to);
        let Some(smtp) = &self.smtp else {
            let mail = format!("From: {from}\nTo: {to}\nSubject: {subject}\n\n{text}");
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            return Ok(());
        };
        let mail = Message::builder().from(from).mailbox(header::To::from(to)).subject(subject);
        let mail = mail.multipart(MultiPart::alternative_plain_html(text, html)).map_err(|_| problem())?;
        send(smtp, mail).await?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

async fn send(smtp: &AsyncSmtpTransport<Tokio1Executor>, mail: Message) -> Result<()> {
    let sent = tokio::time::timeout(SENDING, smtp.send(mail)).await;
    sent.map_err(|_| not_sent(NO_ANSWER))?.map(|_| ()).map_err(|error| not_sent(&cause(&error)))
}

/// To the person who started a run.
fn of_run<'l>(to: &'l [&'l str], report: &Report) -> Letter<'l> {
    let left = if report.is_clean() { "" } else { ": something is left to do" };
    let (text, html) = bodies(report);
    Letter { to, subject: format!("People synchronised{left}"), text, html }
}

/// To everybody who is told of an absence. What the absence is stands in the host, and not in a mail.
fn of_absence<'l>(to: &'l [&'l str], absence: &AbsenceId, finding: &Finding) -> Letter<'l> {
    let mut lines = vec![format!("Absence {absence}: {}.", finding.message)];
    lines.extend(finding.hint.as_ref().map(|hint| format!("What to do: {hint}.")));
    lines.push(format!("Who can do it: {}.", finding.fixer));
    let html = lines.iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
    let subject = format!("Absence {absence} is not in step with the payroll system");
    Letter { to, subject, text: lines.join("\n") + "\n", html }
}

/// The mail server at this address.
fn server(url: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    // The error would repeat the address, which may hold a password.
    let refused = |_| wrong("SMTP_URL is not the address of a mail server".to_owned());
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map(|smtp| smtp.build()).map_err(refused)
}

/// The addresses in a variable, separated by commas.
fn mailboxes(name: &str) -> Result<Vec<Mailbox>> {
    let refused = |_| wrong(format!("{name} is not a mail address"));
    let text = variable(name)?.unwrap_or_default();
    let parts = text.split(',').filter(|part| !part.trim().is_empty());
    parts.map(|part| part.trim().parse().map_err(refused)).collect()
}

fn not_sent(cause: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("the mail could not be sent: {cause}"))
        .with_code(NOT_SENT)
        .with_fixer(Fixer::HostDeveloper)
        .with_hint("check SMTP_URL, MAIL_FROM and MAIL_TO")
}

/// Why a mail was not sent. The server's own words may repeat an address.
fn cause(error: &smtp::Error) -> String {
    match error.status() {
        Some(status) => format!("the mail server refused it with code {status}"),
        None if error.is_timeout() => NO_ANSWER.to_owned(),
        None if error.is_tls() => "no secure connection to the mail server could be made".to_owned(),
        None if error.is_response() || error.is_client() => "the mail server cannot be spoken with".to_owned(),
        None => "the mail server cannot be reached".to_owned(),
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
        .filter(|item| !item.points.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_is_told_of_an_absence_and_nobody_what_it_is() {
        let mailer = Mailer::default();
        let finding =
            Finding::problem("absence.locked", "the days are closed", Fixer::PayrollClerk).with_hint("open them");
        let (person, absence) = (hrsync::HostId::new("7"), AbsenceId::new("a01"));
        let told = Notification::Absence {
            to: &["p7", "lead"],
            person: &person,
            absence: &absence,
            finding: &finding,
            key: "r1/a01",
        };
        mailer.notify(&told).await.unwrap();
        mailer.notify(&told).await.unwrap();
        let mails = mailer.take();
        assert_eq!(mails.len(), 2, "each is a mail");
        let expected = "To: p7@yritys.example, lead@yritys.example\nSubject: Absence a01 is not in step with the payroll system\n\n\
                        Absence a01: the days are closed.\nWhat to do: open them.\nWho can do it: the payroll clerk.\n";
        assert!(mails[0].ends_with(expected), "{}", mails[0]);
    }
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    /// Sends a mail to a server that says `words` and then nothing.
    async fn sent_to(words: &'static str) -> Error {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let _server = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.write_all(words.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        let mail = Message::builder()
            .from("a@yritys.example".parse().unwrap())
            .to("b@yritys.example".parse().unwrap())
            .body(String::new())
            .unwrap();
        send(&server(&url).unwrap(), mail).await.unwrap_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_mail_server_is_not_waited_for() {
        let error = sent_to("").await;
        assert_eq!(error.message(), "the mail could not be sent: the mail server did not answer in time");
        assert_eq!(error.fixer(), Fixer::HostDeveloper);
        assert!(error.hint().unwrap().contains("SMTP_URL"));
    }

    #[tokio::test]
    async fn a_mail_server_that_refuses_is_told_by_its_code() {
        let error = sent_to("554 no service for b@yritys.example\r\n").await;
        assert_eq!(error.message(), "the mail could not be sent: the mail server refused it with code 554");
    }
}
