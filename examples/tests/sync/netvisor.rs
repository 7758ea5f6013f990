//! The example of Netvisor, and a company for it.

use std::sync::Arc;
use std::time::Duration;

use hrsync_sandbox::netvisor::{NetvisorSandbox, Options};

use crate::{Company, Example};

pub(crate) const EXAMPLE: Example = Example {
    program: "netvisor_sync",
    start,
    people: include_str!("../../people.example.json"),
    shown: &[
        "Select an employment pension insurance",
        "Review; 17 API calls: 16 GET getemployee.nv, 1 GET getemployees.nv",
    ],
    only_there: ("Åsa Virtanen", "55"),
    only_here: "Aino Esimerkki",
    missing: &[
        "User ID",
        "Key",
        "Business ID",
        "Sender",
        "company menu > API identifiers",
        "User ID is NETVISOR_CUSTOMER_ID, Key is NETVISOR_CUSTOMER_KEY",
    ],
    secret: "NETVISOR_CUSTOMER_KEY",
    refused: "company menu > API identifiers",
    text: "NETVISOR_SENDER",
    right: ("resource", "patchemployee.nv"),
};

fn start(latency: Duration) -> Company {
    Company::serve(|listener, address| {
        let clock = || hrsync::Clock::now(&hrsync::SystemClock);
        let options = Options { latency, ..Options::default() };
        let builder = NetvisorSandbox::builder().employees(6).seed(3).options(options).clock(Arc::new(clock));
        let sandbox = builder.base_url(address).build();
        let serving = hrsync_sandbox::serve::netvisor(listener, sandbox.clone());
        let login = sandbox.credentials();
        let variables = vec![
            ("NETVISOR_SENDER", login.sender),
            ("NETVISOR_CUSTOMER_ID", login.customer_id),
            ("NETVISOR_CUSTOMER_KEY", login.customer_key),
            ("NETVISOR_PARTNER_ID", login.partner_id),
            ("NETVISOR_PARTNER_KEY", login.partner_key),
            ("NETVISOR_ORGANISATION_ID", login.organisation_id),
        ];
        let (calls, people, rights) = (sandbox.clone(), sandbox.clone(), sandbox);
        let company = move |runtime| Company {
            example: &EXAMPLE,
            base_url: login.base_url,
            variables,
            writes: Box::new(move || {
                let calls = calls.calls();
                let written = |call: &&hrsync_sandbox::netvisor::Call| call.method == "POST" && call.status == 200;
                calls.iter().filter(written).filter(|call| call.code.is_none()).count()
            }),
            people: Box::new(move || people.people().len()),
            withdraw: Box::new(move || rights.set_right("patchemployee.nv", false)),
            _runtime: runtime,
        };
        (serving, Box::new(company))
    })
}
