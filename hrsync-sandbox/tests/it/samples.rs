use hrsync_sandbox::netvisor::Options;

use crate::support::{empty_company, post};

const ADD: &str = include_str!("../reference/employee-add.request.xml");
const ADD_FOREIGN: &str = include_str!("../reference/employee-add-foreign.request.xml");
const PATCH: &str = include_str!("../reference/patchemployee.request.xml");

#[test]
fn the_reference_samples_are_accepted() {
    let sandbox = empty_company(Options { refuse_no_handling: false, ..Options::default() });
    for (body, resource) in [
        (ADD, "employee.nv?method=add"),
        (ADD_FOREIGN, "employee.nv?method=add"),
        (ADD, "employee.nv?method=edit"),
        (PATCH, "patchemployee.nv?identifiertype=number&identifier=1407"),
    ] {
        let said = post(&sandbox, resource, body);
        assert_eq!(said.code, "OK", "{resource}: {}", said.text);
    }
    assert_eq!(sandbox.people().len(), 2);
    assert!(sandbox.people().iter().any(|person| person.street == "Uusikatu 2"));
}
