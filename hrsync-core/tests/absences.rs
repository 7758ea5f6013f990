//! Which absences are sent, on which days, and why the others are not.

use hrsync_core::absence::{
    Absence, AbsenceProblem, AbsenceSettings, AbsenceStatus, Conditions, Counting, Extent, Hundredths, NotSent,
    Portion, TypeMapping, VendorAbsenceType, WorkSchedule, days,
};
use hrsync_core::model::AbsenceTypeId;
use time::Weekday;
use time::macros::{date, datetime};

/// Vacation from Monday to Sunday, approved after absences were switched on.
fn vacation() -> Absence {
    let mut absence = Absence::new("a1", "h1", "vacation", date!(2026 - 11 - 23));
    absence.end = Some(date!(2026 - 11 - 29));
    absence.status = AbsenceStatus::Approved;
    absence.approved_at = Some(datetime!(2026-11-10 12:00 UTC));
    absence
}

fn settings() -> AbsenceSettings {
    AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC))
        .map("vacation", TypeMapping::To("ferie".into()))
        .map("training", TypeMapping::DoNotSync)
}

/// What an absence is sent as, or why it is not: where the vendor takes work days only.
fn sent(settings: &AbsenceSettings, absence: &Absence, linked: bool) -> Result<String, NotSent> {
    let conditions = Conditions { work_days_only: true };
    settings.target(absence, linked, &conditions).map(|kind| kind.as_str().to_owned())
}

#[test]
fn an_absence_that_is_not_sent_says_why() {
    type Change = fn(&mut Absence);
    let cases: [(&str, Change, NotSent); 15] = [
        // rule: TT-72, AB-11
        ("requested", |one| one.status = AbsenceStatus::Requested, NotSent::NotApproved),
        ("refused", |one| one.status = AbsenceStatus::Rejected, NotSent::NotApproved),
        ("taken back", |one| one.status = AbsenceStatus::Withdrawn, NotSent::NotApproved),
        ("refused by pay", |one| one.status = AbsenceStatus::RejectedByIntegration, NotSent::Rejected),
        // rule: TT-71, AB-12
        ("no end", |one| one.end = None, NotSent::NoEnd),
        // rule: TT-28
        ("calendar days", |one| one.counting = Counting::CalendarDays, NotSent::CalendarDays),
        // rule: TT-32, AB-14
        ("excluded type", |one| one.kind = "training".into(), NotSent::Excluded),
        // rule: TT-70, AB-13
        ("unmapped type", |one| one.kind = "sick child".into(), NotSent::Unmapped),
        ("approved before", |one| one.approved_at = Some(datetime!(2026-10-31 23:59 UTC)), NotSent::ApprovedBefore),
        ("nobody knows when", |one| one.approved_at = None, NotSent::ApprovedBefore),
        (
            "end before start",
            |one| one.end = Some(date!(2026 - 11 - 22)),
            NotSent::Problem(AbsenceProblem::EndBeforeStart),
        ),
        ("for ever", |one| one.end = Some(date!(9999 - 12 - 31)), NotSent::Problem(AbsenceProblem::TooLong)),
        ("over 100 %", |one| one.grade = Hundredths(10_001), NotSent::Problem(AbsenceProblem::Grade)),
        ("none of it", |one| one.grade = Hundredths(0), NotSent::Problem(AbsenceProblem::Grade)),
        ("over 24 hours", |one| one.extent = Extent::Hours(Hundredths(2_401)), NotSent::Problem(AbsenceProblem::Hours)),
    ];
    assert_eq!(sent(&settings(), &vacation(), true), Ok("ferie".to_owned()));
    for (case, change, why) in cases {
        let mut absence = vacation();
        change(&mut absence);
        assert_eq!(sent(&settings(), &absence, true), Err(why), "{case}");
        assert!(!why.to_string().is_empty());
    }
    // rule: AB-10
    assert_eq!(sent(&settings(), &vacation(), false), Err(NotSent::NotLinked));
    // rule: TT-23, AB-03
    assert_eq!(sent(&AbsenceSettings::off(), &vacation(), true), Err(NotSent::TransferOff));
    // A vendor that takes ranges takes calendar days too.
    let mut calendar = vacation();
    calendar.counting = Counting::CalendarDays;
    assert!(settings().target(&calendar, true, &Conditions::default()).is_ok());
}

// rule: TT-30, TT-31
#[test]
fn types_are_asked_about_only_while_absences_are_sent() {
    let types: Vec<AbsenceTypeId> = ["vacation", "training", "sick child"].map(AbsenceTypeId::from).to_vec();
    assert_eq!(settings().unmapped(&types), [&types[2]]);
    assert!(AbsenceSettings::off().unmapped(&types).is_empty());
}

// rule: TT-31, AB-05
#[test]
fn what_a_type_is_mapped_to_has_to_be_there() {
    let offered = ["ferie", "syk"].map(|id| VendorAbsenceType::new(id, id));
    let settings = settings().map("sick", TypeMapping::To("no such".into()));
    assert_eq!(settings.not_offered(&offered), [&AbsenceTypeId::from("sick")]);
    assert_eq!(settings.not_offered(&[]).len(), 2, "of an excluded type nothing is asked");
    // A type has one counterpart: a second one takes the place of the first.
    assert!(settings.map("sick", TypeMapping::To("syk".into())).not_offered(&offered).is_empty());
    let off = AbsenceSettings::off().map("sick", TypeMapping::To("no such".into()));
    assert!(off.not_offered(&offered).is_empty());
}

// rule: TT-96, TT-97, TT-98, TT-99
#[test]
fn the_hosts_schedule_says_which_days_count() {
    let weekend = [Weekday::Friday, Weekday::Saturday, Weekday::Sunday];
    let cases = [
        (WorkSchedule::default(), vec![23, 24, 25, 26, 27]),
        (WorkSchedule::default().holiday(date!(2026 - 11 - 25)), vec![23, 24, 26, 27]),
        (WorkSchedule::default().workday(date!(2026 - 11 - 28)), vec![23, 24, 25, 26, 27, 28]),
        (WorkSchedule::of(weekend), vec![27, 28, 29]),
        (WorkSchedule::of([]), vec![]),
    ];
    for (schedule, expected) in cases {
        let counted: Vec<u8> = days(&vacation(), &schedule).unwrap().iter().map(|part| part.day.day()).collect();
        assert_eq!(counted, expected, "{schedule:?}");
    }
    let mut calendar = vacation();
    calendar.counting = Counting::CalendarDays;
    assert_eq!(days(&calendar, &WorkSchedule::of([])).unwrap().len(), 7);
}

#[test]
fn a_day_is_taken_by_half_by_grade_and_by_the_hour() {
    let shares = |absence: &Absence| -> Vec<u32> {
        days(absence, &WorkSchedule::default()).unwrap().iter().map(|part| part.share.0).collect()
    };
    let half = Portion::Half;
    let mut absence = vacation();
    absence.end = Some(date!(2026 - 11 - 25));
    absence.extent = Extent::Days { first: half, last: Portion::Whole };
    assert_eq!(shares(&absence), [5_000, 10_000, 10_000]);
    // rule: TT-85
    absence.grade = Hundredths::whole(40);
    absence.extent = Extent::Days { first: half, last: half };
    assert_eq!(shares(&absence), [2_000, 4_000, 2_000]);
    absence.end = Some(absence.start);
    assert_eq!(shares(&absence), [2_000], "half of one day, and not of its halves");
    absence.extent = Extent::Hours(Hundredths(750));
    let parts = days(&absence, &WorkSchedule::default()).unwrap();
    assert_eq!(parts[0].hours, Some(Hundredths::whole(3)));
    absence.end = None;
    assert!(days(&absence, &WorkSchedule::default()).unwrap().is_empty());
}

#[test]
fn an_absence_goes_over_a_years_end_and_a_change_of_the_clock() {
    let mut absence = vacation();
    absence.start = date!(2026 - 12 - 28);
    absence.end = Some(date!(2027 - 01 - 04));
    let counted = days(&absence, &WorkSchedule::default()).unwrap();
    assert_eq!(counted.first().map(|part| part.day), Some(date!(2026 - 12 - 28)));
    assert_eq!((counted.len(), counted.last().map(|part| part.day)), (6, Some(date!(2027 - 01 - 04))));
    // Clocks change on a Sunday in March and in October; days are dates and have no hours of their own.
    for (start, end) in [(date!(2027 - 03 - 26), date!(2027 - 03 - 29)), (date!(2027 - 10 - 29), date!(2027 - 11 - 01))]
    {
        (absence.start, absence.end) = (start, Some(end));
        assert_eq!(days(&absence, &WorkSchedule::default()).unwrap().len(), 2);
    }
}

#[test]
fn numbers_of_pay_are_exact() {
    for (hours, share, expected) in [(750, 8_000, "6"), (750, 3_333, "2.5"), (1, 5_000, "0.01"), (725, 10_000, "7.25")]
    {
        assert_eq!(Hundredths(hours).per_cent(Hundredths(share)).to_string(), expected);
    }
    assert_eq!(Hundredths(u32::MAX).per_cent(Hundredths(u32::MAX)), Hundredths(u32::MAX));
}

#[test]
fn nothing_of_why_somebody_is_away_is_shown() {
    let mut absence = vacation();
    absence.note = Some("Marker note".into());
    let shown = format!("{absence:?}");
    assert!(!shown.contains("Marker") && !shown.contains("vacation") && !shown.contains("2026"), "{shown}");
}
