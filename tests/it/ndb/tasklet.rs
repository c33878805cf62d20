//! What the attribute makes of a function, and what a tasklet may wait for. Cases 26 to 40.

use std::sync::Arc;
use std::time::Duration;

use tasklet_core::TaskletError;
use tasklet_core::prelude::*;
use tests::{Log, panic_of_future, run, within};

const TICK: Duration = Duration::from_millis(10);

#[derive(Clone, Debug, PartialEq)]
struct ZeroDivisionError;

/// 26. testTasklets_Basic (legacy tasklets_test.py:625): a tasklet that waits composes two that do
/// not; all three calls give a future.
#[test]
fn test_tasklets_basic() {
    #[tasklet]
    async fn t1() -> u32 {
        let a = t2(3).await;
        let b = t3(2).await;
        a + b
    }
    #[tasklet]
    async fn t2(n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        n
    }
    #[tasklet]
    async fn t3(n: u32) -> u32 {
        n
    }
    within(|| {
        let x: TaskletFuture<u32> = t1();
        assert_eq!(x.get_result(), 5);
        let (t2, t3): (TaskletFuture<u32>, TaskletFuture<u32>) = (t2(3), t3(2));
        assert!(t2.done() && t3.done(), "they never wait, and have run at the call");
        assert_eq!(t2.get_result() + t3.get_result(), 5);
    });
}

/// 27. testTasklets_Raising (legacy tasklets_test.py:644): the error of a future is caught where
/// the future is awaited, and is the one that the future itself tells.
#[test]
fn test_tasklets_raising() {
    #[tasklet]
    async fn t1() -> String {
        let mut f = t2(true);
        wait_all(std::slice::from_mut(&mut f)).await;
        let told = f.get_error().map(Arc::clone);
        match f.await {
            Ok(_) => "nothing was raised".to_owned(),
            Err(error) => {
                assert!(told.is_some_and(|told| Arc::ptr_eq(&told, &error)));
                error.to_string()
            }
        }
    }
    #[tasklet]
    async fn t2(error: bool) -> Result<u32, Arc<str>> {
        if error {
            return Err("hello".into());
        }
        std::future::pending().await
    }
    run(async || assert_eq!(t1().await, "hello"));
}

/// 28. testTasklets_YieldRpcs (legacy tasklets_test.py:666): what is no tasklet can be awaited
/// directly, one after the other; both are under way meanwhile. An RPC is any future that somebody
/// else completes.
#[test]
fn test_tasklets_yield_rpcs() {
    #[tasklet]
    async fn main_tasklet(rpc1: Rpc, rpc2: Rpc) -> (Vec<u32>, Vec<u32>) {
        let res2 = rpc2.await;
        let res1 = rpc1.await;
        (res1.expect("a result"), res2.expect("a result"))
    }
    type Rpc = futures_lite::future::Boxed<Result<Vec<u32>, String>>;
    /// An RPC on a thread of its own, as a client library makes it.
    fn async_call(result: Vec<u32>) -> Rpc {
        let (completer, future) = TaskletFuture::promise();
        std::thread::spawn(move || completer.set_result(Ok(result)));
        Box::pin(future.into_future())
    }
    within(|| {
        let result = main_tasklet(async_call(vec![]), async_call(vec![1])).get_result();
        assert_eq!(result, (vec![], vec![1]));
    });
}

/// 29. testTasklet_YieldTuple (legacy tasklets_test.py:678): recursion with a parallel wait needs
/// nothing special, since a call starts the tasklet and gives a handle of one size.
#[test]
fn test_tasklet_yield_tuple() {
    #[tasklet]
    async fn fib(n: u32) -> u32 {
        if n <= 1 {
            return n;
        }
        let (a, b) = join!(fib(n - 1), fib(n - 2));
        assert!(b <= a, "{a} and {b}");
        a + b
    }
    within(|| assert_eq!(fib(10).get_result(), 55));
}

/// 30. testTasklet_YieldTupleError (legacy tasklets_test.py:691): one of three fails: the error can
/// be caught. The one that fails never waits; here even so its call gives a future, and the two
/// others are waited for.
#[test]
fn test_tasklet_yield_tuple_error() {
    #[tasklet]
    async fn good(log: Log) -> Result<(), ZeroDivisionError> {
        sleep(Duration::ZERO).await;
        log.add("good");
        Ok(())
    }
    #[tasklet]
    async fn bad() -> Result<(), ZeroDivisionError> {
        Err(ZeroDivisionError)
    }
    #[tasklet]
    async fn foo(log: Log) {
        let result = try_join!(good(log.clone()), bad(), good(log.clone()));
        assert_eq!(result, Err(ZeroDivisionError));
        log.add("caught");
    }
    #[tasklet]
    async fn bad_later(ticks: u32, log: Log) -> Result<(), u32> {
        sleep(TICK * ticks).await;
        log.add(ticks);
        Err(ticks)
    }
    run(async || {
        let log = Log::new();
        assert_eq!(foo(log.clone()).check_success(), Ok(()));
        assert_eq!(log.take(), ["good", "good", "caught"]);
        // Of several errors it is the first by position, when all have finished (in modern NDB it
        // is the first in time, at once).
        let list: Vec<_> = [2, 1, 3].map(|ticks| bad_later(ticks, log.clone())).into();
        assert_eq!(list.try_join_all().await, Err(2));
        assert_eq!(log.take(), ["1", "2", "3"]);
        let two = (bad_later(2, log.clone()), bad_later(1, log.clone()));
        assert_eq!(two.try_join_all().await, Err(2));
        assert_eq!(log.take(), ["1", "2"]);
    });
}

/// 32. testMultiSingleCombinationYield (legacy tasklets_test.py:731), test_nested (modern
/// test_tasklets.py:493), test_retrieve_entities_in_parallel_nested (modern system
/// test_crud.py:253; ndb#357): one future and a list of futures are waited for together; the result
/// is one value and a list. A list within a tuple is a tasklet that waits for the list.
#[test]
fn test_multi_single_combination_yield() {
    #[tasklet]
    async fn get(key: u32, log: Log) -> String {
        sleep(TICK * key).await;
        log.add(key);
        format!("entity {key}")
    }
    fn get_multi(keys: &[u32], log: &Log) -> Vec<TaskletFuture<String>> {
        keys.iter().map(|key| get(*key, log.clone())).collect()
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let objs = context.spawn(get_multi(&[3, 1], &log).join_all());
        let (obj, objs) = join!(get(2, log.clone()), objs);
        assert_eq!(
            (obj.as_str(), objs.as_slice()),
            ("entity 2", &["entity 3", "entity 1"].map(String::from)[..])
        );
        assert_eq!(log.take(), ["1", "2", "3"], "all three at once");
    });
}

/// 33. test_tasklet_yield_emtpy_list (modern system test_misc.py:77; ndb#353): to wait for an empty
/// list is to wait for nothing.
#[test]
fn test_tasklet_yield_emtpy_list() {
    #[tasklet]
    async fn test_it() -> Vec<u32> {
        Vec::<TaskletFuture<u32>>::new().join_all().await
    }
    #[tasklet]
    async fn try_it() -> Result<Vec<u32>, String> {
        Vec::<TaskletFuture<Result<u32, String>>>::new().try_join_all().await
    }
    within(|| {
        let (test_it, try_it) = (test_it(), try_it());
        assert!(test_it.done() && try_it.done(), "at once");
        assert_eq!((test_it.get_result(), try_it.get_result()), (vec![], Ok(vec![])));
        let none: [TaskletFuture<()>; 0] = [];
        assert!(none.join_all().get_result().is_empty());
    });
}

/// 35. testBasicError (legacy tasklets_test.py:810): the trace of what is raised in the depth names
/// each tasklet that it came through, with the place of its call. NDB has it for every exception;
/// here a panic has it, and an `Err` is a value, of which only the last tasklet is known.
#[test]
fn test_basic_error() {
    #[tasklet]
    async fn level3() {
        std::future::ready(()).await;
        panic!("hello");
    }
    #[tasklet]
    async fn level2() {
        level3().await;
    }
    #[tasklet]
    async fn level1() {
        level2().await;
    }
    #[tasklet]
    async fn level0() {
        level1().await;
    }
    run(async || {
        let line = line!() + 1;
        let mut fut = level0();
        let error = fut.check_success().expect_err("it was raised");
        assert_eq!(error.message(), "hello");
        let names: Vec<_> = error.trail().map(|(name, _)| name).collect();
        assert_eq!(names, ["level3", "level2", "level1", "level0"]);
        let lines: Vec<_> = error.trail().map(|(_, place)| line - place.line()).collect();
        assert_eq!(lines, [12, 8, 4, 0], "so many lines above, each in the body of the next");
        assert_eq!(panic_of_future(fut).await, "hello");
    });
}

/// 36. testCanPickleTopLevel (legacy tasklets_test.py:796): a function with an attribute is still
/// the function: it can be named, passed on, put away and called later, and is as visible as it
/// was.
#[test]
fn test_can_pickle_top_level() {
    mod handlers {
        use tasklet_core::prelude::*;
        use tests::Log;

        /// Puts, and does not wait.
        #[toplevel]
        pub(super) fn toplevel_put_async(log: Log, entity: &'static str) -> bool {
            put(log, entity).defer();
            true
        }

        #[tasklet]
        pub(super) async fn put<E: std::fmt::Display + Send + 'static>(log: Log, entity: E) {
            sleep(std::time::Duration::ZERO).await;
            log.add(format!("{entity} is stored"));
        }
    }
    within(|| {
        let log = Log::new();
        let queued: Box<dyn Fn(Log, &'static str) -> bool + Send> =
            Box::new(handlers::toplevel_put_async);
        assert!(
            std::any::type_name_of_val(&handlers::toplevel_put_async)
                .ends_with("::toplevel_put_async")
        );
        assert!(queued(log.clone(), "Patrick"));
        assert_eq!(log.take(), ["Patrick is stored"]);
        let put: fn(Log, u32) -> TaskletFuture<()> = handlers::put;
        put(log.clone(), 42).get_result();
        assert_eq!(log.take(), ["42 is stored"]);
    });
}

/// 37. testGetReturnValue (legacy tasklets_test.py:615), Test__get_return_value (modern
/// test_tasklets.py:502): what `raise Return(..)` makes of no, one and several arguments, a plain
/// `return` says: nothing, a value, a tuple.
#[test]
fn test_get_return_value() {
    #[tasklet]
    async fn r0() {
        sleep(TICK).await;
    }
    #[tasklet]
    async fn r1() -> u32 {
        sleep(TICK).await;
        return 42;
    }
    #[tasklet]
    async fn r2() -> (u32, &'static str) {
        sleep(TICK).await;
        return (42, "hello");
    }
    #[tasklet]
    async fn r3() -> (u32, u32, u32) {
        sleep(TICK).await;
        (1, 2, 3)
    }
    run(async || {
        assert_eq!(join!(r0(), r1(), r2(), r3()), ((), 42, (42, "hello"), (1, 2, 3)));
    });
}

/// 38a. test__advance_tasklet_dependency_returns (modern test_tasklets.py:342): the result of a
/// dependency is what the await gives.
#[test]
fn test_advance_tasklet_dependency_returns() {
    #[tasklet]
    async fn generator_function(dependency: TaskletFuture<u32>) -> u32 {
        let some_value = dependency.await;
        some_value + 42
    }
    run(async || {
        let (completer, dependency) = TaskletFuture::promise();
        let future = generator_function(dependency);
        completer.set_result(21);
        assert_eq!(future.await, 63);
    });
}

/// 38b. test__advance_tasklet_dependency_raises (modern test_tasklets.py:355): the error of a
/// dependency is the tasklet's own, unless it is caught.
#[test]
fn test_advance_tasklet_dependency_raises() {
    #[tasklet]
    async fn generator_function(
        dependency: TaskletFuture<Result<u32, String>>,
    ) -> Result<u32, String> {
        Ok(dependency.await? + 1)
    }
    run(async || {
        let (completer, dependency) = TaskletFuture::promise();
        let mut future = generator_function(dependency);
        completer.set_exception("Spurious error.".to_owned());
        let told = future.get_exception();
        assert_eq!(told.as_ref().map(TaskletError::message), Some("Spurious error."));
        assert_eq!(future.await, Err("Spurious error.".to_owned()));
    });
}

/// 38c. test__advance_tasklet_dependency_raises_with_try_except (modern test_tasklets.py:370): it
/// catches the error and waits for something else; meanwhile it is still running.
#[test]
fn test_advance_tasklet_dependency_raises_with_try_except() {
    #[tasklet]
    async fn generator_function(
        dependency: TaskletFuture<Result<&'static str, String>>,
        error_handler: TaskletFuture<&'static str>,
    ) -> &'static str {
        match dependency.await {
            Ok(result) => {
                error_handler.cancel();
                result
            }
            Err(_) => error_handler.await,
        }
    }
    run(async || {
        let (completer, dependency) = TaskletFuture::promise();
        let (handler, error_handler) = TaskletFuture::promise();
        let future = generator_function(dependency, error_handler);
        completer.set_exception("Spurious error.".to_owned());
        while Context::current().run0() == tasklet_core::Turn::Worked {}
        assert!(!future.done());
        handler.set_result("hi mom!");
        assert_eq!(future.await, "hi mom!");
    });
}

/// 39a. test__advance_tasklet_yields_rpc (modern test_tasklets.py:390): an RPC whose answer comes
/// from another thread is awaited as any other future.
#[test]
fn test_advance_tasklet_yields_rpc() {
    #[tasklet]
    async fn generator_function(dependency: futures_lite::future::Boxed<u32>) -> u32 {
        dependency.await + 3
    }
    within(|| {
        let (completer, answer) = TaskletFuture::promise();
        let future = generator_function(Box::pin(answer.into_future()));
        assert!(!future.done());
        std::thread::spawn(move || completer.set_result(8)).join().expect("no panic");
        assert_eq!(future.get_result(), 11);
    });
}

/// 39b. test__advance_tasklet_parallel_yield (modern test_tasklets.py:408): two at once, completed
/// in the other order.
#[test]
fn test_advance_tasklet_parallel_yield() {
    #[tasklet]
    async fn generator_function(dependencies: (TaskletFuture<u32>, TaskletFuture<u32>)) -> u32 {
        let (one, two) = dependencies.join_all().await;
        10 * one + two
    }
    run(async || {
        let ((first, one), (second, two)) = (TaskletFuture::promise(), TaskletFuture::promise());
        let future = generator_function((one, two));
        second.set_result(3);
        first.set_result(8);
        assert_eq!(future.await, 83);
    });
}

/// 40a. Test_tasklet.test_generator (modern test_tasklets.py:522): a body that waits.
#[test]
fn test_generator() {
    #[tasklet]
    async fn generator(dependency: TaskletFuture<u32>) -> u32 {
        let value = dependency.await;
        value + 3
    }
    run(async || {
        let (completer, dependency) = TaskletFuture::promise();
        let future: TaskletFuture<u32> = generator(dependency);
        completer.set_result(8);
        assert_eq!(future.await, 11);
    });
}

/// 40b. Test_tasklet.test_regular_function, test_regular_function_raises_Return (modern
/// test_tasklets.py:553, 564): a body that does not wait is a future all the same, by `return` or
/// without.
#[test]
fn test_regular_function() {
    #[tasklet]
    async fn regular_function(value: u32) -> u32 {
        value + 3
    }
    #[tasklet]
    async fn regular_function_raises_return(value: u32) -> u32 {
        if value == 8 {
            return value + 3;
        }
        value
    }
    run(async || {
        let future: TaskletFuture<u32> = regular_function(8);
        assert_eq!(future.await, 11);
        assert_eq!(regular_function_raises_return(8).await, 11);
    });
}
