//! Faults on the way, one-shot and seeded.

use std::time::Duration;

use crate::rng::SplitMix64;

/// Something that goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// This status is answered, with the page of a gateway or the service's own unspecified error; nothing is applied.
    Status(u16),
    /// The request is applied, the answer stops in the middle.
    CutBody,
    /// A gateway answers with HTTP 200 and an HTML page; nothing is applied.
    Html,
    /// The request is applied, then the connection breaks.
    LostReply,
    /// Nothing is applied and no answer comes.
    Timeout,
    /// No answer comes; the request is applied by the sandbox's `apply_late` (the socket front calls it after two
    /// seconds).
    LateApply,
    /// The request is applied and answered, but only after this time.
    Delay(Duration),
    /// The request is applied and the answer lacks its end.
    Malformed,
    /// No connection comes about; nothing arrives.
    Connect,
}

impl Fault {
    /// This fault, for the next request of `resource` (any case), as the service's log of calls names it.
    #[must_use]
    pub fn on(self, resource: &str) -> FaultRule {
        FaultRule { resource: Some(resource.to_ascii_lowercase()), skip: 0, fault: self }
    }
}

/// A queued fault and when it strikes.
///
/// Every request is held against the first rule that names its resource or none at all: a rule with something left to
/// skip lets the request pass and counts it, any other rule strikes and is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// The resource to wait for, as the log of calls names it, for example `employee.nv` or `POST /timesheet/entry`; none:
    /// any.
    pub resource: Option<String>,
    /// How many matching requests pass first.
    pub skip: usize,
    /// What happens.
    pub fault: Fault,
}

impl FaultRule {
    /// The same rule after `skip` matching requests have passed.
    #[must_use]
    pub fn after(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }
}

impl From<Fault> for FaultRule {
    fn from(fault: Fault) -> Self {
        Self { resource: None, skip: 0, fault }
    }
}

/// Faults that strike at random, from the sandbox's seed. Each share is in per cent of the requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultMix {
    /// Requests answered 503 by a gateway.
    pub fail_percent: u8,
    /// Requests whose answer is cut.
    pub cut_percent: u8,
    /// Requests whose answer is lost.
    pub lose_percent: u8,
    /// Requests that time out and are applied later.
    pub late_percent: u8,
}

impl FaultMix {
    pub(crate) fn draw(self, rng: &mut SplitMix64) -> Option<Fault> {
        let mut roll = rng.below(100);
        let shares = [
            (self.fail_percent, Fault::Status(503)),
            (self.cut_percent, Fault::CutBody),
            (self.lose_percent, Fault::LostReply),
            (self.late_percent, Fault::LateApply),
        ];
        for (share, fault) in shares {
            match roll.checked_sub(u32::from(share)) {
                Some(rest) => roll = rest,
                None => return Some(fault),
            }
        }
        None
    }
}

/// Takes the fault that strikes a request of `resource` out of the queue.
pub(crate) fn take(queue: &mut Vec<FaultRule>, resource: &str) -> Option<Fault> {
    let matches = |rule: &FaultRule| rule.resource.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(resource));
    let at = queue.iter().position(matches)?;
    let rule = queue.get_mut(at)?;
    match rule.skip.checked_sub(1) {
        Some(left) => {
            rule.skip = left;
            None
        }
        None => Some(queue.remove(at).fault),
    }
}
