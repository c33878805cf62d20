//! HTTP requests to a real server on a loopback address: they run beside tasklets, answer in full,
//! fail with a reason, and stop when they are cancelled.

mod server;

use std::time::Duration;

use axum::http::StatusCode;
use tasklet_core::fetch::{Fetch, FetchErrorKind, FetchResponse, fetch};
use tasklet_core::prelude::*;
use tests::{run, within};

use server::Server;

/// Why a request has failed.
#[track_caller]
fn kind_of(request: Fetch) -> FetchErrorKind {
    request.send().get_result().expect_err("it should fail").kind()
}

/// The response to a request that does not fail.
#[track_caller]
fn answer_to(request: Fetch) -> FetchResponse {
    request.send().get_result().expect("a response")
}

#[test]
fn a_response_has_status_headers_content_and_its_url() {
    within(|| {
        let server = Server::start();
        let response = answer_to(Fetch::get(server.url("/hello?to=you")));
        assert_eq!(response.status_code(), 200);
        assert_eq!(response.header("X-Greeting"), Some("hello"));
        assert!(response.headers().any(|header| header == ("x-greeting", b"hello".as_slice())));
        assert_eq!(response.text(), "hello you");
        assert_eq!(response.final_url(), server.url("/hello?to=you"));
        assert!(!response.content_was_truncated());
        assert_eq!(response.into_content(), b"hello you");
    });
}

#[test]
fn a_payload_arrives_with_its_method_and_headers() {
    within(|| {
        let server = Server::start();
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let request = Fetch::new(method, server.url("/echo"))
                .header("x-color", "red")
                .payload(b"\x00payload\xff".as_slice());
            let response = answer_to(request);
            assert_eq!(response.header("x-method"), Some(method));
            assert_eq!(response.header("x-color"), Some("red"));
            assert_eq!(response.content(), b"\x00payload\xff");
        }
    });
}

#[test]
fn a_status_that_tells_of_an_error_is_a_response() {
    within(|| {
        let server = Server::start();
        for status in [StatusCode::NOT_FOUND, StatusCode::INTERNAL_SERVER_ERROR] {
            let response = answer_to(Fetch::get(server.url(&format!("/status/{status}"))));
            assert_eq!(response.status_code(), status.as_u16());
        }
    });
}

#[test]
fn requests_are_under_way_together_and_beside_tasklets() {
    #[tasklet]
    async fn met(server: Server) -> u16 {
        fetch(server.url("/meet")).await.expect("a response").status_code()
    }
    // The server answers neither of two before both are there.
    run(async || {
        let server = Server::start();
        assert_eq!(join!(met(server.clone()), met(server)), (200, 200));
    });
}

#[test]
fn a_request_is_sent_at_the_call() {
    within(|| {
        let server = Server::start();
        let waiting = fetch(server.url("/park"));
        server.has_parked();
        waiting.cancel();
    });
}

#[test]
fn a_cancelled_request_closes_its_connection() {
    within(|| {
        let server = Server::start();
        let waiting = fetch(server.url("/park"));
        server.has_parked();
        waiting.cancel();
        server.has_been_left();
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn a_tasklet_that_is_cancelled_leaves_its_request_to_the_context() {
    #[tasklet]
    async fn ask(server: Server) -> bool {
        fetch(server.url("/park")).await.is_ok()
    }
    within(|| {
        let server = Server::start();
        let context = Context::new();
        let asking = context.enter(|| ask(server.clone()));
        server.has_parked();
        asking.cancel();
        assert_eq!(context.pending(), 1);
        server.let_go();
        context.run();
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn a_toplevel_waits_for_a_request_that_was_left_to_it() {
    #[toplevel]
    async fn handler(server: Server) {
        fetch(server.url("/count")).defer();
    }
    let in_a_runtime = |server: &Server| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(handler(server.clone()));
    };
    within(move || {
        let server = Server::start();
        futures_lite::future::block_on(handler(server.clone()));
        assert_eq!(server.count(), 1);
        in_a_runtime(&server);
        assert_eq!(server.count(), 2);
    });
}

#[test]
fn a_failure_that_nobody_looks_at_is_reported_with_its_place() {
    within(|| {
        let context = Context::new();
        let line = line!() + 1;
        context.enter(|| fetch("no url").defer());
        context.run();
        let errors = context.take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].name(), "fetch");
        assert_eq!((errors[0].place().file(), errors[0].place().line()), (file!(), line));
        assert!(errors[0].message().starts_with("the request is not valid: "), "{}", errors[0]);
    });
}

#[test]
fn redirections_are_followed_unless_told_otherwise() {
    within(|| {
        let server = Server::start();
        let followed = answer_to(Fetch::get(server.url("/redirect/3")));
        assert_eq!((followed.status_code(), followed.text().as_ref()), (200, "arrived"));
        assert_eq!(followed.final_url(), server.url("/redirect/0"));
        let first = answer_to(Fetch::get(server.url("/redirect/3")).follow_redirects(false));
        assert_eq!((first.status_code(), first.header("location")), (307, Some("/redirect/2")));
        assert_eq!(kind_of(Fetch::get(server.url("/redirect/9"))), FetchErrorKind::Redirects);
    });
}

#[test]
fn content_beyond_the_limit_is_refused_or_cut_off() {
    within(|| {
        let server = Server::start();
        let large = |bytes_max| Fetch::get(server.url("/large/1000")).bytes_max(bytes_max);
        assert_eq!(answer_to(large(1000)).content().len(), 1000);
        assert_eq!(kind_of(large(999)), FetchErrorKind::TooLarge);
        let cut = answer_to(large(999).allow_truncated(true));
        assert_eq!((cut.content().len(), cut.content_was_truncated()), (999, true));
        let whole = answer_to(large(1000).allow_truncated(true));
        assert!(!whole.content_was_truncated());
    });
}

#[test]
fn a_server_that_does_not_answer_in_time_is_given_up() {
    within(|| {
        let server = Server::start();
        let request = Fetch::get(server.url("/park")).deadline(Duration::from_millis(50));
        assert_eq!(kind_of(request), FetchErrorKind::Deadline);
        server.has_been_left();
    });
}

#[test]
fn nobody_at_the_address_is_a_failed_connection() {
    within(|| {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = closed.local_addr().expect("an address");
        drop(closed);
        let request = Fetch::get(format!("http://{address}/"));
        let error = request.send().get_result().expect_err("it should fail");
        assert_eq!(error.kind(), FetchErrorKind::Connection);
        assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
    });
}

#[test]
fn what_is_no_request_is_refused_before_it_is_sent() {
    within(|| {
        let server = Server::start();
        let url = || server.url("/count");
        let invalid = [
            Fetch::get("no url"),
            Fetch::get("ftp://localhost/"),
            Fetch::get(""),
            Fetch::new("NO METHOD", url()),
            Fetch::get(url()).header("no header", "x"),
            Fetch::get(url()).header("x-header", "two\nlines"),
        ];
        for request in invalid {
            let shown = format!("{request:?}");
            assert_eq!(kind_of(request), FetchErrorKind::InvalidRequest, "{shown}");
        }
        assert_eq!(server.count(), 0);
    });
}

#[test]
fn a_certificate_that_nobody_has_signed_is_trusted_only_on_demand() {
    within(|| {
        let url = server::start_unsigned();
        let request = Fetch::get(url);
        assert_eq!(kind_of(request.clone()), FetchErrorKind::Connection);
        assert_eq!(answer_to(request.validate_certificate(false)).text(), "unsigned");
    });
}

#[test]
fn hundreds_of_requests_at_once_all_come_back() {
    run(async || {
        let server = Server::start();
        let requests = (0..300).map(|_| fetch(server.url("/count"))).collect::<Vec<_>>();
        let responses = requests.try_join_all().await.expect("all succeed");
        assert_eq!(responses.len(), 300);
        assert_eq!(server.count(), 300);
    });
}

#[test]
fn a_request_can_be_shared_and_its_error_too() {
    run(async || {
        let shared = fetch("no url").shared();
        let (left, right) = (shared.clone(), shared);
        assert_eq!(left.await.expect_err("it fails").kind(), FetchErrorKind::InvalidRequest);
        assert_eq!(right.await.expect_err("it fails").kind(), FetchErrorKind::InvalidRequest);
    });
}
