//! Pairs of people made by hand, and what matching makes of each: linked, for a person to decide on, or nobody.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hrsync_core::matching::{Agreement, Candidate, CandidateReason, LinkedBy, match_people};
use hrsync_core::{Cell, FieldId, Record, field};

const GIVEN: FieldId = field::GIVEN_NAME;
const FAMILY: FieldId = field::FAMILY_NAME;
const BORN: FieldId = field::BIRTH_DATE;
const CODE: FieldId = field::POSTCODE;
const MAIL: FieldId = field::EMAIL;
const PHONE: FieldId = field::PHONE;
const NUMBER: FieldId = field::EMPLOYEE_NUMBER;
const IDENTITY: FieldId = field::NATIONAL_ID;

fn record(id: &str, fields: &[(FieldId, &str)]) -> Record {
    fields.iter().fold(Record::new(id), |record, (id, text)| {
        record.with(*id, Cell::from_text(text, |text| id.kind().parse(text)))
    })
}

/// Somebody in words: given name, family name, date of birth; `-` for what is not known. What follows is the postcode.
fn person(id: &str, words: &str, shared: &[(FieldId, &str)]) -> Record {
    let words: Vec<&str> = words.split(' ').collect();
    let own = [GIVEN, FAMILY, BORN, CODE].into_iter().zip(words).filter(|(_, word)| *word != "-");
    record(id, &own.chain(shared.iter().copied()).collect::<Vec<_>>())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Band {
    Linked,
    Candidate,
    Nobody,
}
use Band::{Candidate as Asked, Linked, Nobody};

fn band(host: &Record, vendor: &Record) -> (Band, Vec<Candidate>) {
    let (links, candidates) = match_people(std::slice::from_ref(host), std::slice::from_ref(vendor));
    match (links.len(), candidates.len()) {
        (1, 0) => (Linked, candidates),
        (0, 1) => (Asked, candidates),
        (0, 0) => (Nobody, candidates),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_links_whom_nothing_tells_apart() {
    let number = &[(NUMBER, "7")][..];
    let mail = &[(MAIL, "virtaset@x.example")][..];
    let foreign = &[(IDENTITY, "38001085718")][..];
    let checked = &[(IDENTITY, "010190-900P")][..];
    let dutch = &[(IDENTITY, "123456782")][..];
    let (norwegian, swedish) = (&[(IDENTITY, "01819000049")][..], &[(IDENTITY, "19900101-0017")][..]);
    for (key, host, vendor, expected) in [
        // Brother and sister, husband and wife: they share what a family shares.
        (number, "Aino Virtanen -", "Matti Virtanen 1990-05-05", Asked),
        (number, "Aino - -", "Matti Virtanen 1990-05-05", Asked),
        (mail, "Aino Virtanen -", "Matti Virtanen 1990-05-05", Asked),
        (mail, "Aino Virtanen 1990-05-05", "Matti Virtanen 1990-05-05", Asked),
        (mail, "Kari Virtanen -", "Mari Virtanen -", Asked),
        (mail, "Paul Bakker -", "Paula Bakker -", Asked),
        (mail, "Virtanen Aino -", "Matti Virtanen -", Asked),
        (mail, "Virtanen - -", "Matti Korhonen -", Asked),
        // Father and son.
        (number, "Matti Virtanen 1960-01-01", "Matti Virtanen 1992-07-09", Asked),
        (number, "M Virtanen 1960-01-01", "Matti Virtanen 1992-07-09", Asked),
        (mail, "Matti Virtanen 1960-01-01", "Matti Virtanen 1992-07-09", Asked),
        (mail, "Matti Virtanen 1990-05-05", "Matti Virtanen 1990-05-21", Asked),
        // Two numbering schemes that meet.
        (number, "Anna Virtanen -", "Anna Korhonen -", Asked),
        (number, "Anna Virtanen -", "Sven Lindqvist -", Asked),
        (number, "Anna Virtanen 1980-02-03", "Anna Korhonen 1980-02-03", Linked),
        // One person, written in two ways.
        (number, "Aino Virtanen -", "Aino Virtanen 1990-05-05", Linked),
        (number, "Matti Virtanen -", "Mati Virtanen -", Linked),
        (number, "Virtanen Matti -", "Matti Virtanen -", Linked),
        (number, "M Virtanen -", "Matti Virtanen -", Linked),
        (number, "Matti Virtanen 1990-05-06", "Matti Virtanen 1990-06-05", Linked),
        (number, "Matti Virtanen 1990-05-06", "Matti Virtanen 1991-05-06", Linked),
        (number, "- - -", "Matti Virtanen 1990-05-05", Linked),
        (mail, "Anna Virtanen -", "Anna Korhonen -", Linked),
        (mail, "Anna-Liisa Virtanen -", "Anna Virtanen-Korhonen 1990-05-05", Linked),
        (mail, "Kees Bakker -", "Cornelis Bakker -", Linked),
        (mail, "Alex Bakker -", "Alexander Bakker -", Linked),
        (mail, "Kari Virtanen 1990-05-05", "Mari Virtanen 1990-05-05", Linked),
        (mail, "- Virtanen 1990-05-05", "Matti Virtanen 1990-05-05", Linked),
        // A number that nobody here can check needs that nothing speaks against it, or that everything else speaks for it.
        (foreign, "Jaan Tamm 1980-01-08", "Jaan Tamm 1980-01-08", Linked),
        (foreign, "Jaan Tamm -", "Jaan Kask -", Linked),
        (foreign, "Jaan Tamm -", "Mart Tamm -", Asked),
        (foreign, "Jaan Tamm 1980-01-08", "Jaan Tamm 1992-07-09", Asked),
        (foreign, "Jaan Tamm 1980-01-08 10115", "Jaan Tamm 1980-01-28 10115", Linked),
        (foreign, "Jaan Tamm 1980-01-08 10115", "Mart Kask 1980-01-08 10115", Asked),
        (foreign, "Jaan Tamm 1980-01-08", "Mart Kask 1992-07-09", Asked),
        // A number whose check digits are right is outweighed by names and date of birth together.
        (checked, "Aino Virtanen 1990-01-01", "Aino Lindqvist 1972-07-09", Linked),
        (checked, "Aino Virtanen 1990-01-01", "Sven Lindqvist 1990-01-01", Linked),
        (checked, "Aino Virtanen 1990-01-01 00100", "Sven Lindqvist 1972-07-09 65100", Asked),
        (checked, "Aino Virtanen -", "Sven Lindqvist 1972-07-09", Asked),
        (dutch, "Kees Bakker 1990-01-01", "Piet Visser 1972-07-09", Asked),
        (dutch, "Kees Bakker 1990-01-01", "Kees Visser -", Linked),
        (dutch, "- - -", "Piet Visser 1972-07-09", Linked),
        // Without a name in common, the date of birth has to be the same, and the number itself is no witness of it.
        (checked, "Aino Virtanen 1990-01-01", "Sven Lindqvist -", Asked),
        (checked, "Aino Virtanen -", "Sven Lindqvist -", Asked),
        (norwegian, "Aino Virtanen 1990-01-01", "Sven Lindqvist -", Asked),
        (swedish, "Aino Virtanen 1990-01-01", "Sven Lindqvist -", Asked),
        (dutch, "Aino Virtanen 1990-01-01", "Sven Lindqvist -", Asked),
        (dutch, "Ola Nilsen 1960-01-01", "Berit Hansen 1960-01-02", Asked),
        (dutch, "- Nilsen 1960-01-01", "Berit Hansen -", Asked),
        // Half a name or one that is two people's outweighs no other date of birth.
        (dutch, "K Nilsen 1960-01-01", "Knut Hansen 1990-05-05", Asked),
        (dutch, "Kari Nilsen 1960-01-01", "Mari Hansen 1990-05-05", Asked),
        (dutch, "- - 1960-01-01", "Mari Hansen 1990-05-05", Asked),
        (dutch, "K Nilsen 1960-01-01", "Knut Hansen -", Linked),
        // In one family numbers get onto the wrong line as well.
        (dutch, "Aino Virtanen 1990-01-01", "Matti Virtanen 1988-12-24", Asked),
        (dutch, "Aino Virtanen 1990-01-01", "Matti Virtanen -", Asked),
        (dutch, "Aino Virtanen 1990-01-01", "Matti Virtanen 1990-01-02", Linked),
    ] {
        let (found, candidates) = band(&person("h", host, key), &person("v", vendor, key));
        assert_eq!(found, expected, "{host} / {vendor} by {:?}", key[0].0);
        if let Some(candidate) = candidates.first() {
            assert_eq!(candidate.reasons, [CandidateReason::Contradicted(key[0].0)], "{host} / {vendor}");
            let says = |agreement| candidate.evidence.iter().filter(|one| one.agreement == agreement).count();
            let against = says(Agreement::Different) + says(Agreement::Part) + says(Agreement::Similar);
            assert!(against > 0, "what speaks against it: {host} / {vendor}: {:?}", candidate.evidence);
            let key = candidate.evidence.iter().find(|one| one.field == key[0].0).map(|one| one.agreement);
            assert_eq!(key, Some(Agreement::Same), "what speaks for it: {host} / {vendor}");
        }
    }
}

/// A man and a woman, as far as the two systems tell.
fn couple(host: &str, vendor: &str, shared: &[(FieldId, &str)]) -> (Record, Record) {
    let with = |gender: &'static str| [shared, &[(field::GENDER, gender)]].concat();
    (person("h", host, &with("female")), person("v", vendor, &with("male")))
}

#[test]
fn a_number_of_a_man_is_no_womans_without_a_name_in_common() {
    for (host, vendor, expected) in [
        ("Ola Nilsen 1960-01-01", "Berit Hansen 1960-01-01", Asked),
        ("Ola Nilsen 1960-01-01", "Berit Nilsen 1960-01-01", Asked),
        ("Kim Nilsen 1960-01-01", "Kim Hansen 1990-05-05", Asked),
        ("Kim Nilsen 1960-01-01", "Kim Nilsen 1960-01-01", Linked),
        ("Kim Nilsen 1960-01-01", "Kim Hansen 1960-01-01", Linked),
        ("Kim Nilsen 1960-01-01", "Kim Hansen -", Asked),
    ] {
        let (host_record, vendor_record) = couple(host, vendor, &[(IDENTITY, "123456782")]);
        assert_eq!(band(&host_record, &vendor_record).0, expected, "{host} / {vendor}");
    }
}

#[test]
fn a_telephone_of_the_family_is_no_more_than_its_mail() {
    let phone = &[(PHONE, "+358401234567")][..];
    for (host, vendor, expected) in [
        ("Aino Virtanen 1991-02-03 00100", "Matti Virtanen 1991-02-03 00100", Asked),
        ("Matti Virtanen 1960-01-01 00100", "Matti Virtanen 1992-07-09 00100", Asked),
        ("Matti Virtanen 1992-07-09 00100", "Mati Virtanen 1992-07-09 00100", Linked),
    ] {
        let found = band(&person("h", host, phone), &person("v", vendor, phone)).0;
        assert_eq!(found, expected, "{host} / {vendor}");
    }
}

#[test]
fn without_a_date_of_birth_an_address_is_no_ones_own_where_anything_else_differs() {
    let mail = &[(MAIL, "berg@x.example")][..];
    let number = &[(NUMBER, "7")][..];
    let phones = [(PHONE, "+31611111111"), (PHONE, "+31622222222")];
    let mails = [(MAIL, "kim@x.example"), (MAIL, "berg@y.example")];
    // What the one side has beside the key, and what the other.
    for (key, host, vendor, differ, expected) in [
        (mail, "Kim Berg - 1011AB", "Kim Berg - 1011AB", &[][..], Linked),
        (mail, "Kim Berg - 1011AB", "Kim Berg - 9999ZZ", &[], Asked),
        (mail, "Kim Berg 1960-01-01 1011AB", "Kim Berg 1960-01-01 9999ZZ", &[], Linked),
        (mail, "Kim Berg 1960-01-01", "Kim Berg -", &[], Linked),
        (mail, "Kim Berg 1960-01-01", "Kim Berg -", &[phones], Asked),
        (mail, "Kim Berg 1960-01-01", "Kim Berg 1960-01-01", &[phones], Linked),
        (number, "Kim Berg 1960-01-01", "Kim Berg -", &[phones], Linked),
        (number, "Kim Berg 1960-01-01", "Kim Berg -", &[phones, mails], Asked),
        (number, "Kim Berg - 1011AB", "Kim Berg - 9999ZZ", &[phones], Asked),
    ] {
        let side = |place: usize| [key, &differ.iter().map(|two| two[place]).collect::<Vec<_>>()].concat();
        let (found, candidates) = band(&person("h", host, &side(0)), &person("v", vendor, &side(1)));
        assert_eq!(found, expected, "{host} / {vendor} by {:?}", key[0].0);
        let reasons = candidates.iter().flat_map(|one| one.reasons.clone()).collect::<Vec<_>>();
        assert!(reasons.iter().all(|reason| *reason == CandidateReason::Contradicted(key[0].0)), "{reasons:?}");
    }
    for (host, vendor, expected) in [
        ("Kim Berg - 1011AB", "Kim Berg - 1011AB", Asked),
        ("Kim Berg 1960-01-01", "Kim Berg 1960-01-01", Linked),
        ("Kim Berg 1960-01-01", "Kim Berg 1960-01-02", Linked),
    ] {
        for key in [mail, number] {
            let (host_record, vendor_record) = couple(host, vendor, key);
            assert_eq!(band(&host_record, &vendor_record).0, expected, "{host} / {vendor} by {:?}", key[0].0);
        }
    }
}

#[test]
fn what_nobody_knows_of_two_people_is_no_likeness() {
    for (host, vendor, expected) in [
        // Either twin, or two people of one family.
        ("Anna Virtanen 1990-05-05 00100", "- Virtanen 1990-05-05 00100", Asked),
        ("Lena Olsson 1987-01-26 1277AB", "- Olsson 1987-01-22 1277AB", Asked),
        ("Lena - 1987-01-26 1277AB", "Lena Olsson 1987-01-26 3311CD", Asked),
        // Father and son.
        ("Jaakko Virtanen 1960-01-01 00100", "Jaakko Virtanen - 00100", Asked),
        ("Jaakko Virtanen 1960-01-01 00100", "Jaakko Virtanen 1992-01-01 00100", Asked),
        ("Jaakko Virtanen 1960-01-01 00100", "Jaakko Virtanen 1960-01-02 00100", Linked),
    ] {
        let (found, candidates) = band(&person("h", host, &[]), &person("v", vendor, &[]));
        assert_eq!(found, expected, "{host} / {vendor}");
        assert!(candidates.iter().all(|one| one.reasons == [CandidateReason::Uncertain]), "{host} / {vendor}");
    }
}

#[test]
fn what_is_typed_in_place_of_an_identity_number_is_no_key() {
    for text in ["000000-0000", "00000000000", "111111-1111", "123456789", "010190-0000", "XXXXXX-XXXX", "unknown"] {
        let shared = &[(IDENTITY, text)][..];
        let found = band(&person("h", "Aino Virtanen -", shared), &person("v", "Sven Lindqvist -", shared)).0;
        assert_eq!(found, Nobody, "{text}");
        let same = "Aino Virtanen 1990-05-05 00100";
        let (links, _) = match_people(&[person("h", same, shared)], &[person("v", same, shared)]);
        assert_eq!(links, [(0, 0, LinkedBy::Resemblance)], "{text}");
        // Nor do two of them tell two people apart, or one of them and a number.
        let other = &[(IDENTITY, "010190-900P")][..];
        assert_eq!(band(&person("h", same, shared), &person("v", same, other)).0, Linked, "{text}");
    }
}

#[test]
fn twins_of_whom_one_has_the_names_swapped_are_two() {
    for (host, vendor, expected) in [
        ("Saariman Sara 1990-05-05 1234", "Kees Saariman 1990-05-05 1234", Asked),
        ("Sara Saariman 1990-05-05 1234", "Saariman Kees 1990-05-05 1234", Asked),
        ("Saariman Kees 1990-05-05 1234", "Kees Saariman 1990-05-05 1234", Linked),
        ("Saariman Kes 1990-05-05 1234", "Kees Saarimann 1990-05-05 1234", Linked),
    ] {
        let (found, candidates) = band(&person("h", host, &[]), &person("v", vendor, &[]));
        assert_eq!(found, expected, "{host} / {vendor}");
        for candidate in candidates {
            let says = |id| candidate.evidence.iter().find(|one| one.field == id).map(|one| one.agreement);
            assert_eq!((says(GIVEN), says(FAMILY)), (Some(Agreement::Different), Some(Agreement::Swapped)), "{host}");
        }
    }
}

/// People who share one address with everybody, by their own names.
fn shop(id: &str, people: usize, given: &str, family: &str) -> Vec<Record> {
    let name = |n: usize| format!("{given} {family}{}", ["ala", "berg", "nen", "vik"][n % 4].repeat(n / 4 % 4 + 1));
    let one = |n| person(&format!("{id}{n}"), &name(n), &[(MAIL, "info@shop.example")]);
    (0..people).map(one).collect()
}

#[test]
fn an_address_of_many_says_nothing_and_takes_no_time() {
    let (links, candidates) = match_people(&shop("h", 40, "Aino", "Nimi"), &shop("v", 40, "Sven", "Hult"));
    assert_eq!((links.len(), candidates.len()), (0, 0));
    let start = Instant::now();
    let (links, candidates) = match_people(&shop("h", 4_000, "Aino", "Nimi"), &shop("v", 4_000, "Sven", "Hult"));
    assert_eq!((links.len(), candidates.len()), (0, 0));
    // Each with each, without optimisation, takes minutes.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    // Who is plainly one person is found all the same.
    let born = |side: &str, n: usize| {
        let words = format!(
            "{} Virta{} 19{}-05-{:02} 001{n:02}",
            ["Aino", "Eero"][n % 2],
            "nen".repeat(n % 3),
            60 + n,
            n % 28 + 1
        );
        person(&format!("{side}{n}"), &words, &[(MAIL, "info@shop.example")])
    };
    let side = |side: &str| (0..30).map(|n| born(side, n)).collect::<Vec<_>>();
    let (links, candidates) = match_people(&side("h"), &side("v"));
    assert!(links.iter().all(|(host, vendor, by)| host == vendor && *by == LinkedBy::Resemblance));
    assert_eq!((links.len(), candidates.len()), (30, 0));
}

#[test]
fn long_texts_take_no_time() {
    let start = Instant::now();
    for unit in ["ab", "a ", "éa"] {
        let (one, other) = (unit.repeat(500_000), format!("x{}", unit.repeat(500_000)));
        for field in [GIVEN, FAMILY, field::STREET, field::TOWN, CODE, MAIL, PHONE, IDENTITY] {
            let with = |id, text: &str| {
                person(id, "Aino Virtanen 1990-05-05 00100", &[])
                    .with(field, Cell::from_text(text, |text| field.kind().parse(text)))
            };
            match_people(&[with("h", &one)], &[with("v", &other)]);
        }
    }
    let words = |letter: char| (0..100_000).map(|n| format!("{letter}{n} ")).collect::<String>();
    let with = |id, letter| record(id, &[(GIVEN, &words(letter)), (FAMILY, "Virtanen"), (BORN, "1990-05-05")]);
    match_people(&[with("h", 'a')], &[with("v", 'b')]);
    // Each letter with each takes hours.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn nobody_has_more_than_five_candidates_and_the_best_are_among_them() {
    // An address of four in the host, a number of four more, and people of the same names.
    for people in [2, 4, 5, 6, 12, 40] {
        let side = |side: &str| -> Vec<Record> {
            let one = |n: usize| {
                let words = format!("Aino Virtanen 1990-05-{:02} 00100", n % 28 + 1);
                let keys = [(MAIL, ["a@x.example", "b@x.example", "c@x.example"][n % 3]), (NUMBER, ["1", "2"][n % 2])];
                person(&format!("{side}{n}"), &words, &keys)
            };
            (0..people).map(one).collect()
        };
        let (links, candidates) = match_people(&side("h"), &side("v"));
        assert!(links.iter().all(|(host, vendor, _)| host == vendor), "{people}: {links:?}");
        let mut count: BTreeMap<(bool, String), usize> = BTreeMap::new();
        for one in &candidates {
            *count.entry((false, one.host.to_string())).or_default() += 1;
            *count.entry((true, one.vendor.to_string())).or_default() += 1;
        }
        assert!(count.values().all(|count| *count <= 5), "{people}: {count:?}");
        let linked: BTreeSet<usize> = links.iter().map(|(host, ..)| *host).collect();
        // Among forty who hardly differ, five are too few to be sure of the right one.
        let few = if people <= 12 { people } else { 0 };
        for n in (0..few).filter(|n| !linked.contains(n)) {
            let own = |one: &&Candidate| one.host.as_str() == format!("h{n}") && one.vendor.as_str() == format!("v{n}");
            assert!(candidates.iter().any(|one| own(&one)), "{people}: {n}");
        }
    }
}

#[test]
fn a_number_of_another_scheme_keeps_nobody_from_being_found() {
    let people = ["Aino Virtanen 1990-05-05 00100", "Sven Lindqvist 1972-07-09 65100", "Kees Bakker 1981-11-30 20100"];
    let side = |side: &str, first: usize| -> Vec<Record> {
        let number = |n: usize| ((n + first) % 3).to_string();
        (0..3).map(|n| person(&format!("{side}{n}"), people[n], &[(NUMBER, &number(n))])).collect()
    };
    let (mut links, candidates) = match_people(&side("h", 0), &side("v", 1));
    links.sort_by_key(|link| link.0);
    let by = LinkedBy::Resemblance;
    assert_eq!((links, candidates), (vec![(0, 0, by), (1, 1, by), (2, 2, by)], vec![]));
}

#[test]
fn who_shares_an_address_and_is_plainly_somebody_is_linked() {
    let mail = &[(MAIL, "virtaset@x.example")][..];
    let couple = |side: &str| {
        let one = |n: usize, words: &str| person(&format!("{side}{n}"), words, mail);
        [one(1, "Aino Virtanen 1990-05-05 00100"), one(2, "Matti Virtanen 1988-12-24 00100")]
    };
    let (mut links, candidates) = match_people(&couple("h"), &couple("v"));
    links.sort_by_key(|link| link.0);
    let by = LinkedBy::Resemblance;
    assert_eq!((links, candidates), (vec![(0, 0, by), (1, 1, by)], vec![]));
}

#[test]
fn somebody_whom_a_list_shows_twice_is_one_person_and_the_last_record_counts() {
    let mail = |who: &'static str| [(MAIL, who)];
    let now = person("h", "Aino Virtanen 1990-05-05 00100", &mail("aino@x.example"));
    let before = person("h", "Aino Virtanen 1990-05-05 00100", &mail("old@x.example"));
    let vendor = person("v", "Aino Virtanen 1990-05-05 00100", &mail("aino@x.example"));
    let by = LinkedBy::Key(MAIL);
    let three = [now.clone(), before.clone(), now.clone()];
    assert_eq!(match_people(&three, std::slice::from_ref(&vendor)), (vec![(2, 0, by)], vec![]));
    assert_eq!(match_people(std::slice::from_ref(&vendor), &three), (vec![(0, 2, by)], vec![]));
    let twice = [vendor.clone(), vendor];
    assert_eq!(match_people(&[before, now], &twice), (vec![(1, 1, by)], vec![]));
}
