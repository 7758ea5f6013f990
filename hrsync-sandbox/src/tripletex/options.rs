//! How the simulated service behaves where accounts differ, and where nobody knows.

use std::time::Duration;

use crate::fault::FaultMix;

/// How many calls one employee token may make with one consumer token in a period. The vendor does not publish its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls in a period; what comes after them is answered 429.
    pub calls: u32,
    /// The period, on the company's clock, from the first call in it.
    pub period: Duration,
}

/// What becomes of a `/list` request of which one part is refused. \[guess\]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListWrites {
    /// Nothing is applied.
    #[default]
    AllOrNothing,
    /// What came before the refused part stays applied; the answer is the refusal.
    UpToTheRefused,
}

/// How a write into a closed period is refused. Both are documented as possible, neither was ever recorded. \[guess\]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LockAnswer {
    /// 409 with code 10000.
    #[default]
    Conflict,
    /// 422 with code 18000 and a complaint about `date`.
    Validation,
}

/// What a change of an e-mail address that is set does; it "is not updatable". \[guess\]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmailChange {
    /// 422 with a complaint about `email`.
    #[default]
    Refused,
    /// The rest of the request is applied, the address stays.
    Ignored,
}

/// What lists answer to somebody who may not see everything. Both are documented. \[guess\]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WithoutRight {
    /// 403.
    #[default]
    Refused,
    /// What they may see.
    Shorter,
}

/// What `/employee/standardTime/byDate` answers for people without a row of their own. \[guess\]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoStandardTime {
    /// The company's standard on that day.
    #[default]
    Company,
    /// 404.
    NotFound,
    /// `{"value": null}`
    Null,
}

/// How a session with a wrong employee token is refused. \[guess\]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WrongEmployeeToken {
    /// 422 with a complaint about `arg:employeeToken`, as it is recorded for a wrong consumer token.
    #[default]
    Named,
    /// 401.
    Unauthorized,
}

/// The switches of a [`TripletexSandbox`](super::TripletexSandbox).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many calls are allowed; so many by default that no test meets them by accident.
    pub rate_limit: RateLimit,
    /// A list that finds more is refused, whatever its `count`.
    pub result_limit: usize,
    /// People need a department, as in most accounts.
    pub department_module: bool,
    /// The account has the time sheet module; without it everything about time sheets is answered 403.
    pub time_tracking: bool,
    /// Hours on a project need a comment.
    pub comments_on_projects: bool,
    /// What becomes of a list of which one part is refused.
    pub list_writes: ListWrites,
    /// How a write into a closed period is refused.
    pub lock_answer: LockAnswer,
    /// A completed month or week that nobody approved yet is closed too. \[guess\]
    pub completed_locks: bool,
    /// What a change of an e-mail address does.
    pub email_change: EmailChange,
    /// What lists answer to somebody who may not see everything.
    pub without_right: WithoutRight,
    /// Without a date of birth nothing can be registered on a person, which is the nearest the service has to being
    /// inactive. \[guess\]
    pub inactive_without_birth_date: bool,
    /// A change of a person without a date of birth is refused until it brings one, as three clients found.
    pub birth_date_to_change: bool,
    /// `+47` of a telephone number is dropped when it is stored, as seen on contacts. \[guess\]
    pub drop_country_code: bool,
    /// Account numbers of people are checked as those of ledger accounts are. \[guess\]
    pub check_account_numbers: bool,
    /// What is answered for people without a working-time standard of their own.
    pub no_standard_time: NoStandardTime,
    /// How a session with a wrong employee token is refused.
    pub wrong_employee_token: WrongEmployeeToken,
    /// `GET /employee` knows `isInactive`, as since version 2.75.11.
    pub inactive_filter: bool,
    /// How long every answer takes.
    pub latency: Duration,
    /// Faults that strike at random.
    pub fault_mix: FaultMix,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rate_limit: RateLimit { calls: 1_000_000, period: Duration::from_secs(60) },
            result_limit: 10_000,
            department_module: true,
            time_tracking: true,
            comments_on_projects: false,
            list_writes: ListWrites::default(),
            lock_answer: LockAnswer::default(),
            completed_locks: false,
            email_change: EmailChange::default(),
            without_right: WithoutRight::default(),
            inactive_without_birth_date: true,
            birth_date_to_change: true,
            drop_country_code: true,
            check_account_numbers: true,
            no_standard_time: NoStandardTime::default(),
            wrong_employee_token: WrongEmployeeToken::default(),
            inactive_filter: true,
            latency: Duration::ZERO,
            fault_mix: FaultMix::default(),
        }
    }
}
