//! One future for a list of others. Cases 54 to 59.

use std::time::Duration;

use tasklet_core::prelude::*;
use tests::{Log, gate, run};

const TICK: Duration = Duration::from_millis(10);

type Item = Result<u32, &'static str>;

/// 54. testMultiFuture (legacy tasklets_test.py:230): the results come in the order of adding,
/// whichever is first; a future that was added twice is there twice.
#[test]
fn test_multi_future() {
    #[tasklet]
    async fn foo(ticks: u32, log: Log) -> String {
        sleep(TICK * ticks).await;
        log.add(format!("foo-{ticks}"));
        format!("foo-{ticks}")
    }
    #[tasklet]
    async fn bar(n: u32, log: Log) -> String {
        for _ in 0..n {
            sleep(TICK).await;
        }
        log.add(format!("bar-{n}"));
        format!("bar-{n}")
    }
    run(async || {
        let log = Log::new();
        let bar5 = bar(5, log.clone()).shared();
        let (producer, mfut) = MultiFuture::new();
        for ticks in [6, 1, 3] {
            producer.add_dependent(foo(ticks, log.clone()));
        }
        producer.add_dependent(bar(4, log.clone()));
        producer.add_dependent(bar5.clone());
        producer.add_dependent(bar5);
        producer.complete();
        let results = mfut.get_result();
        assert_eq!(results, ["foo-6", "foo-1", "foo-3", "bar-4", "bar-5", "bar-5"]);
        assert_eq!(log.take(), ["foo-1", "foo-3", "bar-4", "bar-5", "foo-6"]);
    });
}

/// 55. testMultiFuture_PreCompleted (legacy tasklets_test.py:252): one that is done already can be
/// added, too.
#[test]
fn test_multi_future_pre_completed() {
    #[tasklet]
    async fn foo() -> u32 {
        sleep(TICK).await;
        42
    }
    run(async || {
        let (producer, mfut) = MultiFuture::new();
        let mut dep = foo();
        dep.wait();
        producer.add_dependent(dep);
        assert!(!mfut.done(), "it is not complete");
        producer.complete();
        Context::current().run();
        assert!(mfut.done());
        assert_eq!(mfut.get_result(), [42]);
    });
}

/// 56. testMultiFuture_SetException (legacy tasklets_test.py:266): an exception that is set takes
/// the place of whatever was added, and does not wait for what is still running.
#[test]
fn test_multi_future_set_exception() {
    run(async || {
        let (producer, mf) = MultiFuture::<Item>::new();
        let ((set1, f1), (set3, f3)) = (TaskletFuture::promise(), TaskletFuture::promise());
        producer.putq(f1);
        set1.set_result(Ok(1));
        producer.putq(TaskletFuture::ready(Ok(2)));
        producer.putq(f3);
        producer.putq(Ok(4));
        Context::current().run0();
        producer.set_exception("ZeroDivisionError");
        assert_eq!(mf.try_join_all().await, Err("ZeroDivisionError"));
        set3.set_result(Ok(3));
        Context::current().run();
        assert!(Context::current().take_errors().is_empty());
    });
}

/// 57. testMultiFuture_ItemException (legacy tasklets_test.py:283): the error of one comes out when
/// it is complete and all are done, and not before.
#[test]
fn test_multi_future_item_exception() {
    run(async || {
        let context = Context::current();
        let (producer, mf) = MultiFuture::<Item>::new();
        let ((set1, f1), (set3, f3)) = (TaskletFuture::promise(), TaskletFuture::promise());
        producer.putq(f1);
        set1.set_exception("ZeroDivisionError");
        producer.putq(Ok(2));
        producer.putq(f3);
        producer.complete();
        while context.run0() == tasklet_core::Turn::Worked {}
        assert!(!mf.done(), "one is still running");
        set3.set_result(Ok(3));
        assert_eq!(mf.try_join_all().await, Err("ZeroDivisionError"));
    });
}

/// 58. testMultiFuture_Repr (legacy tasklets_test.py:298): its text has the place of its making,
/// how many have finished, and whom it still waits for.
#[test]
fn test_multi_future_repr() {
    run(async || {
        let line = line!() + 1;
        let (producer, mf) = MultiFuture::new();
        let made = format!("MultiFuture {{ made_at: {}:{line}:", file!());
        let state = |pending: usize, finished: usize| {
            let text = format!("{mf:?}");
            assert!(text.starts_with(&made), "{text}");
            assert!(text.contains(&format!("pending: {pending}, finished: {finished}")), "{text}");
            text
        };
        state(0, 0);
        producer.putq(());
        producer.putq(TaskletFuture::ready(()));
        state(0, 2);
        let (opener, f3) = gate();
        producer.putq(f3);
        let text = state(1, 2);
        assert!(text.contains(&format!("waiting_for: [promise (made at {}:", file!())), "{text}");
        producer.complete();
        state(1, 2);
        opener.set_result(());
        let text = state(0, 3);
        assert!(text.contains("waiting_for: []"), "{text}");
        assert_eq!(mf.await.len(), 3);
    });
}

/// 59. Test_MultiFuture.test_success, test_error, test_no_dependencies (modern
/// test_tasklets.py:459, 467, 488): two that succeed; two of which the first fails; none.
#[test]
fn test_multi_future_success_error_and_no_dependencies() {
    run(async || {
        let (producer, future) = MultiFuture::new();
        let ((one, f1), (two, f2)) = (TaskletFuture::promise(), TaskletFuture::promise());
        producer.add_dependent(f1);
        producer.add_dependent(f2);
        producer.complete();
        one.set_result("one");
        two.set_result("two");
        assert_eq!(future.await, ["one", "two"]);

        let (producer, future) = MultiFuture::<Item>::new();
        let ((one, f1), (two, f2)) = (TaskletFuture::promise(), TaskletFuture::promise());
        producer.add_dependent(f1);
        producer.add_dependent(f2);
        producer.complete();
        one.set_exception("Spurious error.");
        two.set_result(Ok(2));
        assert_eq!(future.try_join_all().await, Err("Spurious error."));

        let (producer, future) = MultiFuture::<u32>::new();
        producer.complete();
        assert!(future.done());
        assert!(future.await.is_empty());
    });
}
