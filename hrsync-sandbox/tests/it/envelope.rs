use hrsync_sandbox::netvisor::NetvisorSandbox;

use crate::support::{Draft, company, employee, get, post, read, texts};

fn with_status_codes(sandbox: &NetvisorSandbox, method: &'static str, resource: &str, body: &str) -> (u16, String) {
    let mut draft = Draft::new(&sandbox.credentials(), method, resource, body);
    draft.status_codes = true;
    let said = read(&sandbox.handle(&draft.request()));
    (said.status, said.code)
}

#[test]
fn failures_hide_in_http_200_unless_asked() {
    let sandbox = company();
    let said = post(&sandbox, "employee.nv?method=add", "");
    assert_eq!((said.status, said.code.as_str()), (200, "INVALID_DATA"));
    assert_eq!(with_status_codes(&sandbox, "GET", "getemployees.nv", ""), (200, "OK".into()));
    assert_eq!(with_status_codes(&sandbox, "POST", "employee.nv?method=add", ""), (400, "INVALID_DATA".into()));
    sandbox.set_right("employee.nv", false);
    assert_eq!(with_status_codes(&sandbox, "POST", "employee.nv", ""), (403, "SERVICE_ACCESS_ERROR".into()));
    let mut wrong = Draft::new(&sandbox.credentials(), "GET", "getemployees.nv", "");
    wrong.status_codes = true;
    wrong.key = "a&b".into();
    assert_eq!(sandbox.handle(&wrong.request()).status, 401);
    sandbox.set_options(|options| options.http_status_codes = false);
    assert_eq!(with_status_codes(&sandbox, "POST", "employee.nv", ""), (200, "SERVICE_ACCESS_ERROR".into()));
}

#[test]
fn answers_look_like_the_vendors() {
    let sandbox = company();
    let answer = sandbox.handle(&Draft::new(&sandbox.credentials(), "GET", "customerlist.nv", "").request());
    let response = answer.into_response();
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    let expected = [
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>",
        "<Root>",
        "    <ResponseStatus>",
        "        <Status>OK</Status>",
        "        <TimeStamp>2.3.2026 12:00:00</TimeStamp>",
        "    </ResponseStatus>",
        "    <Customerlist />",
        "</Root>",
        "",
    ];
    assert_eq!(response.body(), expected.join("\r\n").as_bytes());
}

#[test]
fn failures_have_two_statuses() {
    let said = get(&company(), "getemployee.nv?netvisorkey=4000000");
    let statuses = texts(&said.body, "Status");
    assert_eq!(statuses[0], "FAILED");
    assert_eq!(statuses[1], "INVALID_DATA :: Data form incorrect:. Employee not found: 4000000");
}

#[test]
fn rights_come_before_the_message() {
    let sandbox = company();
    for resource in ["employee.nv", "patchemployee.nv"] {
        for body in ["", "<root/>"] {
            assert_eq!(post(&sandbox, resource, body).code, "INVALID_DATA");
            sandbox.set_right(&resource.to_uppercase(), false);
            assert_eq!(post(&sandbox, resource, body).code, "SERVICE_ACCESS_ERROR");
            sandbox.set_right(resource, true);
        }
    }
    for resource in ["getemployees.nv", "getemployee.nv"] {
        sandbox.set_right(resource, false);
        assert_eq!(get(&sandbox, resource).code, "SERVICE_ACCESS_ERROR");
        assert_eq!(get(&sandbox, "customerlist.nv").code, "OK");
    }
}

#[test]
fn unknown_resources_and_wrong_methods() {
    let sandbox = company();
    let answer = sandbox.handle(&Draft::new(&sandbox.credentials(), "GET", "nothing.nv", "").request());
    assert_eq!(answer.status, 404);
    assert_eq!(sandbox.calls()[0].code, None);
    assert_eq!(get(&sandbox, "employee.nv?method=add").code, "INVALID_DATA");
    assert_eq!(post(&sandbox, "getemployees.nv", "").code, "INVALID_DATA");
    assert_eq!(get(&sandbox, "netvisor/getemployees.nv").code, "OK");
}

#[test]
fn bodies_may_be_latin_9_and_names_in_any_case() {
    let sandbox = company();
    let body = employee(&[("<lastname>Esimerkki</lastname>", "<LastName>Äyräpää</LastName>")])
        .replace("root>", "Root>")
        .replace("employeeidentifier", "EmployeeIdentifier");
    let mut draft = Draft::new(&sandbox.credentials(), "POST", "Employee.nv?Method=Add", "");
    draft.body = body.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect::<Vec<_>>().into();
    assert_eq!(read(&sandbox.handle(&draft.request())).code, "OK");
    assert_eq!(sandbox.person_by_identifier("010190-900p").unwrap().last_name, "Äyräpää");
}
