//! What others keep in a context: one value of each type, which goes when the context does.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{self, Poll};
use std::thread;

use tasklet_core::{Context, TaskletFuture, tasklet, toplevel};
use tests::{Log, Logged, gate, poll_now, run, within};

#[derive(Default)]
struct Count(Mutex<u32>);

impl Count {
    fn next(&self) -> u32 {
        let mut count = self.0.lock().expect("no test panics under the lock");
        *count += 1;
        *count
    }
}

struct Other(&'static str);

#[test]
fn each_type_has_one_value_which_is_made_once() {
    let context = Context::new();
    assert_eq!(context.extension::<Count>().next(), 1);
    assert_eq!(context.extension_with(|| Other("first")).0, "first");
    assert_eq!(context.extension_with(|| Other("second")).0, "first");
    assert_eq!(context.extension::<Count>().next(), 2);
    assert!(Arc::ptr_eq(&context.extension::<Count>(), &context.clone().extension::<Count>()));
}

#[test]
fn each_context_has_its_own() {
    #[tasklet]
    async fn count() -> u32 {
        Context::current().extension::<Count>().next()
    }
    #[toplevel]
    async fn handler() -> u32 {
        count().await;
        count().await
    }
    run(async || {
        assert_eq!(handler().await, 2);
        assert_eq!(handler().await, 2, "a context for each call");
        assert_eq!(count().await, 1, "and this one is another");
    });
}

#[test]
fn it_is_dropped_with_its_context_when_the_last_tasklet_has_finished() {
    #[tasklet]
    async fn holds(gate: TaskletFuture<()>, log: Log) {
        gate.await;
        log.add("finished");
    }
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) {
        let context = Context::current();
        let _logged: Arc<Logged> = context.extension_with(|| log.on_drop("extension dropped"));
        holds(gate, log).defer();
    }
    within(|| {
        let (log, (opener, closed)) = (Log::new(), gate());
        let mut handler = Box::pin(handler(closed, log.clone()));
        assert!(poll_now(&mut handler).is_pending());
        assert!(log.peek().is_empty());
        opener.set_result(());
        assert!(poll_now(&mut handler).is_ready());
        drop(handler);
        assert_eq!(log.take(), ["finished", "extension dropped"]);
    });
}

#[test]
fn one_that_is_made_may_ask_for_others_and_even_for_itself() {
    let context = Context::new();
    let inside = context.clone();
    let outer = context.extension_with(|| {
        assert_eq!(inside.extension::<Count>().next(), 1);
        assert_eq!(inside.extension_with(|| Other("the inner one")).0, "the inner one");
        Other("the outer one")
    });
    assert_eq!(outer.0, "the inner one", "it was put down first");
    assert_eq!(context.extension::<Count>().next(), 2);
}

#[test]
fn a_making_that_panics_leaves_nothing_behind() {
    let context = Context::new();
    let make = || context.extension_with(|| -> Other { resume_unwind(Box::new("no")) });
    assert_eq!(tests::panic_of(make), "no");
    assert_eq!(context.extension_with(|| Other("again")).0, "again");
}

#[test]
fn threads_that_ask_at_once_get_the_same() {
    within(|| {
        let (context, start) = (Context::new(), Arc::new(Barrier::new(4)));
        let ask = || {
            let (context, start) = (context.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                context.extension::<Count>().next()
            })
        };
        let threads = [ask(), ask(), ask(), ask()];
        let mut counts = threads.map(|thread| thread.join().expect("no thread panics"));
        counts.sort_unstable();
        assert_eq!(counts, [1, 2, 3, 4]);
    });
}

#[test]
fn one_whose_drop_panics_does_not_keep_the_others() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            resume_unwind(Box::new("a bad drop"));
        }
    }
    let (log, context) = (Log::new(), Context::new());
    let _logged: Arc<Logged> = context.extension_with(|| log.on_drop("dropped"));
    drop(_logged);
    drop(context.extension_with(|| Bad));
    drop(context);
    assert_eq!(log.take(), ["dropped"]);
}

/// Ready for ever. Its drop says that it has begun, and waits until it may end.
struct SlowToDrop(mpsc::Sender<()>, mpsc::Receiver<()>);

impl Future for SlowToDrop {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for SlowToDrop {
    fn drop(&mut self) {
        self.0.send(()).expect("the test listens");
        self.1.recv().expect("the test answers");
    }
}

#[test]
fn they_are_dropped_though_the_last_handle_goes_while_a_ready_tasklet_is_cancelled_elsewhere() {
    within(|| {
        let log = Log::new();
        let context = Context::new();
        drop(context.extension_with(|| log.on_drop("dropped")));
        let ((begun, has_begun), (end, may_end)) = (mpsc::channel(), mpsc::channel());
        let slow = context.spawn(SlowToDrop(begun, may_end));
        let other = thread::spawn(move || slow.cancel());
        has_begun.recv().expect("it is being dropped");
        assert_eq!(context.pending(), 0);
        drop(context);
        end.send(()).expect("it waits");
        other.join().expect("no panic");
        assert_eq!(log.take(), ["dropped"]);
    });
}
