//! What takes somebody in the screens of Tripletex, and is shown on the simulated company only; and what stands in its time sheets.

use std::collections::BTreeMap;

use hrsync::absence::{
    Absence, AbsenceOutcome, AbsenceSettings, AbsenceStatus, Hundredths, TypeMapping, VendorAbsenceType, days,
};
use hrsync::model::VendorAbsenceTypeId;
use hrsync::{Clock, Engine, Error, ErrorKind, Fixer, HostId, Result, SystemClock};
use hrsync_examples::absences::{approve, work_schedule};
use hrsync_examples::say;
use hrsync_sandbox::tripletex::{Entry, Holder, Kind, TripletexSandbox};
use time::Date;

use super::story::{Story, heading, id_of, month_of, outcome};

/// The rights that give access to the hours of others: of the company, of a department, of a list.
const HOURS_OF_OTHERS: [u32; 3] = [6, 5, 46];

/// Hours by employee, activity and day.
pub(crate) type Sheet = BTreeMap<(u64, u64, Date), Hundredths>;

impl Story<'_> {
    /// Three that Tripletex does not take. What somebody else entered in its screens.
    pub(crate) async fn refused(
        &self,
        company: &TripletexSandbox,
        engine: &Engine,
        people: &[HostId],
    ) -> Result<Sheet> {
        heading("Refused", "what Tripletex does not take is rejected in the host, and people are told");
        let [locked, foreign, right] = [&people[12], &people[13], &people[14]];
        let span = (self.workday(16), self.workday(17));
        let put = |id: &str, person: &HostId, kind: &str| {
            let absence = Absence::new(id, person.clone(), kind, span.0);
            self.desk.host.put(absence.until(span.1).approved(SystemClock.now()));
        };
        let rejected = |id: &str| self.status(id) == Some(AbsenceStatus::RejectedByIntegration);

        put("b1", locked, "self");
        let shown = engine.preview_absences(&self.anna, std::slice::from_ref(locked)).await?.report;
        let employee = vendor_id(engine, locked).await?;
        company.lock_month(employee, &month_of(span.0));
        say!(
            "b1 would be sent, the preview says. Then the payroll clerk closes {} for {}.",
            month_of(span.0),
            self.desk.people.name(locked.as_str())
        );
        let report = engine.push_absences(std::slice::from_ref(locked)).await?;
        self.desk.report(&report, "sent");
        self.claims.claim(
            outcome(&shown, "b1") == "sent" && outcome(&report, "b1") == "refused" && rejected("b1"),
            "a month that is closed between plan and apply rejects the absence in the host",
        );

        let employee = vendor_id(engine, foreign).await?;
        let vacation = company.activity("Ferie").unwrap_or_default();
        company.put_entry(&Entry::new(employee, vacation, span.0, 4.0));
        say!(
            "A manager enters 4 hours of Ferie on {} for {} in Tripletex, then b2 is approved.",
            span.0,
            self.desk.people.name(foreign.as_str())
        );
        put("b2", foreign, "vacation");
        let report = engine.push_absences(std::slice::from_ref(foreign)).await?;
        self.desk.report(&report, "sent");
        self.claims.claim(
            outcome(&report, "b2") == "refused" && rejected("b2"),
            "hours that somebody else entered are not written over",
        );

        HOURS_OF_OTHERS.iter().for_each(|right| company.set_right(Holder::Token, *right, false));
        say!("The token loses its right to the time sheets of others, then b3 is approved.");
        put("b3", right, "self");
        let report = engine.push_absences(std::slice::from_ref(right)).await?;
        self.desk.report(&report, "sent");
        let hint = report.findings.iter().any(|finding| {
            finding.fixer == Fixer::CredentialOwner
                && finding.hint.as_ref().is_some_and(|hint| hint.contains("API Access"))
        });
        self.claims.claim(
            outcome(&report, "b3") == "refused" && rejected("b3") && hint,
            "a lost right is told with the menu in which the token's creator grants it",
        );
        self.counting.take();
        Ok(Sheet::from([((employee, vacation, span.0), Hundredths::hours(4, 0))]))
    }

    pub(crate) async fn retried(&self, company: &TripletexSandbox, engine: &Engine, people: &[HostId]) -> Result<()> {
        heading(
            "Retried",
            "the month is opened and the right granted; one absence is retried by hand, the other approved again",
        );
        let (locked, right) = (&people[12], &people[14]);
        company.unlock_month(vendor_id(engine, locked).await?, &month_of(self.workday(16)));
        HOURS_OF_OTHERS.iter().for_each(|right| company.set_right(Holder::Token, *right, true));
        engine.push_absences(&[locked.clone(), right.clone()]).await?;
        let still = ["b1", "b3"].iter().all(|id| self.status(id) == Some(AbsenceStatus::RejectedByIntegration));
        self.claims.claim(still, "nothing that was rejected is sent by itself");
        let report = engine.retry_absence(&self.anna, locked, &"b1".into()).await?;
        self.desk.report(&report, "sent");
        self.desk.host.change(&"b3".into(), |one| approve(one, SystemClock.now()));
        let again = engine.push_absences(std::slice::from_ref(right)).await?;
        self.desk.report(&again, "sent");
        let fine = ["b1", "b3"].iter().all(|id| self.status(id) == Some(AbsenceStatus::Approved));
        self.claims.claim(
            fine && outcome(&report, "b1") == "sent" && outcome(&again, "b3") == "sent",
            "what is retried or approved again is sent, and approved in the host",
        );
        say!("{}", self.counting.take());
        Ok(())
    }

    pub(crate) async fn mapped_otherwise(
        &self,
        company: &TripletexSandbox,
        settings: &AbsenceSettings,
        offered: &[VendorAbsenceType],
        people: &[HostId],
    ) -> Result<()> {
        heading(
            "Mapped otherwise",
            "sick leave becomes another activity; what is there stays, and is not touched any more",
        );
        let (person, day) = (&people[1], self.workday(18));
        let Some(other) = id_of(offered, "Permisjon med lønn") else {
            return Err(Error::new(ErrorKind::NotFound, "the simulated company has no such activity"));
        };
        let settings = settings.clone().map("sick", TypeMapping::To(other.clone()));
        self.desk.mapping(&settings, offered);
        let engine = self.engine(settings)?;
        let before = sheet(company);
        self.desk.host.change(&"a02".into(), |one| one.grade = Hundredths::whole(80));
        let new = Absence::new("b4", person.clone(), "sick", day);
        self.desk.host.put(new.until(day).approved(SystemClock.now()));
        let report = engine.push_absences(std::slice::from_ref(person)).await?;
        self.desk.report(&report, "sent");
        let employee = vendor_id(&engine, person).await?;
        let after = sheet(company);
        let kept = before.iter().all(|(slot, hours)| after.get(slot) == Some(hours));
        let new: Vec<_> = after.keys().filter(|slot| !before.contains_key(*slot)).collect();
        self.claims.claim(
            kept && report.items.iter().any(|item| item.outcome == AbsenceOutcome::Disconnected),
            "no entry from before the mapping was changed is touched, and that is said",
        );
        self.claims
            .claim(new == [&(employee, number(&other)?, day)], "a new absence of the type uses the new activity");
        say!("{}", self.counting.take());
        Ok(())
    }

    /// Compares the time sheets of the simulated company with what the host's absences ask for, worked out here from the company's
    /// own numbers. `others` is what somebody else entered.
    pub(crate) async fn compared(
        &self,
        company: &TripletexSandbox,
        engine: &Engine,
        settings: &AbsenceSettings,
        others: &Sheet,
    ) -> Result<()> {
        let (conditions, schedule) = (self.vendor()?.conditions(), work_schedule(self.first, self.last()));
        let mut asked = others.clone();
        for absence in self.desk.host.all() {
            let Ok(kind) = settings.target(&absence, true, &conditions) else { continue };
            let employee = vendor_id(engine, &absence.person).await?;
            let wrong = |problem: hrsync::absence::AbsenceProblem| Error::new(ErrorKind::InvalidData, problem.as_str());
            for part in days(&absence, &schedule).map_err(wrong)? {
                let hours = part.hours.unwrap_or_else(|| working_day(company, employee).per_cent(part.share));
                asked.entry((employee, number(kind)?, part.day)).or_default().0 += hours.0;
            }
        }
        let there = sheet(company);
        self.claims.claim(
            there == asked,
            format!(
                "the {} entries of the company are the {} that were asked for, to the hundredth of an hour",
                there.len(),
                asked.len()
            ),
        );
        Ok(())
    }
}

fn number(id: &VendorAbsenceTypeId) -> Result<u64> {
    id.as_str().parse().map_err(|_| Error::new(ErrorKind::Unexpected, "an activity's id is no number"))
}

async fn vendor_id(engine: &Engine, person: &HostId) -> Result<u64> {
    let links = engine.links_of(person).await?;
    let id = links.first().and_then(|link| link.vendor.as_str().parse().ok());
    id.ok_or_else(|| Error::new(ErrorKind::NotFound, "the person is not linked"))
}

/// What stands in the time sheets of the company.
fn sheet(company: &TripletexSandbox) -> Sheet {
    let slot = |entry: &Entry| (entry.employee, entry.activity, entry.date);
    company.entries().iter().map(|entry| (slot(entry), hundredths(entry.hours))).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours of a day")]
fn hundredths(hours: f64) -> Hundredths {
    Hundredths((hours * 100.0).round() as u32)
}

/// The hours of a working day of an employee of the simulated company: of their own standard, which holds their part-time share there,
/// or their share of the company's.
fn working_day(company: &TripletexSandbox, employee: u64) -> Hundredths {
    let all = |kind| company.ids(kind).into_iter().filter_map(move |id| company.object(kind, id));
    if let Some(own) = all(Kind::StandardTime).find(|row| row["employee"]["id"] == employee) {
        return hundredths(own["hoursPerDay"].as_f64().unwrap_or_default());
    }
    let whole = all(Kind::CompanyStandardTime).next().and_then(|row| row["hoursPerDay"].as_f64()).unwrap_or_default();
    let employment = all(Kind::Employment).find(|row| row["employee"]["id"] == employee).map(|row| row["id"].clone());
    let rows = all(Kind::EmploymentDetails).filter(|row| Some(&row["employment"]["id"]) == employment.as_ref());
    let latest = rows.max_by_key(|row| row["date"].as_str().map(str::to_owned));
    let share = latest.and_then(|row| row["percentageOfFullTimeEquivalent"].as_f64()).unwrap_or(100.0);
    hundredths(whole).per_cent(hundredths(share))
}
