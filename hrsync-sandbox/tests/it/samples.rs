use std::path::Path;

use hrsync_sandbox::netvisor::Options;

use crate::support::{empty_company, post};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/netvisor-data/derived/samples");

#[test]
fn the_reference_samples_are_accepted() {
    let folder = Path::new(REFERENCE);
    if !folder.is_dir() {
        hrsync_testkit::skipped("the reference samples");
        return;
    }
    let sandbox = empty_company(Options { refuse_no_handling: false, ..Options::default() });
    for (file, resource) in [
        ("employee-add.request.xml", "employee.nv?method=add"),
        ("employee-add-foreign.request.xml", "employee.nv?method=add"),
        ("employee-add.request.xml", "employee.nv?method=edit"),
        ("patchemployee.request.xml", "patchemployee.nv?identifiertype=number&identifier=1407"),
    ] {
        let said = post(&sandbox, resource, &std::fs::read_to_string(folder.join(file)).unwrap());
        assert_eq!(said.code, "OK", "{file}: {}", said.text);
    }
    assert_eq!(sandbox.people().len(), 2);
    assert!(sandbox.people().iter().any(|person| person.street == "Uusikatu 2"));
}
