//! A post office that takes its time, and engines whose mails go by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use hrsync_core::absence::HostAbsences;
use hrsync_core::host::{Notification, Notifier};
use hrsync_core::reconcile::Engine;
use hrsync_core::{Error, ErrorKind, Result, StaticKeys};
use hrsync_testkit::{Mailbox, SeededEntropy};
use tokio::task::yield_now;

use super::world::{World, settings};

/// Delivers slowly, or not at all while it is down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Post {
    pub(crate) mailbox: Mailbox,
    /// How many mails were begun.
    pub(crate) begun: Arc<AtomicU32>,
    pub(crate) down: Arc<AtomicBool>,
}

/// Delivers, and then nobody hears of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unheard(pub(crate) Mailbox);

#[async_trait]
impl Notifier for Unheard {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        self.0.notify(notification).await?;
        Err(Error::new(ErrorKind::Unavailable, "the mail server did not answer"))
    }
}

#[async_trait]
impl Notifier for Post {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        for _ in 0..100 {
            yield_now().await;
        }
        match self.down.load(Ordering::SeqCst) {
            true => Err(Error::new(ErrorKind::Unavailable, "the mail server is down")),
            false => self.mailbox.notify(notification).await,
        }
    }
}

/// Another engine over the same world, whose mails go by this post.
pub(crate) fn by(world: &World, post: &Post) -> Engine {
    over(world, world.absences.clone(), post, 77)
}

/// The same over these absences, with randomness of its own.
pub(crate) fn over(
    world: &World,
    absences: impl HostAbsences,
    post: &(impl Notifier + Clone + 'static),
    seed: u64,
) -> Engine {
    Engine::builder(Arc::new(world.vendor.clone()), Arc::new(world.host.clone()))
        .store(world.store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(seed))
        .notifier(post.clone())
        .absences(absences, settings())
        .build()
        .unwrap()
}
