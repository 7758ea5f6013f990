use std::sync::Arc;

use hrsync_sandbox::netvisor::{Algorithms, NetvisorSandbox, Options, UrlForm};
use md5::{Digest, Md5};

use crate::support::{Draft, NOW, company, read};

fn draft(sandbox: &NetvisorSandbox) -> Draft {
    Draft::new(&sandbox.credentials(), "GET", "customerlist.nv", "")
}

fn send(sandbox: &NetvisorSandbox, draft: &Draft) -> (String, String) {
    let said = read(&sandbox.handle(&draft.request()));
    (said.code, said.text)
}

#[test]
fn a_signed_request_is_accepted_in_any_case_of_names() {
    let sandbox = company();
    let draft = Draft::new(&sandbox.credentials(), "GET", "CustomerList.nv?Keyword=x", "");
    assert_eq!(send(&sandbox, &draft).0, "OK");
    let mut incomplete = draft.request();
    incomplete.headers_mut().remove("x-netvisor-authentication-TRANSACTIONID");
    assert_eq!(read(&sandbox.handle(&incomplete)).code, "AUTHENTICATION_FAILED");
    assert_eq!(sandbox.calls()[0].resource, "customerlist.nv");
    assert_eq!(sandbox.calls()[0].query, "Keyword=x");
    assert_eq!(sandbox.calls()[1].code.as_deref(), Some("AUTHENTICATION_FAILED"));
    sandbox.clear_calls();
    assert!(sandbox.calls().is_empty());
}

#[test]
fn an_upper_case_mac_is_accepted() {
    let sandbox = company();
    let mut request = draft(&sandbox).request();
    let mac = request.headers_mut().get_mut("X-Netvisor-Authentication-MAC").unwrap();
    *mac = mac.to_str().unwrap().to_uppercase().parse().unwrap();
    assert_eq!(read(&sandbox.handle(&request)).code, "OK");
}

#[test]
fn every_header_is_needed() {
    let sandbox = company();
    for (name, _) in draft(&sandbox).headers() {
        let mut draft = draft(&sandbox);
        draft.without = Some(name);
        let (code, text) = send(&sandbox, &draft);
        assert_eq!(code, "AUTHENTICATION_FAILED", "{name}");
        assert!(text.contains(name) || name.ends_with("Algorithm"), "{text}");
    }
}

#[test]
fn wrong_credentials_have_the_documented_texts() {
    let sandbox = company();
    let refused = |spoil: fn(&mut Draft), language: &str| {
        let mut draft = draft(&sandbox);
        draft.language = language.into();
        spoil(&mut draft);
        let (code, text) = send(&sandbox, &draft);
        assert_eq!(code, "AUTHENTICATION_FAILED");
        text
    };
    let keys = "Integration keys are not valid. Please check the keys specific to the user and partner.";
    assert_eq!(refused(|draft| draft.key = "a&b".into(), "EN"), keys);
    assert_eq!(refused(|draft| draft.customer = "nobody".into(), "en"), keys);
    let finnish = "Integraatioavaimet eivät kelpaa. Ole hyvä ja tarkista käyttäjä- ja kumppanikohtaiset avaimet";
    assert_eq!(refused(|draft| draft.key = "a&b".into(), "FI"), finnish);
    assert!(refused(|draft| draft.key = "a&b".into(), "SE").starts_with("Integrationsnycklarna"));
    let partner = "Integraatiokumppania ei löydy, katso dokumentaatio";
    assert_eq!(refused(|draft| draft.partner = "nobody".into(), "FI"), partner);
    let organisation = refused(|draft| draft.organisation = "2729069-3".into(), "EN");
    assert!(organisation.contains("Organisation") && organisation.contains("2729069-3"));
    assert!(refused(|draft| draft.language = "DE".into(), "").contains("Language"));
}

#[test]
fn transaction_ids_are_used_once_by_a_partner() {
    let sandbox = company();
    let other = NetvisorSandbox::builder()
        .organisation_id("2729069-3")
        .partner_of(&sandbox)
        .clock(Arc::new(|| NOW))
        .seed(9)
        .build();
    let first = draft(&sandbox);
    assert_eq!(send(&sandbox, &first).0, "OK");
    assert_eq!(send(&sandbox, &first).0, "REQUEST_NOT_UNIQUE");
    let mut elsewhere = draft(&other);
    elsewhere.transaction.clone_from(&first.transaction);
    assert_eq!(send(&other, &elsewhere).0, "REQUEST_NOT_UNIQUE");
    assert_eq!(send(&other, &draft(&other)).0, "OK");
    assert_ne!(sandbox.credentials().customer_key, other.credentials().customer_key);
}

#[test]
fn stamps_have_to_be_near_the_clock_and_each_other() {
    let sandbox = company();
    let at = |seconds: i64| {
        let now = NOW + time::Duration::seconds(seconds);
        send(&sandbox, &Draft::at(&sandbox.credentials(), "GET", "customerlist.nv", "", now)).0
    };
    assert_eq!([at(300), at(-300)], ["OK", "OK"]);
    assert_eq!([at(301), at(-301)], ["AUTHENTICATION_FAILED", "AUTHENTICATION_FAILED"]);
    sandbox.set_options(|options| options.skew_seconds = 3600);
    assert_eq!(at(301), "OK");
    sandbox.set_options(|options| options.skew_seconds = 60);
    let mut apart = draft(&sandbox);
    apart.unix = (NOW.unix_timestamp() - 61).to_string();
    assert_eq!(send(&sandbox, &apart).0, "AUTHENTICATION_FAILED");
    for stamp in ["2026-03-02T10:00:00Z", "2026-03-02 10:00:00", "2.3.2026 10:00:00.000"] {
        let mut draft = draft(&sandbox);
        draft.stamp = stamp.into();
        assert_eq!(send(&sandbox, &draft).0, "AUTHENTICATION_FAILED", "{stamp}");
    }
}

#[test]
fn the_whole_url_is_signed_in_the_allowed_spelling() {
    let sandbox = company();
    let spelled = |signed: &str| {
        let mut draft = Draft::new(&sandbox.credentials(), "GET", "customerlist.nv?keyword=Anni+%C3%84", "");
        draft.signed_url = Some(format!("{}/customerlist.nv?keyword={signed}", sandbox.credentials().base_url));
        send(&sandbox, &draft).0
    };
    let expected = |form: UrlForm, spellings: [&str; 4]| {
        sandbox.set_options(|options| options.url_form = form);
        let actual = ["Anni+%C3%84", "Anni Ä", "Anni+Ä", "Anni"].map(spelled);
        assert_eq!(actual, spellings, "{form:?}");
    };
    let (yes, no) = ("OK", "AUTHENTICATION_FAILED");
    expected(UrlForm::Either, [yes, yes, yes, no]);
    expected(UrlForm::Encoded, [yes, no, no, no]);
    expected(UrlForm::Decoded, [no, yes, yes, no]);
}

#[test]
fn latin_1_senders_are_accepted() {
    let sandbox = company();
    let mut draft = draft(&sandbox);
    draft.sender = "Demokäyttäjä".into();
    assert_eq!(send(&sandbox, &draft).0, "OK");
    // What some HTTP libraries make of the same name when there is a body.
    draft.transaction.push('b');
    let mut request = draft.request();
    request.headers_mut().insert("X-Netvisor-Authentication-Sender", "Demokäyttäjä".parse().unwrap());
    assert!(read(&sandbox.handle(&request)).text.starts_with("Integration keys are not valid"));
}

#[test]
fn legacy_digests_only_when_allowed() {
    let sandbox = company();
    let legacy = |algorithm: Option<&str>| {
        let mut draft = draft(&sandbox);
        draft.without = Some("X-Netvisor-Authentication-TimestampUnix");
        let mut request = draft.request();
        let parts = [&draft.url, &draft.sender, &draft.customer, &draft.stamp, &draft.language];
        let rest = [&draft.organisation, &draft.transaction, &draft.key];
        let message = [parts.map(String::as_str).join("&"), rest.map(String::as_str).join("&")].join("&");
        let mac: String = match algorithm {
            Some("SHA256") => sha2::Sha256::digest(message).iter().map(|byte| format!("{byte:02x}")).collect(),
            _ => Md5::digest(message).iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        let name = "X-Netvisor-Authentication-MACHashCalculationAlgorithm";
        request.headers_mut().remove(name);
        if let Some(algorithm) = algorithm {
            request.headers_mut().insert(name, algorithm.parse().unwrap());
        }
        request.headers_mut().insert("X-Netvisor-Authentication-MAC", mac.parse().unwrap());
        read(&sandbox.handle(&request)).code
    };
    let all = || [None, Some("MD5"), Some("SHA256")].map(&legacy);
    assert_eq!(all(), ["AUTHENTICATION_FAILED"; 3]);
    sandbox.set_options(|options| options.algorithms = Algorithms::LegacyAllowed);
    assert_eq!(all(), ["OK"; 3]);
    assert_eq!(legacy(Some("SHA1")), "AUTHENTICATION_FAILED");
}

#[test]
fn the_test_environment_echoes_the_string_without_keys() {
    let sandbox = company();
    sandbox.set_options(|options: &mut Options| options.verbose_mac_echo = true);
    let mut draft = draft(&sandbox);
    draft.key = "a&b".into();
    let (_, text) = send(&sandbox, &draft);
    assert!(text.contains("URI method") && text.contains(&draft.transaction) && text.contains(" :: "));
    let credentials = sandbox.credentials();
    assert!(!text.contains(&credentials.customer_key) && !text.contains(&credentials.partner_key));
}

#[test]
fn debug_output_holds_no_secret() {
    let credentials = company().credentials();
    let shown = format!("{credentials:?}");
    assert!(!shown.contains(&credentials.customer_key) && !shown.contains(&credentials.partner_key));
}
