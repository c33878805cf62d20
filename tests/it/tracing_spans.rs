//! A span for each tasklet and each toplevel: nested as the calls are, never mixed, gone if nobody
//! wants them.

mod filtered;
mod transactions;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, LazyLock, Mutex};

use futures_lite::future::block_on;
use tasklet_core::{Context, TaskletFuture, join, synctasklet, tasklet, tasklet_local, toplevel};
use tests::{Log, gate, panic_of, within, yield_now};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Dispatch, Event, Subscriber, info, info_span};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// Logs what happens to spans, and in which of them events are.
struct Spans {
    log: Log,
    enters: bool,
}

/// The `otel.name` of a span, or its own if it has none; and all of its fields.
struct Named {
    name: String,
    fields: String,
}

impl Visit for Named {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = format!("{value:?}").replace('"', "");
        if field.name() == "otel.name" {
            self.name.clone_from(&value);
        }
        write!(self.fields, " {}={value}", field.name()).expect("a text takes everything");
    }
}

/// From the root down.
fn path<'a, S>(span: impl Iterator<Item = tracing_subscriber::registry::SpanRef<'a, S>>) -> String
where
    S: Subscriber + for<'b> LookupSpan<'b> + 'a,
{
    let names = span.map(|span| {
        span.extensions().get::<Named>().map_or_else(String::new, |named| named.name.clone())
    });
    names.collect::<Vec<_>>().join("/")
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: LayerContext<'_, S>) {
        let span = cx.span(id).expect("it was just made");
        let meta = attributes.metadata();
        let mut named = Named { name: meta.name().to_owned(), fields: String::new() };
        attributes.record(&mut named);
        let told = format!("{} {} {}{}", meta.level(), meta.target(), meta.name(), named.fields);
        // Another layer may have noted the same.
        span.extensions_mut().replace(named);
        self.log.add(format_args!("new {}: {told}", path(span.scope().from_root())));
    }

    fn on_event(&self, event: &Event<'_>, cx: LayerContext<'_, S>) {
        let mut told = Named { name: String::new(), fields: String::new() };
        event.record(&mut told);
        let path = cx.event_scope(event).map_or_else(String::new, |scope| path(scope.from_root()));
        self.log.add(format_args!("event in {path}:{}", told.fields));
    }

    fn on_enter(&self, id: &Id, cx: LayerContext<'_, S>) {
        if self.enters {
            self.log.add(format_args!("enter {}", path(cx.span(id).into_iter())));
        }
    }

    fn on_exit(&self, id: &Id, cx: LayerContext<'_, S>) {
        if self.enters {
            self.log.add(format_args!("exit {}", path(cx.span(id).into_iter())));
        }
    }

    fn on_close(&self, id: Id, cx: LayerContext<'_, S>) {
        self.log.add(format_args!("close {}", path(cx.span(&id).into_iter())));
    }
}

/// What `body` does with spans up to this level. Told without their fields.
fn told(level: LevelFilter, enters: bool, body: impl FnOnce() + Send + 'static) -> Vec<String> {
    told_whole(level, enters, body).into_iter().map(short).collect()
}

/// A line without the fields of a new span.
fn short(line: String) -> String {
    match line.strip_prefix("new ").and_then(|new| new.split_once(':')) {
        Some((new, _)) => format!("new {new}"),
        None => line,
    }
}

/// Runs `body` with a subscriber of its own.
fn listen(subscriber: impl Subscriber + Send + Sync, body: impl FnOnce() + Send + 'static) {
    // While there is only one dispatcher, tracing asks the thread that comes by first whether spans
    // are wanted, also if it is one that has none. With a second one it asks them all.
    static OTHER: LazyLock<Dispatch> =
        LazyLock::new(|| Dispatch::new(tracing_subscriber::registry().with(LevelFilter::OFF)));
    LazyLock::force(&OTHER);
    within(|| tracing::subscriber::with_default(subscriber, body));
}

fn told_whole(
    level: LevelFilter,
    enters: bool,
    body: impl FnOnce() + Send + 'static,
) -> Vec<String> {
    let log = Log::new();
    let layer = Spans { log: log.clone(), enters };
    let subscriber = tracing_subscriber::registry().with(level).with(layer);
    listen(subscriber, body);
    log.take()
}

const DEBUG: LevelFilter = LevelFilter::DEBUG;

/// Tells where it is, before and after the gate.
#[tasklet]
async fn leaf(name: &'static str, gate: TaskletFuture<()>) {
    info!(name, "before");
    gate.await;
    info!(name, "after");
}

#[test]
fn a_span_has_the_name_the_module_the_place_and_the_toplevel() {
    const LINE: u32 = line!() + 3;
    #[toplevel]
    async fn handler() {
        inline().await;
    }
    #[tasklet]
    async fn inline() {}
    let told = told_whole(DEBUG, false, || block_on(handler()));
    let [toplevel, tasklet, ..] = &told[..] else { panic!("two spans, not {told:?}") };
    let module = module_path!();
    let start = format!(
        "new handler: DEBUG tasklet toplevel otel.name=handler toplevel=handler module={module} \
         place={}:",
        file!()
    );
    assert!(toplevel.starts_with(&start), "{toplevel}");
    let start = format!(
        "new handler/inline: DEBUG tasklet tasklet otel.name=inline tasklet=inline \
         module={module} place={}:{LINE}:",
        file!()
    );
    assert!(tasklet.starts_with(&start) && tasklet.ends_with(" toplevel=handler"), "{tasklet}");
    assert_eq!(told[2..], ["close inline", "close handler"]);
}

#[test]
fn spans_nest_as_the_calls_do_and_close_as_the_tasklets_end() {
    #[tasklet]
    async fn parent() {
        yield_now().await;
        info!("own");
        child().await;
        info!("own");
    }
    #[tasklet]
    async fn child() {
        yield_now().await;
        info!("below");
    }
    #[synctasklet]
    async fn blocks() {
        parent().await;
    }
    let told = told(DEBUG, false, || {
        let request = info_span!("request");
        request.in_scope(blocks);
    });
    assert_eq!(
        told,
        [
            "new request",
            "new request/blocks",
            "new request/blocks/parent",
            "event in request/blocks/parent: message=own",
            "new request/blocks/parent/child",
            "event in request/blocks/parent/child: message=below",
            "close child",
            "event in request/blocks/parent: message=own",
            "close parent",
            "close blocks",
            "close request",
        ]
    );
}

#[test]
fn interleaved_tasklets_do_not_mix_their_spans() {
    #[tasklet]
    async fn steps(name: &'static str) {
        for step in 0..2 {
            info!(name, step);
            yield_now().await;
        }
    }
    #[tasklet]
    async fn ann() {
        steps("ann").await;
    }
    #[tasklet]
    async fn bob() {
        steps("bob").await;
    }
    let told = told(DEBUG, false, || {
        Context::new().block_on(async { join!(ann(), bob()) });
    });
    let events: Vec<_> = told.iter().filter(|line| line.starts_with("event")).collect();
    assert_eq!(
        events,
        [
            "event in ann/steps: name=ann step=0",
            "event in bob/steps: name=bob step=0",
            "event in ann/steps: name=ann step=1",
            "event in bob/steps: name=bob step=1",
        ]
    );
}

#[test]
fn a_span_is_entered_for_each_poll_and_left_in_between() {
    let told = told(DEBUG, true, || {
        let (opener, closed) = gate();
        let context = Context::new();
        let leaf = context.enter(|| leaf("x", closed));
        info!("between");
        opener.set_result(());
        leaf.get_result();
    });
    assert_eq!(
        told,
        [
            "new leaf",
            "enter leaf",
            "event in leaf: message=before name=x",
            "exit leaf",
            "event in : message=between",
            "enter leaf",
            "event in leaf: message=after name=x",
            "exit leaf",
            "close leaf",
        ]
    );
}

#[test]
fn a_nested_loop_polls_others_in_their_own_spans() {
    #[tasklet]
    async fn blocks(gate: TaskletFuture<()>) {
        gate.get_result();
        info!("blocked");
    }
    let told = told(DEBUG, false, || {
        let (opener, closed) = gate();
        Context::new().enter(|| {
            let leaf = leaf("x", Context::current().spawn(yield_now()));
            let opens = leaf.map(|()| opener.set_result(()));
            blocks(closed).get_result();
            opens.get_result();
        });
    });
    let events: Vec<_> = told.iter().filter(|line| line.starts_with("event")).collect();
    assert_eq!(
        events,
        [
            "event in leaf: message=before name=x",
            "event in leaf: message=after name=x",
            "event in blocks: message=blocked",
        ]
    );
}

#[test]
fn where_spans_of_tasklets_are_not_wanted_the_one_of_the_call_goes_along() {
    let told = told(LevelFilter::INFO, false, || {
        let (opener, closed) = gate();
        let context = Context::new();
        let one = info_span!("one");
        let leaf = one.in_scope(|| context.enter(|| leaf("x", closed)));
        drop(one);
        context.queue_call(None, || info!("nobody's"));
        info_span!("two").in_scope(|| {
            Context::current().queue_call(None, || info!("two's"));
            Context::current().run();
            opener.set_result(());
            leaf.get_result();
        });
    });
    let kept: Vec<_> = told.iter().filter(|line| !line.contains("nobody")).collect();
    assert_eq!(
        kept,
        [
            "new one",
            "event in one: message=before name=x",
            "new two",
            "event in two: message=two's",
            "event in one: message=after name=x",
            "close one",
            "close two",
        ]
    );
}

#[test]
fn callbacks_are_run_in_the_span_that_they_were_added_in() {
    let told = told(LevelFilter::INFO, false, || {
        let (opener, closed) = gate();
        info_span!("one").in_scope(|| {
            closed.add_callback(|| info!("queued"));
            closed.add_immediate_callback(|| info!("immediate"));
        });
        info_span!("two").in_scope(|| opener.set_result(()));
        closed.get_result();
        Context::current().run();
    });
    assert_eq!(
        told,
        [
            "new one",
            "new two",
            "event in one: message=immediate",
            "close two",
            "event in one: message=queued",
            "close one",
        ]
    );
}

#[test]
fn the_span_of_a_tasklet_that_panics_or_is_cancelled_is_closed() {
    #[tasklet]
    async fn panics() {
        yield_now().await;
        panic!("it broke");
    }
    #[tasklet]
    async fn waits() {
        std::future::pending::<()>().await;
    }
    let told = told(DEBUG, true, || {
        waits().cancel();
        assert_eq!(panic_of(|| panics().get_result()), "it broke");
        info!("end");
    });
    let ends: Vec<_> = told.iter().filter(|line| line.starts_with("close")).collect();
    assert!(ends.contains(&&"close waits".to_owned()), "{told:?}");
    assert!(ends.contains(&&"close panics".to_owned()), "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("event in : message=end"));
}

#[test]
fn without_a_subscriber_there_is_nothing_and_values_still_hold() {
    tasklet_local! {
        static NAME: &'static str = "nobody";
    }
    #[tasklet]
    async fn both() -> (bool, &'static str) {
        let span = tracing::Span::current();
        yield_now().await;
        (span.is_none() && tracing::Span::current().is_none(), NAME.get())
    }
    within(|| {
        let seen = NAME.scope_sync("ann", both);
        assert_eq!(seen.get_result(), (true, "ann"));
    });
    let told = told(DEBUG, false, || {
        let seen = NAME.scope_sync("ann", both);
        assert_eq!(seen.get_result(), (false, "ann"));
    });
    assert_eq!(told, ["new both", "close both"]);
}

/// Panics when a span is made, entered, left or closed.
struct Panics(Arc<Mutex<u32>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Panics {
    fn on_enter(&self, _: &Id, _: LayerContext<'_, S>) {
        *self.0.lock().expect("not poisoned") += 1;
        panic!("a bad subscriber");
    }
}

#[test]
fn a_subscriber_that_panics_strands_nobody() {
    within(|| {
        let count = Arc::new(Mutex::new(0));
        let subscriber = tracing_subscriber::registry().with(Panics(Arc::clone(&count)));
        tracing::subscriber::with_default(subscriber, || {
            let (opener, closed) = gate();
            let waiting = closed.map(|()| 42);
            opener.set_result(());
            assert_eq!(waiting.get_result(), 42);
        });
        assert!(0 < *count.lock().expect("not poisoned"));
    });
}
