//! Neither traces, nor errors, nor `Debug` hold anything of a request or an answer.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]
#![allow(dead_code, reason = "the common module serves several test files")]

mod common;

use std::fmt::Write;

use common::{Answer, SECRET, Script, answer, by_status, call, pipeline, response, stale};
use hrsync_http::{Effect, Pipeline, TransportErrorKind, Unsigned};
use hrsync_testkit::marks::Transcript;

#[tokio::test(start_paused = true)]
async fn a_try_is_traced_with_its_facts() {
    let transcript = Transcript::default();
    let guard = tracing::subscriber::set_default(transcript.clone());
    let script = Script::new([answer(503), answer(200)]);
    pipeline(&script).build().call(call(Effect::Read), &Unsigned, &by_status).await.unwrap();
    drop(guard);
    let text = transcript.content();
    // Without the module that each comes from.
    let lines: Vec<_> = text.lines().filter_map(|line| Some(line.split_once(' ')?.1)).collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(lines[0], r#"hrsync.call vendor="acme" operation="list""#);
    assert_eq!(
        lines[1],
        r#"hrsync.try message=hrsync.try operation="list" attempt=1 status=503 error="unavailable" elapsed_ms=0 request_bytes=19 response_bytes=18"#
    );
    assert!(
        lines[2].starts_with(
            r#"hrsync.retry message=hrsync.retry operation="list" attempt=1 error="unavailable" wait_ms=1"#
        )
    );
    assert_eq!(
        lines[3],
        r#"hrsync.try message=hrsync.try operation="list" attempt=2 status=200 elapsed_ms=0 request_bytes=19 response_bytes=18"#
    );
}

#[tokio::test(start_paused = true)]
async fn traces_errors_and_debug_hold_no_address_header_or_body() {
    let transcript = Transcript::default();
    let guard = tracing::subscriber::set_default(transcript.clone());
    let mut shown = String::new();
    let failures = [
        Answer::Never,
        Answer::Fail(TransportErrorKind::Connect),
        Answer::Fail(TransportErrorKind::Interrupted),
        Answer::Now(response(302, &[("location", &format!("https://other.example/?id={SECRET}"))])),
        Answer::Now(response(429, &[("retry-after", SECRET)])),
    ];
    for failure in failures.into_iter().chain([400, 403, 404, 409, 413, 500, 503, 700].map(answer)) {
        let script = Script::new([failure]);
        let pipeline = pipeline(&script).retry(hrsync_http::RetryPolicy::none()).build();
        show(&mut shown, &pipeline, Effect::Converge).await;
    }
    let script = Script::new([answer(401), answer(200)]);
    show(&mut shown, &pipeline(&script).build(), Effect::Once).await;
    let script = Script::new([answer(200)]);
    show(&mut shown, &pipeline(&script).max_body(1).build(), Effect::Once).await;
    drop(guard);
    shown.push_str(&transcript.content());
    write!(shown, "{:?}", call(Effect::Read)).unwrap();

    assert!(shown.contains("hrsync.try"));
    for forbidden in [SECRET, "example", "x-secret"] {
        assert!(!shown.contains(forbidden), "{forbidden}: {shown}");
    }
}

async fn show(shown: &mut String, pipeline: &Pipeline, effect: Effect) {
    let result = pipeline.call(call(effect), &Unsigned, &stale).await;
    if let Err(error) = &result {
        write!(shown, "{error} {error:#?} {:?}", std::error::Error::source(error).map(ToString::to_string)).unwrap();
    }
    writeln!(shown, "{pipeline:?} {result:?}").unwrap();
}
