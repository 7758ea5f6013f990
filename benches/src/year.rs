//! A year of absences, and what carrying them over computes.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceReport, AbsenceSettings, AbsenceStatus, Extent, HostAbsences, Hundredths, Piece,
    Portion, Told, TypeMapping, Window, WorkSchedule, days,
};
use hrsync_core::guard::Guards;
use hrsync_core::model::{AbsenceId, AbsenceTypeId, VendorAbsenceTypeId};
use hrsync_core::reconcile::{Decisions, Engine};
use hrsync_core::{Actor, Authority, Employee, HostId, MemoryStore, Result, StaticKeys, VendorId};
use hrsync_testkit::{MemoryAbsences, MemoryVendor, SeededEntropy, TestClock, TestHost};
use time::macros::{date, datetime};
use time::{Date, Weekday};
use tokio::runtime::{Builder, Runtime};

use crate::linked::{SLOW, processor_time};

/// The types of the host, and what they become.
const TYPES: [(&str, &str); 3] = [("vacation", "ferie"), ("sick", "syk"), ("care", "permisjon")];

/// The year whose absences they are.
const YEAR: i32 = 2026;

fn monday(week: usize) -> Date {
    Date::from_iso_week_date(YEAR, u8::try_from(week).unwrap_or(1), Weekday::Monday).unwrap_or(date!(2026 - 01 - 05))
}

/// Absences of one person, each of which has its first and its last day.
struct Absences {
    person: HostId,
    all: Vec<Absence>,
}

impl Absences {
    fn of(person: usize) -> Self {
        Self { person: HostId::new(format!("h{person}")), all: Vec::new() }
    }

    fn add(&mut self, kind: &str, from: Date, days: i64) -> &mut Absence {
        let id = format!("{}-{}", self.person, self.all.len());
        let absence = Absence::new(id, self.person.clone(), kind, from);
        let absence = absence.until(from.saturating_add(time::Duration::days(days - 1)));
        self.all.push(absence.approved(datetime!(2026-01-05 08:00 UTC)));
        let last = self.all.len() - 1;
        &mut self.all[last]
    }
}

/// What one person is away in a year: 25 days of vacation in three pieces, twice a day or more of sickness, of every tenth eight weeks
/// of graded sick leave, of every second half a day and of every third two hours with a child. About 34 days.
pub fn mixed(n: usize) -> Vec<Absence> {
    let mut year = Absences::of(n);
    year.add("vacation", monday(27 + n % 5), 19);
    year.add("vacation", monday(40 + n % 3), 5);
    year.add("vacation", date!(2026 - 12 - 21), 8).note = Some("with the family".to_owned());
    year.add("sick", monday(5 + n % 8), 1 + (n % 3) as i64);
    year.add("sick", monday(45 + n % 4), 1 + (n / 3 % 3) as i64);
    if n.is_multiple_of(10) {
        year.add("sick", monday(14), 56).grade = Hundredths::whole(60);
    }
    if n.is_multiple_of(2) {
        year.add("care", monday(24), 1).extent = Extent::Days { first: Portion::Half, last: Portion::Half };
    }
    if n.is_multiple_of(3) {
        year.add("care", monday(25), 1).extent = Extent::Hours(Hundredths::hours(2, 0));
    }
    year.all
}

/// Half of every work day of the year, in one absence: 259 days.
pub fn one_long(n: usize) -> Vec<Absence> {
    let mut year = Absences::of(n);
    year.add("sick", date!(2026 - 01 - 01), 365).grade = Hundredths::whole(50);
    year.all
}

/// Every work day of the year, in an absence a week: 259 days.
pub fn many_short(n: usize) -> Vec<Absence> {
    let mut year = Absences::of(n);
    year.add("sick", date!(2026 - 01 - 01), 2);
    for week in 2..=52 {
        year.add(TYPES[week % 3].0, monday(week), 5);
    }
    year.add("sick", date!(2026 - 12 - 28), 4);
    year.all
}

/// A host with nothing but absences. Clones are the same.
#[derive(Debug, Clone)]
struct Host(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    absences: HashMap<HostId, Vec<Absence>>,
    schedule: WorkSchedule,
}

#[async_trait]
impl HostAbsences for Host {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        Ok(self.0.absences.get(person).cloned().unwrap_or_default())
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        Ok(TYPES.iter().map(|(kind, _)| (*kind).into()).collect())
    }

    async fn schedule(&self, _person: &HostId, _from: Date, _until: Date) -> Result<WorkSchedule> {
        Ok(self.0.schedule.clone())
    }

    async fn set_status(&self, _absence: &AbsenceId, _status: AbsenceStatus) -> Result<()> {
        Ok(())
    }

    async fn told(&self, _person: &HostId) -> Result<Told> {
        Ok(Told::default())
    }
}

/// So many linked people with a year of absences each.
#[derive(Debug)]
pub struct Year {
    runtime: Runtime,
    engine: Engine,
    sheets: MemoryAbsences,
    host: Host,
    people: Vec<HostId>,
    anna: Actor,
}

/// What something took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    clock: Duration,
    processor: Duration,
}

impl Cost {
    fn of<T>(work: impl FnOnce() -> T) -> (T, Self) {
        let (start, busy) = (Instant::now(), processor_time());
        let result = work();
        let clock = start.elapsed();
        let processor = processor_time().zip(busy).map_or(clock, |(now, then)| now.saturating_sub(then));
        (result, Self { clock, processor })
    }

    /// Prints it, all of it and for each of so many people, beside the limit where there is one.
    ///
    /// # Panics
    /// It is more than twice the limit: a shared machine may be that slow.
    #[allow(clippy::print_stdout, reason = "the figures are what it is for")]
    pub fn print(self, what: &str, people: usize, limit: Option<Duration>) {
        let Self { clock, processor } = self;
        let each = processor / u32::try_from(people).unwrap_or(u32::MAX);
        let beside = limit.map(|limit| format!(" (limit {limit:?})")).unwrap_or_default();
        println!("{what}: {clock:.2?}, processor {processor:.2?}{beside}, {each:.2?} a person");
        let Some(limit) = limit else { return };
        if processor > limit {
            println!("beyond the limit: the machine is slow now, or the computation is");
        }
        assert!(processor <= limit * SLOW, "{what} takes {processor:?}");
    }
}

/// A Finnish identity number that nobody has: individual numbers from 900 are never given.
fn number(n: usize) -> String {
    let (day, month, year) = (1 + n / 100 % 28, 1 + n / 2_800 % 12, 50 + n / 33_600 % 50);
    let digits = format!("{day:02}{month:02}{year:02}9{:02}", n % 100);
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[digits.parse::<usize>().unwrap_or_default() % 31];
    format!("{}-{}{}", &digits[..6], &digits[6..], char::from(check))
}

impl Year {
    /// So many linked people with these absences each, and nothing in the payroll system.
    ///
    /// # Panics
    /// They cannot be linked.
    pub fn new(people: usize, absences: fn(usize) -> Vec<Absence>) -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let (directory, vendor) = (TestHost::default(), MemoryVendor::new());
        let ids: Vec<HostId> = (0..people).map(|n| HostId::new(format!("h{n}"))).collect();
        for (n, id) in ids.iter().enumerate() {
            let mut person = Employee::new(id.as_str());
            (person.given_name, person.family_name) = (Some(format!("Given {n}")), Some("Name".to_owned()));
            person.national_id = Some(number(n));
            vendor.put(&format!("v{n}"), &person);
            directory.put(person);
        }
        let clock = TestClock::at(datetime!(2026-11-10 09:00 UTC));
        let holidays = [date!(2026 - 01 - 01), date!(2026 - 12 - 25)];
        let schedule = holidays.into_iter().fold(WorkSchedule::default(), WorkSchedule::holiday);
        let all = ids.iter().enumerate().map(|(n, id)| (id.clone(), absences(n))).collect();
        let host = Host(Arc::new(Kept { absences: all, schedule }));
        let settings =
            TYPES.iter().fold(AbsenceSettings::on(datetime!(2026-01-01 00:00 UTC)), |settings, (from, to)| {
                settings.map(*from, TypeMapping::To((*to).into()))
            });
        let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(directory))
            .guards(Guards::off())
            .store(MemoryStore::with_clock(Arc::new(clock.clone())))
            .keys(StaticKeys::new([7; 32]))
            .clock(clock)
            .entropy(SeededEntropy::new(1))
            .absences(host.clone(), settings)
            .build()
            .unwrap();
        let anna = Actor::administrator("anna");
        let linked = runtime.block_on(async {
            engine.connect(&anna, Authority::Confirmed).await?;
            let review = engine.review(&anna).await?;
            engine.apply(&anna, &engine.plan(&anna, &review, &Decisions::new())?).await
        });
        assert_eq!(linked.unwrap().linked, people);
        Self { runtime, engine, sheets: vendor.absences().clone(), host, people: ids, anna }
    }

    fn previewed(&self) -> AbsenceReport {
        let report = self.runtime.block_on(self.engine.preview_absences(&self.anna, &self.people));
        report.unwrap().report
    }

    /// What would be written, computed from what is there; how many entries would be created, and what that costs at best of three.
    ///
    /// # Panics
    /// Something would be changed or removed, or somebody has to be told something.
    pub fn preview(&self) -> (usize, Cost) {
        let runs = (0..3).map(|_| Cost::of(|| self.previewed()));
        let (report, cost) = runs.min_by_key(|(_, cost)| cost.processor).unwrap();
        assert_eq!(report.findings, []);
        assert!(report.items.iter().all(|item| (item.entries.1, item.entries.2) == (0, 0)));
        (report.items.iter().map(|item| item.entries.0).sum(), cost)
    }

    /// The days of all absences and the entries that they want: what of it takes neither engine nor store.
    ///
    /// # Panics
    /// An absence cannot be expressed.
    pub fn pieces(&self) -> (Vec<Vec<Piece>>, Cost) {
        let (from, until) = (date!(2026 - 01 - 01), date!(2026 - 12 - 31));
        let window = Window { pieces: true, ..Window::new(VendorId::new("v0"), from, until) };
        let looked = self.runtime.block_on(self.sheets.look(&[window])).unwrap().remove(0);
        let kinds: HashMap<&str, VendorAbsenceTypeId> = TYPES.iter().map(|(from, to)| (*from, (*to).into())).collect();
        let kept = &self.host.0;
        Cost::of(|| {
            let of = |person: &HostId| {
                let absences = kept.absences.get(person).into_iter().flatten();
                absences.flat_map(|absence| {
                    let days = days(absence, &kept.schedule).unwrap_or_default();
                    let pieces = self.sheets.pieces(absence, &kinds[absence.kind.as_str()], &days, &looked);
                    pieces.unwrap()
                })
            };
            self.people.iter().map(|person| of(person).collect()).collect()
        })
    }

    /// Lets the payroll system hold all of it already, and remembers that it does.
    ///
    /// # Panics
    /// Something had to be written for that.
    pub fn fill(&self, pieces: &[Vec<Piece>]) {
        for (n, pieces) in pieces.iter().enumerate() {
            for Piece { slot, content, .. } in pieces {
                let note = content.note.as_deref();
                self.sheets.enter(&format!("v{n}"), slot.kind.as_str(), slot.from, content.amount, note);
            }
        }
        self.push();
        assert_eq!(self.sheets.written(), []);
    }

    /// Carries over what changed, which is nothing once all of it is there: what is stored is read, and no more is computed.
    ///
    /// # Panics
    /// It fails.
    pub fn push(&self) -> Cost {
        let (report, cost) = Cost::of(|| self.runtime.block_on(self.engine.push_absences(&self.people)));
        assert_eq!(report.unwrap().findings, []);
        cost
    }
}
