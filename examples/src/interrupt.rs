//! Ctrl-C.

use dialoguer::console::Term;
use hrsync::{Error, ErrorKind, Result};
use tokio::task::JoinHandle;

/// What comes of a run, or [`ErrorKind::Cancelled`] at the first Ctrl-C. A second one ends the program at once.
///
/// # Errors
/// Those of the run, and that it was stopped.
pub async fn stoppable<T>(run: impl Future<Output = Result<T>>) -> Result<T> {
    let stop = watch();
    tokio::select! {
        ended = run => ended,
        _ = stop => Err(Error::new(ErrorKind::Cancelled, "stopped")),
    }
}

/// Ends at the first Ctrl-C.
fn watch() -> JoinHandle<()> {
    tokio::spawn(async {
        ctrl_c().await;
        tokio::spawn(async {
            ctrl_c().await;
            show_cursor();
            std::process::exit(1);
        });
    })
}

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // It cannot be watched, so it ends the program as ever.
        std::future::pending::<()>().await;
    }
}

/// A question that was broken off leaves the cursor hidden.
pub(crate) fn show_cursor() {
    let terminal = Term::stderr();
    if terminal.is_term() {
        let _ = terminal.show_cursor();
    }
}
