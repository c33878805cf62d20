//! Failures that nobody looked at are events: with the tasklet's name, its module and its place.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use futures_lite::future::block_on;
use tasklet_core::{Context, tasklet, toplevel};
use tests::{within, yield_now};
use tracing_subscriber::fmt::MakeWriter;

/// What was written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Written;

    fn make_writer(&self) -> Written {
        self.clone()
    }
}

/// The lines of the events of `body`, on this thread.
fn events_of(body: impl FnOnce()) -> Vec<String> {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(written.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    tracing::subscriber::with_default(subscriber, body);
    let bytes = written.0.lock().expect("no panics").clone();
    String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
}

#[tasklet]
async fn fail() -> Result<(), String> {
    yield_now().await;
    Err("it had to".to_owned())
}

#[tasklet]
async fn panics() {
    yield_now().await;
    panic!("it broke");
}

#[test]
fn an_error_of_a_deferred_tasklet_is_an_error_event_with_name_module_and_place() {
    const LINE: u32 = line!() + 3;
    #[toplevel]
    async fn handler() {
        fail().defer();
    }
    within(|| {
        let place = format!("place={}:{LINE}:", file!());
        let events = events_of(|| block_on(handler()));
        let [event] = &events[..] else { panic!("one event, not {events:?}") };
        assert!(event.trim_start().starts_with("ERROR"), "{event}");
        assert!(event.contains("nobody looked at it: it had to"), "{event}");
        assert!(event.contains("tasklet=\"fail\""), "{event}");
        assert!(event.contains(&format!("module=\"{}\"", module_path!())), "{event}");
        assert!(event.contains(&place), "{event}");
        assert!(event.contains("panicked=false"), "{event}");
    });
}

#[test]
fn a_panic_of_a_deferred_tasklet_is_one_too() {
    within(|| {
        let events = events_of(|| {
            let context = Context::new();
            context.enter(|| panics().defer());
            context.run();
        });
        let [event] = &events[..] else { panic!("one event, not {events:?}") };
        assert!(event.contains("`panics`") && event.contains("it broke"), "{event}");
        assert!(event.contains("panicked=true"), "{event}");
    });
}

#[test]
fn what_was_looked_at_is_no_event() {
    within(|| {
        let events = events_of(|| {
            assert!(fail().get_result().is_err());
            assert_eq!(tests::panic_of(|| panics().get_result()), "it broke");
        });
        assert!(events.is_empty(), "{events:?}");
    });
}

#[test]
fn taking_an_error_does_not_tell_it_twice() {
    within(|| {
        let events = events_of(|| {
            let context = Context::new();
            context.enter(|| fail().defer());
            context.run();
            assert_eq!(context.take_errors().len(), 1);
        });
        assert_eq!(events.len(), 1, "{events:?}");
    });
}
