//! What creation in the vendor sets and leaves to the payroll clerk, and how changes of an employment arrive.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::finding::code;
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Report, Resolution, Select};
use hrsync_core::{Employee, FieldId, Fixer, HostId, field};
use hrsync_netvisor::mapping::EDITS_STOPPED;
use hrsync_netvisor::texts::payroll_clerk_information;
use hrsync_netvisor::{EmploymentEdits, PENSION_INSURANCE_MISSING};
use hrsync_sandbox::netvisor::{EmploymentEdit, Period, Person};
use time::macros::date;
use world::World;
use world::steps::{has_empty_element, host, host_of, newcomer, texts, vendor, with_code};

const REVIEW_POINTS: [&str; 7] = [
    "salary_model",
    "work_pension_insurance",
    "term_of_employment",
    "end_reason",
    "occupational_class",
    "employment_periods",
    "grounds_for_employment",
];

/// A world with `people` created in the vendor, and what the run told.
async fn created(people: &[Employee]) -> (World, Report) {
    let world = World::in_step(2).await;
    people.iter().for_each(|person| world.host.put(person.clone()));
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(report.count(ItemResult::Done), people.len(), "{report:#?}");
    (world, report)
}

// rule: NV-31
#[test]
fn the_information_for_the_payroll_clerk_is_there_without_a_connection() {
    let points = payroll_clerk_information();
    assert_eq!(points.iter().map(|point| point.code).collect::<Vec<_>>(), REVIEW_POINTS);
    for point in points {
        for text in [point.place, point.field, point.what_happens, point.to_do] {
            assert!(!text.is_empty(), "{}", point.code);
        }
    }
}

// rule: NV-32
// rule: NV-36
#[tokio::test]
async fn the_report_lists_the_review_points_of_created_people_and_of_nobody_else() {
    let world = World::in_step(2).await;
    world.host.put(newcomer(0));
    world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(report.count(ItemResult::Done), 2, "{report:#?}");
    let [item] = report.review_list.as_slice() else { panic!("{report:#?}") };
    let key = world.vendor_of(&newcomer(0)).unwrap().netvisorkey;
    assert_eq!((&item.host_id, &item.vendor_id), (&host("n0"), &vendor(key)));
    assert_eq!(item.points.iter().map(|point| point.code).collect::<Vec<_>>(), REVIEW_POINTS);
    assert_eq!(item.points, payroll_clerk_information());
    let pension = item.points.iter().find(|point| point.code == "work_pension_insurance").unwrap();
    assert!(pension.to_do.to_lowercase().contains("select an employment pension insurance"));
    assert_eq!(world.mailbox.mails().last().unwrap().report.review_list, report.review_list);
    // Nothing is asked again when the person is only updated.
    world.sandbox.change_person(key, select_insurance);
    world.edit_host(&host("n0"), field::GIVEN_NAME, "Toinen");
    assert!(world.synchronise(&Decisions::new()).await.review_list.is_empty());
}

#[tokio::test]
async fn somebody_who_left_and_comes_back_is_known_and_not_added_a_second_time() {
    let world = World::connected(2).await;
    world.sandbox.change_person(100, |person| {
        let period = &mut person.periods[0];
        (period.start, period.probation_end) = ("2020-01-01".into(), String::new());
        (period.end, period.end_reason) = ("2021-12-31".into(), "4".into());
    });
    world.copy_to_host(100);
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!((report.linked, report.items.len()), (1, 0), "{report:#?}");
    assert!(world.vendor_writes().is_empty());
    assert_eq!(world.sandbox.people().len(), 2);
}

#[tokio::test]
async fn an_employment_that_takes_the_place_of_an_ended_one_is_told_to_the_clerk() {
    let world = World::connected(1).await;
    world.sandbox.change_person(100, |person| {
        let period = &mut person.periods[0];
        (period.start, period.probation_end) = ("2020-01-01".into(), String::new());
        (period.end, period.end_reason) = ("2021-12-31".into(), "4".into());
    });
    world.copy_to_host(100);
    assert!(world.synchronise(&Decisions::new()).await.is_clean());
    world.edit_host(&host_of(100), field::END_DATE, "");
    world.edit_host(&host_of(100), field::START_DATE, "2026-10-01");
    let report = world.push(&host_of(100)).await;
    let [told] = with_code(&report.findings, "netvisor.employment_replaced")[..] else { panic!("{report:#?}") };
    assert_eq!((told.fixer, told.host_id.as_ref()), (Fixer::PayrollClerk, Some(&host_of(100))));
    assert_eq!(of_period(&world.vendor_person(100), field::START_DATE), "2026-10-01");
}

fn select_insurance(person: &mut Person) {
    let pension = person.settlement_points.iter_mut().find(|point| point.kind == "employeeworkpensioninsurance");
    pension.unwrap().r#type = "automatichandling".into();
}

// rule: NV-33
// rule: NV-34
// rule: NV-37
// rule: NV-38
// rule: NV-39
// rule: NV-41
#[tokio::test]
async fn creation_sets_the_defaults_and_leaves_the_rest_unset() {
    let leaver = || {
        let mut person = newcomer(1);
        person.employment.end = Some(date!(2027 - 03 - 31));
        person
    };
    let (world, _) = created(&[newcomer(0), leaver()]).await;
    let bodies = world.bodies("employee.nv");
    assert_eq!(bodies.len(), 2);
    for (employee, body, end) in [(newcomer(0), &bodies[0], ""), (leaver(), &bodies[1], "2027-03-31")] {
        let person = world.vendor_of(&employee).unwrap();
        assert_eq!(person.salary_model, "No salary model");
        let [point] = person.settlement_points.as_slice() else { panic!("one settlement point") };
        assert_eq!((point.kind.as_str(), point.r#type.as_str()), ("employeeworkpensioninsurance", "nohandling"));
        let [period] = person.periods.as_slice() else { panic!("one period") };
        assert_eq!((period.start.as_str(), period.end.as_str()), ("2026-02-02", end));
        let reason = if end.is_empty() { "" } else { "4" };
        assert_eq!(period.end_reason, reason);
        assert_eq!((period.grounds.as_str(), period.contract.as_str(), period.occupation.as_str()), ("1", "", ""));

        assert_eq!(texts(body, "payrollrulegroupname"), ["No salary model"]);
        assert_eq!(texts(body, "groundsforemployment"), ["1"]);
        let absent = ["employmentcontract", "occupationclassification"];
        assert!(absent.iter().all(|name| texts(body, name).is_empty()), "neither is set to anything");
        assert_eq!(texts(body, "endreason").concat(), reason);
        assert!(!has_empty_element(body));
    }
    assert_eq!(world.engine.review(&world.anna).await.unwrap().review.differences, []);
}

// rule: NV-35
// rule: NV-36
#[tokio::test]
async fn a_person_without_a_pension_insurance_is_set_aside_and_goes_on_once_the_clerk_selected_one() {
    let (world, _) = created(&[newcomer(0)]).await;
    let (id, known) = (host("n0"), host_of(100));
    let key = world.vendor_of(&newcomer(0)).unwrap().netvisorkey;
    world.review().await;
    world.sandbox.clear_calls();
    world.edit_host(&id, field::GIVEN_NAME, "Uusi");
    world.edit_host(&known, field::GIVEN_NAME, "Toinen");
    let report = world.engine.push(&[id.clone(), known.clone()]).await.unwrap();
    // One clear finding, and the rest of the run goes on.
    assert_eq!(
        report.items.iter().map(|item| item.result).collect::<Vec<_>>(),
        [ItemResult::SetAside, ItemResult::Done]
    );
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&*finding.code, finding.fixer), (PENSION_INSURANCE_MISSING, Fixer::PayrollClerk));
    assert_eq!((finding.host_id.as_ref(), finding.vendor_id.as_ref()), (Some(&id), Some(&vendor(key))));
    assert!(finding.message.contains("pension insurance") && finding.message.contains("TyEL"));
    assert_eq!(finding.params["vendor_code"], "INVALID_DATA", "what the vendor said stays with it");
    assert!(finding.params.contains_key("request_id"));
    assert!(finding.hint.as_deref().unwrap().contains("Settlement points"));
    assert_eq!(world.vendor_person(100).first_name, "Toinen");
    assert_eq!(world.vendor_person(key).first_name, "Tuulikki");
    assert_eq!(world.bodies("patchemployee.nv").len(), 2);

    // Until the clerk acts nothing is tried, whoever asks.
    for _ in 0..2 {
        let report = world.engine.sweep().await.unwrap();
        assert_eq!(with_code(&report.findings, code::SET_ASIDE).len(), 1, "{report:#?}");
    }
    let report = world.synchronise(&Decisions::new()).await;
    assert_eq!(report.count(ItemResult::SetAside), 1, "{report:#?}");
    assert_eq!(world.bodies("patchemployee.nv").len(), 2);

    world.sandbox.change_person(key, select_insurance);
    let report = world.engine.sweep().await.unwrap();
    assert!(report.is_clean() && report.count(ItemResult::Done) == 1, "{report:#?}");
    assert_eq!(world.vendor_person(key).first_name, "Uusi");
    assert!(!world.vendor_person(key).pension_is_unhandled(), "the library selects none");
    assert_eq!(world.bodies("patchemployee.nv").len(), 3);
    // Then nobody is set aside any more.
    world.sandbox.clear_calls();
    assert!(world.engine.sweep().await.unwrap().items.is_empty());
    assert!(world.called().is_empty());
    world.recorded().await;
}

// rule: NV-35
#[tokio::test]
async fn a_vendor_that_takes_updates_without_an_insurance_is_updated() {
    let (world, _) = created(&[newcomer(0)]).await;
    world.sandbox.set_options(|options| options.refuse_no_handling = false);
    world.edit_host(&host("n0"), field::GIVEN_NAME, "Uusi");
    let report = world.push(&host("n0")).await;
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(world.vendor_of(&newcomer(0)).unwrap().first_name, "Uusi");
}

const CHANGES: [(FieldId, &str); 4] = [
    (field::START_DATE, "2018-02-05"),
    (field::JOB_TITLE, "Leipuri"),
    (field::END_DATE, "2027-06-30"),
    (field::PROBATION_END, ""),
];

fn of_period(person: &Person, field: FieldId) -> &str {
    let period = person.periods.last().unwrap();
    match field {
        field::START_DATE => &period.start,
        field::END_DATE => &period.end,
        field::JOB_TITLE => &period.profession,
        _ => &period.probation_end,
    }
}

// rule: NV-40
#[tokio::test]
async fn employment_changes_one_after_another_change_the_one_period_that_there_is() {
    for mode in [EmploymentEdit::Match, EmploymentEdit::Replace] {
        let world = World::in_step(1).await;
        world.sandbox.set_options(|options| options.employment_edit = mode);
        let before = world.vendor_person(100);
        for (count, (field, value)) in CHANGES.into_iter().enumerate() {
            world.edit_host(&host_of(100), field, value);
            let report = world.push(&host_of(100)).await;
            assert!(report.is_clean(), "{mode:?} {field}: {report:#?}");
            assert_eq!(world.bodies("employee.nv").len(), count + 1);
            let person = world.vendor_person(100);
            assert_eq!(person.periods.len(), 1, "{mode:?} {field}");
            for (done, expected) in &CHANGES[..=count] {
                assert_eq!(of_period(&person, *done), *expected, "{mode:?} {done} after {field}");
            }
            assert_eq!(world.review().await, [], "{mode:?} {field}");
        }
        let mut expected = before.clone();
        expected.periods = world.vendor_person(100).periods;
        assert!(world.vendor_person(100) == expected, "{mode:?}: nothing but the period changed");
        let (old, new) = (&before.periods[0], &expected.periods[0]);
        assert_eq!((&old.company_start, &old.form, &old.contract), (&new.company_start, &new.form, &new.contract));
        assert_eq!((&old.weekly_hours, &old.grounds, &old.mode), (&new.weekly_hours, &new.grounds, &new.mode));
    }
}

/// The vendor shows a flag that was never set like one that is off.
fn without_unset_flags(period: &mut Period) {
    for flag in [
        &mut period.monthly_wage,
        &mut period.hourly_wage,
        &mut period.piece_wage,
        &mut period.state_employment_fund,
        &mut period.car_benefit_abroad,
    ] {
        if flag == "0" {
            flag.clear();
        }
    }
}

// rule: NV-40
#[tokio::test]
async fn of_several_periods_only_the_present_one_changes() {
    for mode in [EmploymentEdit::Match, EmploymentEdit::Replace] {
        // The fourth person has an employment that ended before the present one.
        let world = World::in_step(4).await;
        world.sandbox.set_options(|options| options.employment_edit = mode);
        let before = world.vendor_person(400).periods;
        assert_eq!(before.len(), 2);
        world.edit_host(&host_of(400), field::JOB_TITLE, "Leipuri");
        assert!(world.push(&host_of(400)).await.is_clean());
        let mut after = world.vendor_person(400).periods;
        assert_eq!(after.len(), 2, "{mode:?}");
        assert_eq!(after[1].profession, "Leipuri");
        after[1].profession.clone_from(&before[1].profession);
        for (one, other) in after.iter_mut().zip(&before) {
            one.netvisorkey = other.netvisorkey;
            without_unset_flags(one);
        }
        assert!(after == before, "{mode:?}: the rest is as it was");
        // Which period a new start date would hit cannot be said, so it is not sent.
        world.sandbox.clear_calls();
        world.edit_host(&host_of(400), field::START_DATE, "2024-01-08");
        let report = world.push(&host_of(400)).await;
        let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
        assert_eq!((&*finding.code, finding.fixer), ("netvisor.several_periods", Fixer::PayrollClerk));
        assert_eq!(finding.host_id, Some(host_of(400)));
        assert!(world.vendor_writes().is_empty());
    }
}

// rule: NV-40
#[tokio::test]
async fn where_the_vendor_adds_a_period_such_changes_stop_after_the_first() {
    let world = World::in_step(3).await;
    world.sandbox.set_options(|options| options.employment_edit = EmploymentEdit::Append);
    let ids: Vec<HostId> = [100, 200, 300].map(host_of).to_vec();
    for id in &ids {
        world.edit_host(id, field::JOB_TITLE, "Leipuri");
        world.edit_host(id, field::GIVEN_NAME, "Uusi");
    }
    let report = world.synchronise(&Decisions::new()).await;
    assert_eq!(world.bodies("employee.nv").len(), 1, "no second person is harmed");
    let found = with_code(&report.findings, EDITS_STOPPED.code);
    let told = found.iter().find(|finding| finding.params.contains_key("periods_after")).unwrap();
    assert_eq!((told.fixer, told.host_id.as_ref()), (Fixer::PayrollClerk, Some(&ids[0])));
    assert_eq!((told.params["periods_before"].as_str(), told.params["periods_after"].as_str()), ("1", "2"));
    assert!(told.hint.as_deref().unwrap().contains("editjobperiod.nv"));
    for id in &ids[1..] {
        assert!(found.iter().any(|finding| finding.host_id.as_ref() == Some(id)), "{id}: {report:#?}");
    }
    let counts: Vec<usize> = world.sandbox.people().iter().map(|person| person.periods.len()).collect();
    assert_eq!(counts, [2, 1, 1]);

    // The next review says why the host's value cannot be used.
    let review = world.engine.review(&world.anna).await.unwrap();
    for id in &ids[1..] {
        let title = review.differences.iter().find(|d| d.host_id == *id && d.field == field::JOB_TITLE).unwrap();
        assert_eq!(title.kind, DifferenceKind::HostChanged);
        assert_eq!(title.why_not(Resolution::Host), Some(&EDITS_STOPPED.into()));
        let finding = review.findings.iter().find(|found| found.host_id.as_ref() == Some(id)).unwrap();
        assert_eq!((&*finding.code, finding.field), (EDITS_STOPPED.code, Some(field::JOB_TITLE)));
    }
    // Everything else still goes out, and a live change of an employment does not.
    world.synchronise(&Decisions::new()).await;
    assert!(world.sandbox.people().iter().all(|person| person.first_name == "Uusi"));
    let report = world.push(&ids[1]).await;
    assert_eq!(with_code(&report.findings, EDITS_STOPPED.code).len(), 1);
    assert_eq!(world.bodies("employee.nv").len(), 1);
    world.recorded().await;
}

// rule: NV-40
#[tokio::test]
async fn with_the_job_period_resource_exactly_one_period_changes_whatever_the_other_resource_does() {
    for mode in [EmploymentEdit::Append, EmploymentEdit::Replace, EmploymentEdit::Match] {
        let settings =
            |settings: hrsync_netvisor::NetvisorBuilder| settings.employment_edits(EmploymentEdits::JobPeriodResource);
        let world = World::in_step_with(4, settings).await;
        world.sandbox.set_options(|options| options.employment_edit = mode);
        for key in [100, 400] {
            let before = world.vendor_person(key);
            for (field, value) in CHANGES {
                world.edit_host(&host_of(key), field, value);
                let report = world.push(&host_of(key)).await;
                assert!(report.is_clean(), "{mode:?} {field}: {report:#?}");
                assert_eq!(of_period(&world.vendor_person(key), field), value);
            }
            let mut after = world.vendor_person(key);
            let changed = after.periods.pop().unwrap();
            let mut expected = before.clone();
            assert_eq!(changed.netvisorkey, expected.periods.pop().unwrap().netvisorkey);
            assert!(after == expected, "{mode:?}: only that period changed");
        }
        assert!(world.bodies("employee.nv").is_empty());
        assert_eq!(world.bodies("editjobperiod.nv").len(), 2 * CHANGES.len());
        assert!(!world.bodies("editjobperiod.nv")[0].contains("firstname"));
        assert_eq!(world.review().await, []);
    }
}

// rule: NV-40
#[tokio::test]
async fn employment_changes_that_are_switched_off_are_reported_and_not_sent() {
    let world = World::in_step_with(1, |settings| settings.employment_edits(EmploymentEdits::Off)).await;
    world.edit_host(&host_of(100), field::JOB_TITLE, "Leipuri");
    let report = world.push(&host_of(100)).await;
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&*finding.code, finding.field), ("netvisor.employment_edits_off", Some(field::JOB_TITLE)));
    assert!(world.vendor_writes().is_empty());
}

// rule: NV-40
#[tokio::test]
async fn an_edit_sends_the_vendors_own_values_again_and_no_default_of_creation() {
    let world = World::in_step(2).await;
    world.sandbox.change_person(100, |person| {
        person.salary_model = "Palkkiot ja matkat".into();
        person.phone.clear();
        person.language.clear();
        person.city = "Postila".into();
        person.municipality = "Kuntala".into();
        person.periods[0].contract = "2".into();
        person.periods[0].end_reason.clear();
    });
    // What was changed in the vendor is not the host's business here.
    world.synchronise(&Decisions::new().for_missing(hrsync_core::reconcile::Missing::Leave)).await;
    world.sandbox.clear_calls();
    let before = world.vendor_person(100);
    world.edit_host(&host_of(100), field::JOB_TITLE, "Leipuri");
    world.edit_host(&host_of(100), field::END_DATE, "2027-06-30");
    let report = world.push(&host_of(100)).await;
    assert_eq!(report.count(ItemResult::Done), 1, "{report:#?}");
    let body = &world.bodies("employee.nv")[0];
    let sent = |name: &str| texts(body, name).concat();
    let same = [
        ("payrollrulegroupname", &before.salary_model),
        ("firstname", &before.first_name),
        ("lastname", &before.last_name),
        ("email", &before.email),
        ("streetaddress", &before.street),
        ("postnumber", &before.postnumber),
        ("city", &before.city),
        ("municipality", &before.municipality),
        ("country", &before.country),
        ("nationality", &before.nationality),
        ("employmentcontract", &before.periods[0].contract),
        ("groundsforemployment", &before.periods[0].grounds),
    ];
    for (name, value) in same {
        assert_eq!(sent(name), *value, "{name}");
    }
    for absent in ["phonenumber", "language", "endreason", "employeeworkpensioninsurance", "bankaccountnumber"] {
        assert_eq!(texts(body, absent), Vec::<String>::new(), "{absent}");
    }
    assert!(!has_empty_element(body), "an empty element would blank what is stored");
    let mut expected = before;
    expected.periods[0].profession = "Leipuri".into();
    expected.periods[0].end = "2027-06-30".into();
    let mut now = world.vendor_person(100);
    without_unset_flags(&mut now.periods[0]);
    assert!(now == expected);
}

// rule: NV-40
#[tokio::test]
async fn an_edit_does_not_set_back_what_a_patch_of_the_same_operation_changed() {
    let world = World::in_step(1).await;
    let changes = [
        (field::GIVEN_NAME, "Uusi"),
        (field::FAMILY_NAME, "Nimi"),
        (field::EMAIL, "uusi.nimi@yritys.example"),
        (field::PHONE, ""),
        (field::NATIONALITY, "SE"),
        (field::JOB_TITLE, "Leipuri"),
    ];
    for (field, value) in changes {
        world.edit_host(&host_of(100), field, value);
    }
    let report = world.push(&host_of(100)).await;
    assert!(report.is_clean(), "{report:#?}");
    let order: Vec<String> = world.vendor_writes().into_iter().map(|(resource, _)| resource).collect();
    assert_eq!(order, ["patchemployee.nv", "employee.nv"]);
    let person = world.vendor_person(100);
    assert_eq!((person.first_name.as_str(), person.last_name.as_str()), ("Uusi", "Nimi"));
    assert_eq!((person.email.as_str(), person.phone.as_str()), ("uusi.nimi@yritys.example", ""));
    assert_eq!((person.nationality.as_str(), of_period(&person, field::JOB_TITLE)), ("SE", "Leipuri"));
    assert_eq!(world.review().await, []);
}

// rule: NV-40
#[tokio::test]
async fn what_cannot_be_sent_of_an_employment_holds_nothing_else_of_the_person_back() {
    // The start date of one of several periods stays; the title of that period goes out.
    let world = World::in_step(4).await;
    let before = world.vendor_person(400);
    for (field, value) in
        [(field::START_DATE, "2024-01-08"), (field::JOB_TITLE, "Leipuri"), (field::GIVEN_NAME, "Uusi")]
    {
        world.edit_host(&host_of(400), field, value);
    }
    let report = world.push(&host_of(400)).await;
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&*finding.code, finding.fixer), ("netvisor.several_periods", Fixer::PayrollClerk));
    assert_eq!(report.count(ItemResult::PartlyDone), 1, "{report:#?}");
    let after = world.vendor_person(400);
    assert_eq!((after.first_name.as_str(), of_period(&after, field::JOB_TITLE)), ("Uusi", "Leipuri"));
    assert_eq!(of_period(&after, field::START_DATE), of_period(&before, field::START_DATE));
    assert_eq!(after.periods.len(), before.periods.len());
    assert_eq!(world.review().await.iter().map(|open| open.field).collect::<Vec<_>>(), [field::START_DATE]);
    world.recorded().await;

    // A reason that the vendor holds and does not take any more keeps the period from being sent again, not the name.
    let world = World::in_step(1).await;
    world.sandbox.change_person(100, |person| {
        person.periods[0].end = "2027-12-31".into();
        person.periods[0].end_reason = "1".into();
    });
    world.synchronise(&Decisions::new()).await;
    world.edit_host(&host_of(100), field::JOB_TITLE, "Leipuri");
    world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
    let report = world.push(&host_of(100)).await;
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&*finding.code, finding.fixer), ("netvisor.record_incomplete", Fixer::PayrollClerk));
    assert_eq!(finding.params["paths"], "employmentperiods.employmentperiod.endreason");
    assert!(finding.hint.as_deref().unwrap().contains("employment end reason"), "in words that a clerk knows");
    assert!(world.bodies("employee.nv").is_empty());
    assert_eq!(world.vendor_person(100).first_name, "Uusi");
    world.recorded().await;
}

// rule: NV-40
#[tokio::test]
async fn an_end_that_is_taken_away_takes_its_reason_along() {
    for edits in [EmploymentEdits::EmployeeResource, EmploymentEdits::JobPeriodResource] {
        // The second reason is one that the vendor may hold and does not take any more.
        for reason in ["6", "1"] {
            let world = World::in_step_with(1, |settings| settings.employment_edits(edits)).await;
            world.sandbox.change_person(100, |person| {
                person.periods[0].end = "2027-12-31".into();
                person.periods[0].end_reason = reason.into();
            });
            world.synchronise(&Decisions::new()).await;
            assert_eq!(world.in_host(&host_of(100), field::END_DATE), "2027-12-31");
            world.edit_host(&host_of(100), field::END_DATE, "");
            let report = world.push(&host_of(100)).await;
            assert!(report.is_clean(), "{edits:?} {reason}: {report:#?}");
            let period = &world.vendor_person(100).periods[0];
            assert_eq!((period.end.as_str(), period.end_reason.as_str()), ("", ""), "{edits:?} {reason}");
            assert_eq!(world.review().await, []);
        }
    }
}

// rule: NV-40
#[tokio::test]
async fn numbers_that_the_vendor_shows_with_decimals_are_sent_again_as_it_takes_them() {
    let world = World::in_step(1).await;
    world.sandbox.change_person(100, |person| {
        person.periods[0].car_benefit_year = "2024".into();
        person.periods[0].car_emissions = "12,0".into();
    });
    world.edit_host(&host_of(100), field::JOB_TITLE, "Leipuri");
    assert!(world.push(&host_of(100)).await.is_clean());
    let body = &world.bodies("employee.nv")[0];
    assert_eq!(
        (texts(body, "carbenefityear").concat(), texts(body, "caremissionsvalue").concat()),
        ("2024".into(), "12".into())
    );
    // What would be lost is not sent.
    world.sandbox.change_person(100, |person| person.periods[0].car_emissions = "12,5".into());
    world.edit_host(&host_of(100), field::JOB_TITLE, "Kondiittori");
    let report = world.push(&host_of(100)).await;
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(finding.params["paths"], "employmentperiods.employmentperiod.caremissionvalue");
    assert_eq!(world.bodies("employee.nv").len(), 1);
}
