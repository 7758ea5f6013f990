use hrsync_sandbox::netvisor::{EmploymentEdit, IdentifierKind, Period, SettlementPoint};

use crate::support::{HETU, code, company_of_one, employee, post};

const EDIT: &str = "employee.nv?method=edit";

#[test]
fn absent_stays_and_empty_blanks() {
    let (sandbox, person) = company_of_one();
    let body = employee(&[
        ("<phonenumber>050 000 1234</phonenumber>", ""),
        ("<email>aino@yritys.example</email>", "<email/>"),
        ("<lastname>Esimerkki</lastname>", "<lastname>Uusi</lastname>"),
        ("<employeenumber>4711</employeenumber>", "<employeenumber></employeenumber>"),
        ("<payrollservice>enabled</payrollservice>", ""),
    ]);
    assert_eq!(code(&sandbox, EDIT, &body), "OK");
    let edited = sandbox.person(person.netvisorkey).unwrap();
    assert_eq!(edited.phone, "050 000 1234");
    assert_eq!([edited.email.as_str(), edited.employee_number.as_str()], ["", ""]);
    assert_eq!(edited.last_name, "Uusi");
    assert!(edited.payroll_service);
    assert_eq!(edited.gender, "female");
}

#[test]
fn mandatory_elements_cannot_be_blanked() {
    let (sandbox, person) = company_of_one();
    let body = employee(&[("<lastname>Esimerkki</lastname>", "<lastname/>")]);
    assert_eq!(code(&sandbox, EDIT, &body), "INVALID_DATA");
    assert!(sandbox.person(person.netvisorkey).unwrap() == person);
}

#[test]
fn an_unknown_person_cannot_be_edited() {
    let (sandbox, _) = company_of_one();
    let said = post(&sandbox, EDIT, &employee(&[(HETU, "020290-9016")]));
    assert_eq!(said.code, "INVALID_DATA");
    assert!(said.text.contains("Employee not found"));
}

#[test]
fn an_identity_in_the_element_of_another_kind_is_unknown() {
    let (sandbox, person) = company_of_one();
    sandbox.change_person(person.netvisorkey, |person| person.identifier.kind = IdentifierKind::Foreign);
    assert_eq!(code(&sandbox, EDIT, &employee(&[])), "INVALID_DATA");
    assert_eq!(code(&sandbox, "employee.nv?method=add", &employee(&[])), "DUPLICATE_DATA");
}

#[test]
fn a_number_of_someone_else_is_a_duplicate() {
    let (sandbox, _) = company_of_one();
    let other = employee(&[(HETU, "020290-9016"), ("4711", "4712")]);
    assert_eq!(code(&sandbox, "employee.nv?method=add", &other), "OK");
    assert_eq!(code(&sandbox, EDIT, &employee(&[])), "OK");
    assert_eq!(code(&sandbox, EDIT, &employee(&[("4711", "4712")])), "DUPLICATE_DATA");
}

/// Stored start dates after an edit that sends 2026-02-01 with another profession.
fn after(mode: EmploymentEdit, stored: &[&str]) -> Vec<(String, String)> {
    let (sandbox, person) = company_of_one();
    sandbox.set_options(|options| options.employment_edit = mode);
    sandbox.change_person(person.netvisorkey, |person| {
        person.periods = stored
            .iter()
            .map(|start| Period { start: (*start).into(), comment: "kept".into(), ..Period::default() })
            .collect();
    });
    assert_eq!(code(&sandbox, EDIT, &employee(&[("Kokki", "Baarimestari")])), "OK");
    let periods = sandbox.person(person.netvisorkey).unwrap().periods;
    assert!(periods.iter().all(|period| period.netvisorkey != 0));
    periods.into_iter().map(|period| (period.start, format!("{}{}", period.profession, period.comment))).collect()
}

#[test]
fn periods_of_an_edit_are_matched_replaced_or_appended() {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(start, text)| ((*start).to_owned(), (*text).to_owned())).collect()
    };
    let same = "2026-02-01";
    assert_eq!(after(EmploymentEdit::Match, &[same]), pairs(&[(same, "Baarimestarikept")]));
    assert_eq!(after(EmploymentEdit::Match, &["2020-01-01"]), pairs(&[(same, "Baarimestarikept")]));
    assert_eq!(
        after(EmploymentEdit::Match, &["2020-01-01", same]),
        pairs(&[("2020-01-01", "kept"), (same, "Baarimestarikept")])
    );
    assert_eq!(
        after(EmploymentEdit::Match, &["2020-01-01", "2021-01-01"]),
        pairs(&[("2020-01-01", "kept"), ("2021-01-01", "kept"), (same, "Baarimestari")])
    );
    assert_eq!(after(EmploymentEdit::Match, &[]), pairs(&[(same, "Baarimestari")]));
    assert_eq!(after(EmploymentEdit::Append, &[same]), pairs(&[(same, "kept"), (same, "Baarimestari")]));
    assert_eq!(after(EmploymentEdit::Replace, &[same, "2020-01-01"]), pairs(&[(same, "Baarimestari")]));
}

#[test]
fn an_edit_without_periods_leaves_them() {
    let (sandbox, person) = company_of_one();
    sandbox.set_options(|options| options.employment_edit = EmploymentEdit::Replace);
    let body = employee(&[]);
    let (start, end) = (body.find("<employmentperiods>").unwrap(), body.find("<employeesettings>").unwrap());
    assert_eq!(code(&sandbox, EDIT, &format!("{}{}", &body[..start], &body[end..])), "OK");
    assert!(sandbox.person(person.netvisorkey).unwrap() == person);
}

fn pension(how: &str) -> (&'static str, String) {
    let points = "<employeesettlementpoints><employeeworkpensioninsurance>";
    let end = "<name>TyEL</name></employeeworkpensioninsurance></employeesettlementpoints>";
    ("</employee></root>", format!("{points}<type>{how}</type>{end}</employee></root>"))
}

#[test]
fn nobody_without_a_pension_insurance_can_be_saved() {
    let (sandbox, person) = company_of_one();
    let unhandled = SettlementPoint {
        kind: "employeeworkpensioninsurance".into(),
        r#type: "nohandling".into(),
        ..SettlementPoint::default()
    };
    sandbox.change_person(person.netvisorkey, |person| person.settlement_points.push(unhandled));
    assert_eq!(code(&sandbox, EDIT, &employee(&[])), "INVALID_DATA");
    let patch = format!("patchemployee.nv?identifiertype=netvisorkey&identifier={}", person.netvisorkey);
    let change = "<root><patchemployee><employeebaseinformation><email>a@b.example</email></employeebaseinformation>\
</patchemployee></root>";
    assert_eq!(code(&sandbox, &patch, change), "INVALID_DATA");
    let period = format!("editjobperiod.nv?netvisorkey={}", person.periods[0].netvisorkey);
    let end =
        "<root><employmentperiods><employmentperiod><comment>x</comment></employmentperiod></employmentperiods></root>";
    assert!(post(&sandbox, &period, end).text.contains("No handling"));
    let (from, to) = pension("automatichandling");
    assert_eq!(code(&sandbox, EDIT, &employee(&[(from, &to)])), "OK");
    assert_eq!(code(&sandbox, &patch, change), "OK");
    assert_eq!(code(&sandbox, &period, end), "OK");
    let points = sandbox.person(person.netvisorkey).unwrap().settlement_points;
    assert_eq!(points.len(), 1);
    assert!(points[0].key != 0 && points[0].r#type == "automatichandling");
    sandbox.set_options(|options| options.refuse_no_handling = false);
    let (from, to) = pension("nohandling");
    assert_eq!(code(&sandbox, EDIT, &employee(&[(from, &to)])), "OK");
    let (from, to) = pension("sometimes");
    assert_eq!(code(&sandbox, EDIT, &employee(&[(from, &to)])), "INVALID_DATA");
}
