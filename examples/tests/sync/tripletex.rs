//! The example of Tripletex, and a company for it.

use std::sync::Arc;
use std::time::Duration;

use hrsync_sandbox::tripletex::{Holder, Kind, Options, TripletexSandbox};

use crate::{Company, Example};

pub(crate) const EXAMPLE: Example = Example {
    program: "tripletex_sync",
    start,
    people: include_str!("../../people.norway.example.json"),
    shown: &[
        "Review; 2 API calls: 1 GET employee, 1 GET employee/entitlement",
        "add the date of birth in the HR application",
    ],
    only_there: ("Ulrik Lunde", "18400292"),
    only_here: "Kari Eksempel",
    missing: &[
        "Employee token",
        "Consumer token",
        "API access (API-tilgang)",
        "Consumer token is TRIPLETEX_CONSUMER_TOKEN, Employee token is TRIPLETEX_EMPLOYEE_TOKEN",
    ],
    secret: "TRIPLETEX_EMPLOYEE_TOKEN",
    refused: "API access (API-tilgang)",
    text: "TRIPLETEX_APPLICATION",
    right: ("right", "employee_reports"),
};

fn start(latency: Duration) -> Company {
    Company::serve(|listener, address| {
        let clock = || hrsync::Clock::now(&hrsync::SystemClock);
        let options = Options { latency, ..Options::default() };
        let builder = TripletexSandbox::builder().employees(6).seed(3).options(options).clock(Arc::new(clock));
        let sandbox = builder.base_url(format!("{address}/v2")).build();
        let serving = hrsync_sandbox::serve::tripletex(listener, sandbox.clone());
        let login = sandbox.credentials();
        let department = sandbox.ids(Kind::Department)[0].to_string();
        let variables = vec![
            ("TRIPLETEX_CONSUMER_TOKEN", login.consumer_token),
            ("TRIPLETEX_EMPLOYEE_TOKEN", login.employee_token),
            ("TRIPLETEX_DEPARTMENT", department),
        ];
        let (calls, people, rights) = (sandbox.clone(), sandbox.clone(), sandbox);
        let company = move |runtime| Company {
            example: &EXAMPLE,
            base_url: login.base_url,
            variables,
            writes: Box::new(move || {
                let calls = calls.calls().into_iter().map(|call| call.resource);
                calls.filter(|call| !call.starts_with("GET") && !call.contains("/token/")).count()
            }),
            people: Box::new(move || people.ids(Kind::Employee).len()),
            withdraw: Box::new(move || rights.set_right(Holder::Token, 114, false)),
            _runtime: runtime,
        };
        (serving, Box::new(company))
    })
}
