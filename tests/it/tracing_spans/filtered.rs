//! Layers with filters of their own: one that sees the spans of tasklets, and one that does not,
//! to which every event is in the user's span all the same.

use std::pin::pin;

use futures_lite::future::block_on;
use tasklet_core::{Batch, BatchResults, Batcher, Context, TaskletFuture, tasklet, toplevel};
use tests::{Log, gate, poll_now, yield_now};
use tracing::level_filters::LevelFilter;
use tracing::{info, info_span};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use super::{Spans, leaf, listen, short};

/// What a layer at `INFO` and one at `DEBUG` see of the events of `body`.
fn seen(body: impl FnOnce() + Send + 'static) -> [Vec<String>; 2] {
    told(false, body).map(|log| log.into_iter().filter(|line| line.starts_with("event")).collect())
}

/// All that is told to a layer at `INFO`, and to one at `DEBUG`.
fn told(enters: bool, body: impl FnOnce() + Send + 'static) -> [Vec<String>; 2] {
    let logs = [Log::new(), Log::new()];
    let [info, debug] = logs.clone().map(|log| Spans { log, enters });
    let subscriber = tracing_subscriber::registry()
        .with(info.with_filter(LevelFilter::INFO))
        .with(debug.with_filter(LevelFilter::DEBUG));
    listen(subscriber, body);
    logs.map(|log| log.take().into_iter().map(short).collect())
}

/// A toplevel that is polled first in the span of a request, and outside of it when its gate is
/// open, as if the client had left.
fn begun_in_a_request<F: Future<Output = ()>>(handler: impl FnOnce(TaskletFuture<()>) -> F) {
    let (opener, closed) = gate();
    let mut handler = pin!(handler(closed));
    assert!(info_span!("request").in_scope(|| poll_now(handler.as_mut())).is_pending());
    opener.set_result(());
    block_on(handler);
}

#[tasklet]
async fn parent() {
    yield_now().await;
    info!("first");
    child().await;
    info!("last");
}

#[tasklet]
async fn child() {
    yield_now().await;
    info!("below");
}

#[test]
fn after_an_await_the_span_of_the_request_is_found_by_a_layer_that_sees_no_tasklets() {
    let [info, debug] = seen(|| {
        let (opener, closed) = gate();
        let context = Context::new();
        let leaf = info_span!("request").in_scope(|| context.enter(|| leaf("x", closed)));
        opener.set_result(());
        leaf.get_result();
    });
    assert_eq!(
        info,
        ["event in request: message=before name=x", "event in request: message=after name=x"]
    );
    assert_eq!(
        debug,
        [
            "event in request/leaf: message=before name=x",
            "event in request/leaf: message=after name=x"
        ]
    );
}

#[test]
fn tasklets_that_are_called_after_an_await_inherit_the_span_of_the_request() {
    let [info, debug] = seen(|| {
        let parent = info_span!("request").in_scope(parent);
        parent.get_result();
    });
    assert_eq!(
        info,
        [
            "event in request: message=first",
            "event in request: message=below",
            "event in request: message=last",
        ]
    );
    assert_eq!(
        debug,
        [
            "event in request/parent: message=first",
            "event in request/parent/child: message=below",
            "event in request/parent: message=last",
        ]
    );
}

#[test]
fn a_span_that_a_tasklet_has_entered_is_the_outer_one_of_what_it_calls_there() {
    #[tasklet]
    async fn steps() {
        yield_now().await;
        let step = info_span!("step").in_scope(child);
        step.await;
        info!("after");
    }
    let [info, debug] = seen(|| info_span!("request").in_scope(steps).get_result());
    assert_eq!(info, ["event in request/step: message=below", "event in request: message=after"]);
    assert_eq!(
        debug,
        [
            "event in request/steps/step/child: message=below",
            "event in request/steps: message=after",
        ]
    );
}

#[test]
fn a_toplevel_its_tasklets_and_their_callbacks_are_in_the_span_of_the_request() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>) {
        gate.await;
        let parent = parent();
        parent.add_callback(|| info!("called back"));
        Context::current().queue_call(None, || info!("queued"));
        info!("own");
        parent.await;
    }
    let [info, debug] = seen(|| begun_in_a_request(handler));
    let told = |path: &'static str| move |what| format!("event in {path}: message={what}");
    let mut all = ["own", "queued", "first", "below", "last", "called back"].map(told("request"));
    let mut seen = info;
    seen.sort_unstable();
    all.sort_unstable();
    assert_eq!(seen, all);
    let mut all = [
        told("request/handler")("own"),
        told("request/handler/queued call")("queued"),
        told("request/handler/callback")("called back"),
        told("request/handler/parent")("first"),
        told("request/handler/parent")("last"),
        told("request/handler/parent/child")("below"),
    ];
    let mut seen = debug;
    seen.sort_unstable();
    all.sort_unstable();
    assert_eq!(seen, all);
}

#[test]
fn the_call_of_a_batch_is_in_the_span_of_the_request_that_sent_it() {
    #[derive(Debug)]
    struct Doubles;

    impl Batch for Doubles {
        const NAME: &'static str = "doubles";
        type Item = u32;
        type Key = u32;
        type Options = ();
        type Value = u32;
        type Error = String;

        fn key(&self, number: &u32) -> u32 {
            *number
        }

        async fn call(&self, numbers: Vec<u32>, (): ()) -> BatchResults<u32, String> {
            yield_now().await;
            info!("sent");
            Ok(numbers.into_iter().map(|number| Ok(2 * number)).collect())
        }
    }

    #[toplevel]
    async fn handler(gate: TaskletFuture<()>) {
        gate.await;
        let doubles = Batcher::new(Doubles);
        assert_eq!(doubles.load(21).await.ok(), Some(42));
    }
    let [info, debug] = seen(|| begun_in_a_request(handler));
    assert_eq!(info, ["event in request: message=sent"]);
    assert_eq!(debug, ["event in request/handler/doubles/doubles: message=sent"]);
}

#[test]
fn tasklets_of_two_requests_in_one_context_are_each_in_their_own() {
    let [info, _] = seen(|| {
        let context = Context::new();
        let leaves = ["ann", "bob"].map(|name| {
            let (opener, closed) = gate();
            let request = info_span!("request", otel.name = name);
            (request.in_scope(|| context.enter(|| leaf(name, closed))), opener)
        });
        for (leaf, opener) in leaves {
            opener.set_result(());
            leaf.get_result();
        }
    });
    assert_eq!(
        info,
        [
            "event in ann: message=before name=ann",
            "event in bob: message=before name=bob",
            "event in ann: message=after name=ann",
            "event in bob: message=after name=bob",
        ]
    );
}

#[test]
fn the_outer_span_is_entered_around_each_poll_unless_it_is_the_current_one() {
    let [info, debug] = told(true, || {
        let (opener, closed) = gate();
        let context = Context::new();
        let request = info_span!("request");
        let leaf = request.in_scope(|| context.enter(|| leaf("x", closed)));
        drop(request);
        opener.set_result(());
        leaf.get_result();
    });
    assert_eq!(
        debug,
        [
            "new request",
            "enter request",
            "new request/leaf",
            "enter leaf",
            "event in request/leaf: message=before name=x",
            "exit leaf",
            "exit request",
            "enter request",
            "enter leaf",
            "event in request/leaf: message=after name=x",
            "exit leaf",
            "exit request",
            "close leaf",
            "close request",
        ]
    );
    assert_eq!(
        info,
        [
            "new request",
            "enter request",
            "event in request: message=before name=x",
            "exit request",
            "enter request",
            "event in request: message=after name=x",
            "exit request",
            "close request",
        ]
    );
}

#[test]
fn within_a_toplevel_the_span_of_the_request_is_entered_once_for_all_of_its_tasklets() {
    #[toplevel]
    fn handler() {
        let both = [parent(), parent()];
        for parent in both {
            parent.get_result();
        }
    }
    let [info, debug] = told(true, || {
        let request = info_span!("request");
        request.in_scope(handler);
    });
    for told in [info, debug] {
        let enters = told.iter().filter(|line| *line == "enter request").count();
        let events = told.iter().filter(|line| line.starts_with("event in request")).count();
        assert_eq!((enters, events), (1, 6), "{told:#?}");
    }
}
