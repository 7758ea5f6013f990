//! What Tripletex refuses, who is told of it, and how it goes on.

use hrsync_core::absence::AbsenceStatus::{Approved, RejectedByIntegration as Rejected, Withdrawn};
use hrsync_core::absence::{Absence, AbsenceOutcome, Hundredths};
use hrsync_core::{Connector, Fixer};
use hrsync_sandbox::tripletex::{Entry, Holder, Kind, WithoutRight};
use serde_json::json;
use time::macros::{date, datetime};

use super::world::{SICK, World, absence_settings, connector, nov, other, outcome, to, vacation};
use super::{WHOLE, no_share};

/// What happens to a person in Tripletex.
type Happens = fn(&World, u64);

// rule: TT-08, TT-09, TT-88, TT-91, TT-92, TT-93, TT-94, TT-95
#[tokio::test(start_paused = true)]
async fn without_the_right_to_time_sheets_an_absence_is_rejected_until_the_creator_of_the_token_grants_it() {
    for holder in [Holder::Token, Holder::Owner] {
        let world = World::linked().await;
        let person = world.vendor_id("h1").await;
        // Lost while nobody looked.
        for right in [6, 5, 46] {
            world.sandbox.set_right(holder, right, false);
        }
        let preflight = connector(&world.sandbox, &world.clock, |builder| builder).preflight().await.unwrap();
        let rights: Vec<&str> = preflight.findings.iter().map(|finding| finding.params["right"].as_str()).collect();
        assert_eq!(rights, ["time_sheets"], "{holder:?}");
        world.absences.put(vacation());
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused));
        assert_eq!(world.absences.get("a1").unwrap().status, Rejected);
        let finding = &report.findings[0];
        assert_eq!((finding.code.as_ref(), finding.fixer), ("tripletex.right_missing", Fixer::CredentialOwner));
        assert!(finding.message.contains("Tilgang til alle timelister"), "{finding}");
        let hint = finding.hint.as_deref().unwrap();
        assert!(hint.starts_with("My Profile > More > API Access > the key between"), "{hint}");
        assert_eq!(finding.params["absence"], "a1");
        assert_eq!(world.log().await, ["tripletex.right_missing"]);
        let mails = world.mailbox.absences();
        assert_eq!(mails.len(), 1, "once for each absence and cause");
        assert_eq!(mails[0].to, ["person", "manager", "company manager"]);
        // Granted, and approved again.
        for right in [6, 5, 46] {
            for holder in [Holder::Owner, Holder::Token] {
                world.sandbox.set_right(holder, right, true);
            }
        }
        world.push().await;
        assert_eq!(world.sheet(person), "", "nothing is sent by itself");
        world.absences.change("a1", |one| one.status = Approved);
        world.push().await;
        assert_eq!(world.sheet(person), WHOLE);
        assert_eq!(world.absences.get("a1").unwrap().status, Approved);
    }
}

// rule: AB-22, AB-23
#[tokio::test(start_paused = true)]
async fn an_error_while_removing_is_told_and_logged_and_leaves_the_status() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.push().await;
    assert!(world.sandbox.lock_week(person, "2026-48"));
    world.absences.change("a1", |one| one.status = Withdrawn);
    world.push().await;
    assert_eq!(world.sheet(person), WHOLE);
    assert_eq!(world.log().await, ["absence.locked"]);
    assert_eq!(world.mailbox.absences()[0].to, ["person", "manager", "company manager"]);
    assert_eq!(world.absences.get("a1").unwrap().status, Withdrawn);
    // Opened again by the payroll clerk, and gone on with by itself.
    assert!(world.sandbox.unlock_week(person, "2026-48"));
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet(person), "");
    assert_eq!(world.mailbox.absences().len(), 1);
}

// rule: TT-09, TT-91, TT-92
#[tokio::test(start_paused = true)]
async fn each_cause_is_named_with_who_can_mend_it_and_how() {
    let hidden = |world: &World, _: u64| {
        world.sandbox.set_options(|options| options.without_right = WithoutRight::Shorter);
        for right in [119, 120, 61, 116, 117, 118, 144] {
            world.sandbox.set_right(Holder::Token, right, false);
        }
    };
    let no_module = |world: &World, _: u64| world.sandbox.set_options(|options| options.time_tracking = false);
    let gone = |world: &World, person: u64| assert!(world.sandbox.remove(Kind::Employee, person));
    let no_activity = |world: &World, _: u64| {
        assert!(world.sandbox.remove(Kind::Activity, world.sandbox.activity("Ferie").unwrap()));
    };
    let ended = |world: &World, person: u64| {
        let employment = world.employments(person)[0]["id"].as_u64().unwrap();
        world.sandbox.change(Kind::Employment, employment, &json!({"endDate": "2026-11-24"}));
    };
    let partly_none = |world: &World, person: u64| {
        let employment = world.employments(person)[0]["id"].clone();
        let row = json!({"employment": employment, "date": "2026-11-24", "percentageOfFullTimeEquivalent": 0});
        world.sandbox.put(Kind::EmploymentDetails, &row);
    };
    let cases: [(Happens, &str, Fixer, &str, &str); 6] = [
        (hidden, "tripletex.right_missing", Fixer::VendorAdministrator, "ansattinformasjon", "Access (Tilganger)"),
        (no_module, "tripletex.right_missing", Fixer::CredentialOwner, "timelister", "has no time sheet"),
        (gone, "tripletex.not_found", Fixer::HostAdministrator, "no such employee", "link the person"),
        (no_activity, "tripletex.not_found", Fixer::HostAdministrator, "no such activity", "map the type"),
        (ended, "tripletex.not_employed", Fixer::PayrollClerk, "no employment", "first and last workday"),
        (
            partly_none,
            "tripletex.no_hours",
            Fixer::PayrollClerk,
            "on a day of the absence",
            "percentage of the employment",
        ),
    ];
    for (happens, code, fixer, message, hint) in cases {
        let world = World::linked().await;
        let person = world.vendor_id("h1").await;
        happens(&world, person);
        world.absences.put(vacation());
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused), "{report:#?}");
        let finding = &report.findings[0];
        assert_eq!((finding.code.as_ref(), finding.fixer), (code, fixer), "{report:#?}");
        assert!(finding.message.contains(message), "{code}: {}", finding.message);
        assert!(finding.hint.as_deref().unwrap().contains(hint), "{code}: {:?}", finding.hint);
        assert!(world.sandbox.entries().iter().all(|entry| entry.employee != person), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_activity_that_is_gone_when_a_change_is_sent_is_named() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.push().await;
    assert_eq!(world.sheet(person), WHOLE);
    assert!(world.sandbox.remove(Kind::Activity, world.sandbox.activity("Ferie").unwrap()));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused), "{report:#?}");
    let finding = &report.findings[0];
    assert_eq!((finding.code.as_ref(), finding.fixer), ("tripletex.not_found", Fixer::HostAdministrator));
    assert!(finding.message.contains("no such activity"), "{finding}");
    assert!(finding.hint.as_deref().unwrap().contains("map the type"), "{finding}");
}

// rule: TT-95
#[tokio::test(start_paused = true)]
async fn the_error_log_has_the_vendors_own_words_the_absence_and_the_time() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.sandbox.change(Kind::Employee, person, &json!({"allowInformationRegistration": false}));
    world.push().await;
    let log = world.engine.error_log(&world.anna, 0, 100).await.unwrap();
    let [refusal] = log.as_slice() else { panic!("one refusal: {}", log.len()) };
    assert_eq!((refusal.finding.code.as_ref(), refusal.absence()), ("tripletex.no_registration", Some("a1".into())));
    assert_eq!(refusal.at, datetime!(2026-11-10 09:00 UTC));
    let words = refusal.words.as_deref().unwrap();
    assert!(words.contains("ikke aktivert på den valgte brukeren"), "{words}");
}

#[tokio::test(start_paused = true)]
async fn while_the_token_is_refused_absences_wait_and_are_not_rejected() {
    let mut world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    let foreign = world.sandbox.foreign_credentials().employee_token;
    world.reconfigure(|builder| builder.employee_token(&foreign.into()));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending), "{report:#?}");
    assert_eq!(report.findings[0].code, "tripletex.token_refused");
    assert_eq!(world.absences.get("a1").unwrap().status, Approved);
    assert!(world.mailbox.absences().is_empty());
    assert_eq!(world.sheet(person), "");
    world.reconfigure(|builder| builder);
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet(person), WHOLE);
    // A session that has ended is made anew.
    world.sandbox.end_sessions();
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet(person), "");
}

#[tokio::test(start_paused = true)]
async fn another_type_where_the_old_entry_stays_makes_nobody_away_twice_and_nobody_present() {
    let paid = |world: &World, person: u64| {
        let entry = world.sandbox.entries().into_iter().find(|one| one.date == nov(24) && one.employee == person);
        world.sandbox.settle_entry(entry.unwrap().id, true);
    };
    let entered = |world: &World, person: u64| {
        let sick = world.sandbox.activity(SICK).unwrap();
        world.sandbox.put_entry(&Entry::new(person, sick, nov(24), 4.0));
    };
    let cases: [(Happens, &str); 2] = [
        (paid, "Egenmelding 23 7.5, Ferie 24 7.5, Egenmelding 25 7.5"),
        (entered, "Egenmelding 23 7.5, Ferie 24 7.5, Egenmelding 24 4, Egenmelding 25 7.5"),
    ];
    for (happens, expected) in cases {
        let world = World::linked().await;
        let person = world.vendor_id("h1").await;
        world.absences.put(vacation());
        world.push().await;
        happens(&world, person);
        world.absences.change("a1", |one| one.kind = "sick".into());
        let report = world.push().await;
        assert_eq!((outcome(&report, "a1"), world.sheet(person).as_str()), (Some(AbsenceOutcome::Refused), expected));
    }
}

// rule: TT-89, TT-90
#[tokio::test(start_paused = true)]
async fn a_note_alone_rejects_nothing_whatever_else_became_wrong_meanwhile() {
    let ended = |world: &World, person: u64| {
        let employment = world.employments(person)[0]["id"].as_u64().unwrap();
        world.sandbox.change(Kind::Employment, employment, &json!({"endDate": "2026-11-24"}));
    };
    let unclear = |world: &World, person: u64| {
        let employment = world.employments(person)[0]["id"].clone();
        let row = json!({"employment": employment, "date": "2026-11-01", "percentageOfFullTimeEquivalent": 50});
        world.sandbox.put(Kind::EmploymentDetails, &row);
        world.sandbox.put(Kind::StandardTime, &json!({"employee": person, "fromDate": "2024-01-01", "hoursPerDay": 6}));
    };
    let no_right = |world: &World, _: u64| {
        for right in [6, 5, 46] {
            world.sandbox.set_right(Holder::Token, right, false);
        }
    };
    let cases: [Happens; 3] = [ended, unclear, no_right];
    for happens in cases {
        let world = World::linked().await;
        let person = world.vendor_id("h1").await;
        world.absences.put(vacation());
        world.push().await;
        happens(&world, person);
        world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::NoteRefused), "{:?}", report.findings);
        assert_eq!((world.absences.get("a1").unwrap().status, world.mailbox.absences().len()), (Approved, 0));
        assert_eq!(report.findings.len(), 1, "it is logged: {:?}", report.findings);
        assert_eq!(world.sheet(person), WHOLE);
    }
}

/// Of a month that is approved up to a day, the days after it are open.
#[tokio::test(start_paused = true)]
async fn a_month_is_locked_up_to_the_day_until_which_it_is_approved() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.sandbox.put(
        Kind::MonthlyStatus,
        &json!({"employee": person, "monthYear": "2026-11", "approved": true, "approvedUntilDate": "2026-11-23"}),
    );
    world.absences.put(other("a1", "vacation", nov(24), nov(25)));
    world.absences.put(other("a2", "sick", nov(23), nov(23)));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(outcome(&report, "a2"), Some(AbsenceOutcome::Refused));
}

/// New Year's Day counts in the last week of the year before.
#[tokio::test(start_paused = true)]
async fn a_locked_week_of_the_former_year_locks_new_years_day() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    assert!(world.sandbox.lock_week(person, "2026-53"));
    world.absences.put(other("a1", "sick", date!(2027 - 01 - 01), date!(2027 - 01 - 01)));
    world.push().await;
    assert_eq!((world.log().await, world.writes().len()), (vec!["absence.locked".to_owned()], 0));
}

/// One cause of one absence is one line in the log and one mail, also where nobody may look what came of the write.
#[tokio::test(start_paused = true)]
async fn a_right_that_is_lost_between_looking_and_writing_is_told_once() {
    let world = World::linked().await;
    let sandbox = world.sandbox.clone();
    world.before("POST /v2/timesheet/entry", move || {
        for right in [6, 5, 46] {
            sandbox.set_right(Holder::Token, right, false);
        }
    });
    world.absences.put(vacation());
    world.push().await;
    assert_eq!(world.log().await, ["tripletex.right_missing"]);
    assert_eq!(world.mailbox.absences().len(), 1);
}

// rule: TT-89
/// Mapped as before, and nobody has hours for a moment: a note does not turn what waited with it into a note.
#[tokio::test(start_paused = true)]
async fn of_what_waited_for_its_mapping_only_a_note_rejects_nothing() {
    let half = |one: &mut Absence| one.grade = Hundredths::whole(50);
    let noted = |one: &mut Absence| one.note = Some("by the sea".to_owned());
    let cases: [(fn(&mut Absence), _, _); 2] =
        [(half, Rejected, "absence.disconnected, tripletex.no_hours"), (noted, Approved, "")];
    for (change, shown, told) in cases {
        let mut world = World::linked().await;
        let settings = absence_settings(&world.sandbox);
        world.absences.put(vacation());
        world.push().await;
        world.set(settings.clone().map("vacation", to(&world.sandbox, SICK)));
        world.absences.change("a1", change);
        world.push().await;
        world.set(settings);
        world.absences.change("a1", noted);
        no_share(&world);
        world.push().await;
        let mails: Vec<String> = world.mailbox.absences().iter().map(|mail| mail.code.clone()).collect();
        assert_eq!((world.absences.get("a1").unwrap().status, mails.join(", ").as_str()), (shown, told));
    }
}
