//! The table of companions, and every way in which a task with one can end.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use super::{Companion, Companions, apart, has_values};
use crate::local::Values;
use crate::{Context, tasklet_local};

tasklet_local! {
    static NUMBER: u32 = 0;
    static COUNTED: Option<Arc<Counted>> = None;
}

/// Counts its drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Pending once; wakes itself.
async fn turn() {
    let mut waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn a_place_that_was_left_is_used_again_and_none_is_zero() {
    let number = |number| {
        NUMBER
            .scope_sync(number, || Companion { values: Values::current(), ..Companion::default() })
    };
    let seen = |mut companion: Companion| companion.accompany(|| NUMBER.get());
    let mut companions = Companions::default();
    let places: Vec<u32> = (10..13).map(|i| companions.insert(number(i))).collect();
    assert_eq!(places, [1, 2, 3]);
    assert_eq!([3, 1].map(|place| seen(companions.remove(place))), [12, 10]);
    assert_eq!([20, 21, 22].map(|i| companions.insert(number(i))), [1, 3, 4]);
    assert_eq!([1, 2, 3, 4].map(|place| seen(companions.remove(place))), [20, 11, 21, 22]);
    assert_eq!(companions.places.len(), 4);
}

#[test]
fn the_flag_says_whether_there_are_values_wherever_they_are_exchanged() {
    assert!(!has_values());
    NUMBER.scope_sync(1, || {
        assert!(has_values());
        apart(|| {
            assert!(!has_values());
            NUMBER.set(2);
            assert!(has_values());
        });
        assert_eq!(NUMBER.get(), 1);
    });
    assert!(!has_values());
    let context = Context::new();
    let task = context.spawn(async {
        NUMBER.set(3);
        turn().await;
        NUMBER.get()
    });
    assert!(!has_values());
    context.run();
    assert!(!has_values());
    assert_eq!(task.get_result(), 3);
    let later = context.spawn(async {
        turn().await;
        NUMBER.set(4);
        turn().await;
        NUMBER.get()
    });
    while context.run0() == crate::Turn::Worked {
        assert!(!has_values());
    }
    assert_eq!(later.get_result(), 4);
}

#[test]
fn a_task_takes_its_values_from_thread_to_thread() {
    let context = Context::new();
    let (seen, waker) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(None::<Waker>)));
    let task = context.spawn({
        let (seen, waker) = (Arc::clone(&seen), Arc::clone(&waker));
        async move {
            for i in 0..4 {
                let before = NUMBER.replace(i + 1);
                seen.lock().expect("no panics").push(before);
                let mut waited = false;
                poll_fn(|cx| {
                    if std::mem::replace(&mut waited, true) {
                        return Poll::Ready(());
                    }
                    *waker.lock().expect("no panics") = Some(cx.waker().clone());
                    Poll::Pending
                })
                .await;
            }
        }
    });
    for _ in 0..4 {
        let (context, waker) = (context.clone(), Arc::clone(&waker));
        let run = move || {
            NUMBER.set(99);
            let waker = waker.lock().expect("no panics").take();
            waker.expect("it waits").wake();
            while context.run0() == crate::Turn::Worked {}
            assert_eq!(NUMBER.get(), 99);
        };
        thread::spawn(run).join().expect("no panics");
    }
    task.get_result();
    assert_eq!(*seen.lock().expect("no panics"), [0, 1, 2, 3]);
}

#[test]
fn however_a_task_ends_its_values_are_dropped_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let set = || COUNTED.set(Some(Arc::new(Counted(Arc::clone(&drops)))));
    let context = Context::new();
    let start = |turns: usize, panics: bool| {
        let drops = Arc::clone(&drops);
        context.spawn(async move {
            COUNTED.set(Some(Arc::new(Counted(drops))));
            for _ in 0..turns {
                turn().await;
            }
            assert!(!panics, "as it should");
        })
    };
    for (count, turns) in [0, 1, 2].into_iter().enumerate() {
        start(turns, false).get_result();
        assert_eq!(drops.load(Relaxed), 3 * count + 1);
        start(turns, true).wait();
        assert_eq!(drops.load(Relaxed), 3 * count + 2);
        start(turns + 1, true).cancel();
        context.run();
        assert_eq!(drops.load(Relaxed), 3 * count + 3);
    }
    // Inherited, and never polled a second time.
    apart(|| {
        set();
        context.spawn(pending::<()>()).cancel();
    });
    assert_eq!(drops.load(Relaxed), 10);
    assert_eq!(context.take_errors().len(), 3);
}

#[test]
fn a_value_that_was_set_on_a_thread_goes_with_it() {
    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    /// Sets, and starts something, in the end of a thread.
    struct Late;

    impl Drop for Late {
        fn drop(&mut self) {
            NUMBER.set(NUMBER.get() + 1);
            let context = Context::new();
            context.spawn(turn()).get_result();
        }
    }
    let drops = Arc::new(AtomicUsize::new(0));
    let counted = Arc::new(Counted(Arc::clone(&drops)));
    let run = || {
        LATE.set(Some(Late));
        COUNTED.set(Some(counted));
    };
    thread::spawn(run).join().expect("no panics");
    assert_eq!(drops.load(Relaxed), 1);
}

#[cfg(feature = "tracing")]
mod spans {
    use std::fmt::Debug;
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use crate::Context;
    use crate::trace::Span;

    /// Notes what happens to spans, which are numbered.
    #[derive(Clone, Default)]
    struct Notes(Arc<Mutex<Vec<String>>>);

    impl Notes {
        fn add(&self, note: String) {
            self.0.lock().expect("no panics").push(note);
        }
    }

    struct Fields(String);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            self.0 += &format!(" {}={value:?}", field.name());
        }
    }

    impl Subscriber for Notes {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            let mut fields = Fields(span.metadata().name().to_owned());
            span.record(&mut fields);
            let id = self.0.lock().expect("no panics").len() as u64 + 1;
            self.add(format!("new {id} {}", fields.0));
            Id::from_u64(id)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}

        fn enter(&self, id: &Id) {
            self.add(format!("enter {}", id.into_u64()));
        }

        fn exit(&self, id: &Id) {
            self.add(format!("exit {}", id.into_u64()));
        }
    }

    #[test]
    fn a_batch_has_a_span_with_its_name_and_size_around_what_it_starts() {
        let notes = Notes::default();
        // With a second dispatcher, a thread that has none does not decide for all threads.
        let _other = tracing::Dispatch::new(Notes::default());
        tracing::subscriber::with_default(notes.clone(), || {
            let span = Span::of_batch("get", 3);
            let _within = span.enter();
            drop(Context::new().spawn(async {}));
        });
        let notes = notes.0.lock().expect("no panics").clone();
        assert_eq!(notes[0], "new 1 batch otel.name=\"get\" batch=\"get\" items=3");
        assert_eq!(notes[1], "enter 1");
        assert!(notes[2].starts_with("new 3 tasklet otel.name=\"spawned future\""), "{notes:?}");
        assert_eq!(notes[3..], ["enter 3", "exit 3", "exit 1"]);
    }
}
