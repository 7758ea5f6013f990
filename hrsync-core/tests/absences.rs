//! Which absences are sent, on which days, and why the others are not.

use hrsync_core::absence::{
    Absence, AbsenceProblem, AbsenceSettings, AbsenceStatus, Conditions, Counting, Extent, Hundredths, NotSent,
    Portion, TypeMapping, WorkSchedule, days,
};
use hrsync_core::model::AbsenceTypeId;
use time::Weekday;
use time::macros::{date, datetime};

/// Vacation from Monday to Sunday, approved after absences were switched on.
fn vacation() -> Absence {
    let absence = Absence::new("a1", "h1", "vacation", date!(2026 - 11 - 23));
    absence.until(date!(2026 - 11 - 29)).approved(datetime!(2026-11-10 12:00 UTC))
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
        ("nobody knows when", |one| one.approved_at = None, NotSent::ApprovedSometime),
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
    let calendar = vacation().counting(Counting::CalendarDays);
    assert!(settings().target(&calendar, true, &Conditions::default()).is_ok());
}

// rule: TT-30, TT-31
#[test]
fn types_are_asked_about_only_while_absences_are_sent() {
    let types: Vec<AbsenceTypeId> = ["vacation", "training", "sick child"].map(AbsenceTypeId::from).to_vec();
    assert_eq!(settings().unmapped(&types), [&types[2]]);
    assert!(AbsenceSettings::off().unmapped(&types).is_empty());
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
    let calendar = vacation().counting(Counting::CalendarDays);
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
    absence.extent = Extent::Hours(Hundredths::hours(7, 30));
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
fn an_absence_is_what_was_said_of_it_and_nothing_else() {
    let (start, at) = (date!(2026 - 11 - 23), datetime!(2026-11-10 12:00 UTC));
    let bare = Absence::new("a1", "h1", "vacation", start);
    let halves = Extent::Days { first: Portion::Half, last: Portion::Half };
    type Change = fn(&mut Absence);
    let cases: [(Absence, Change); 7] = [
        (bare.clone(), |_| ()),
        (bare.clone().until(date!(2026 - 11 - 27)), |one| one.end = Some(date!(2026 - 11 - 27))),
        (bare.clone().extent(halves), |one| one.extent = Extent::Days { first: Portion::Half, last: Portion::Half }),
        (bare.clone().grade(Hundredths::whole(50)), |one| one.grade = Hundredths(5_000)),
        (bare.clone().note("by the sea"), |one| one.note = Some("by the sea".to_owned())),
        (bare.clone().counting(Counting::CalendarDays), |one| one.counting = Counting::CalendarDays),
        (bare.clone().approved(at), |one| {
            (one.status, one.approved_at) = (AbsenceStatus::Approved, Some(datetime!(2026-11-10 12:00 UTC)));
        }),
    ];
    for (place, (said, change)) in cases.into_iter().enumerate() {
        let mut changed = bare.clone();
        change(&mut changed);
        assert!(said == changed, "case {place}");
        assert_eq!(said == bare, place == 0, "case {place}");
    }
}

#[test]
fn hours_and_minutes_are_hundredths_of_an_hour() {
    let cases = [
        ((0, 0), "0"),
        ((7, 30), "7.5"),
        ((3, 45), "3.75"),
        ((24, 0), "24"),
        ((0, 3), "0.05"),
        ((0, 1), "0.02"),
        ((0, 20), "0.33"),
        ((0, 40), "0.67"),
        ((1, 90), "2.5"),
        ((u16::MAX, u16::MAX), "66627.25"),
    ];
    for ((hours, minutes), expected) in cases {
        assert_eq!(Hundredths::hours(hours, minutes).to_string(), expected, "{hours}:{minutes}");
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
    let absence = vacation().note("Marker note");
    let shown = format!("{absence:?}");
    assert!(!shown.contains("Marker") && !shown.contains("vacation") && !shown.contains("2026"), "{shown}");
}
