use crate::support::{code, company_of_one, get, post, texts};

fn period(elements: &str) -> String {
    format!("<root><employmentperiods><employmentperiod>{elements}</employmentperiod></employmentperiods></root>")
}

#[test]
fn periods_are_added_changed_and_removed() {
    let (sandbox, person) = company_of_one();
    let key = person.netvisorkey;
    let added = post(
        &sandbox,
        &format!("addjobperiod.nv?employeeidentifier={key}"),
        &period("<startdate>2027-01-01</startdate><profession>Tutkija</profession>"),
    );
    assert_eq!(added.code, "OK", "{}", added.text);
    let inserted = texts(&added.body, "InsertedDataIdentifier")[0].clone();
    let edit = format!("editjobperiod.nv?netvisorkey={inserted}");
    assert_eq!(code(&sandbox, &edit, &period("<enddate>2027-06-30</enddate><endreason>4</endreason>")), "OK");
    let stored = sandbox.person(key).unwrap().periods[1].clone();
    assert_eq!(stored.netvisorkey.to_string(), inserted);
    assert_eq!([&stored.start, &stored.profession, &stored.end], ["2027-01-01", "Tutkija", "2027-06-30"]);
    assert_eq!(code(&sandbox, &edit, &period("<enddate/><endreason/>")), "OK");
    assert_eq!(sandbox.person(key).unwrap().periods[1].end, "");
    assert_eq!(code(&sandbox, &edit, &period("<startdate/>")), "INVALID_DATA");
    assert_eq!(code(&sandbox, &edit, &period("<enddate>2026-12-31</enddate>")), "INVALID_DATA");

    assert_eq!(get(&sandbox, &format!("deletejobperiod.nv?netvisorkey={inserted}")).code, "OK");
    assert_eq!(get(&sandbox, &format!("deletejobperiod.nv?netvisorkey={inserted}")).code, "INVALID_DATA");
    assert_eq!(sandbox.person(key).unwrap().periods, person.periods);
    let first = person.periods[0].netvisorkey;
    assert_eq!(code(&sandbox, &format!("deletejobperiod.nv?netvisorkey={first}"), ""), "OK");
    assert!(sandbox.person(key).unwrap().periods.is_empty());
}

#[test]
fn wrong_periods_are_refused() {
    let (sandbox, person) = company_of_one();
    let add = format!("addjobperiod.nv?employeeidentifier={}", person.netvisorkey);
    let complete = "<startdate>2027-01-01</startdate><profession>Tutkija</profession>";
    assert_eq!(code(&sandbox, "addjobperiod.nv?employeeidentifier=4000000", &period(complete)), "INVALID_DATA");
    assert_eq!(code(&sandbox, "addjobperiod.nv", &period(complete)), "INVALID_DATA");
    assert_eq!(code(&sandbox, &add, &period("<startdate>2027-01-01</startdate>")), "INVALID_DATA");
    let emissions = format!("{complete}<caremissionsvalue>1</caremissionsvalue>");
    assert_eq!(code(&sandbox, &add, &period(&emissions)), "INVALID_DATA");
    let unknown = "editjobperiod.nv?netvisorkey=4000000";
    assert_eq!(code(&sandbox, unknown, &period(complete)), "INVALID_DATA");
    assert!(sandbox.person(person.netvisorkey).unwrap() == person);
}
