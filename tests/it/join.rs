//! Several at once: results in the order of position, whatever the order in time.

use std::time::Duration;

use tasklet_core::prelude::*;
use tests::{Log, gate, poll_now, run, within, yield_now};

#[tasklet]
async fn after(seconds: u64, log: Log) -> u64 {
    log.add(format!("{seconds} starts"));
    sleep(Duration::from_secs(seconds)).await;
    log.add(format!("{seconds} ends"));
    seconds
}

#[tasklet]
async fn double(x: u32) -> u32 {
    yield_now().await;
    x * 2
}

#[tasklet]
async fn half(x: u32) -> Result<u32, String> {
    yield_now().await;
    if x.is_multiple_of(2) { Ok(x / 2) } else { Err(format!("{x} is odd")) }
}

#[tasklet(?Send)]
async fn double_here(x: std::rc::Rc<u32>) -> std::rc::Rc<u32> {
    yield_now().await;
    (*x * 2).into()
}

#[test]
fn all_run_at_once_and_the_results_come_by_position() {
    run(async || {
        let log = Log::new();
        let futures = (after(3, log.clone()), after(1, log.clone()), after(2, log.clone()));
        assert_eq!(futures.join_all().await, (3, 1, 2));
        let events = ["3 starts", "1 starts", "2 starts", "1 ends", "2 ends", "3 ends"];
        assert_eq!(log.take(), events);
    });
}

#[test]
fn the_macros_join_one_to_twelve() {
    run(async || {
        assert_eq!(tasklet_core::join!(double(1)), (2,));
        assert_eq!(tasklet_core::join!(double(1), TaskletFuture::ready("two"),), (2, "two"));
        let twelve = tasklet_core::join!(
            double(1),
            double(2),
            double(3),
            double(4),
            double(5),
            double(6),
            double(7),
            double(8),
            double(9),
            double(10),
            double(11),
            double(12),
        );
        assert_eq!(twelve, (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24));
        assert_eq!(tasklet_core::try_join!(half(2)), Ok((1,)));
        assert_eq!(tasklet_core::try_join!(half(2), half(4)), Ok((1, 2)));
        let twelve = tasklet_core::try_join!(
            half(2),
            half(4),
            half(6),
            half(8),
            half(10),
            half(12),
            half(14),
            half(16),
            half(18),
            half(20),
            half(22),
            half(24),
        );
        assert_eq!(twelve, Ok((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)));
    });
}

#[test]
fn tuples_of_every_length_join() {
    macro_rules! check {
        ($($x:literal)+) => {
            assert_eq!(($(double($x),)+).join_all().await, ($($x * 2,)+));
            assert_eq!(($(half($x * 2),)+).try_join_all().await, Ok(($($x,)+)));
        };
    }
    run(async || {
        check!(1);
        check!(1 2);
        check!(1 2 3);
        check!(1 2 3 4);
        check!(1 2 3 4 5);
        check!(1 2 3 4 5 6);
        check!(1 2 3 4 5 6 7);
        check!(1 2 3 4 5 6 7 8);
        check!(1 2 3 4 5 6 7 8 9);
        check!(1 2 3 4 5 6 7 8 9 10);
        check!(1 2 3 4 5 6 7 8 9 10 11);
        check!(1 2 3 4 5 6 7 8 9 10 11 12);
    });
}

#[test]
fn arrays_and_vecs_join() {
    run(async || {
        assert_eq!([3, 1, 2].map(double).join_all().await, [6, 2, 4]);
        assert_eq!([4, 2].map(half).try_join_all().await, Ok([2, 1]));
        let many: Vec<_> = (0..1_000).map(double).collect();
        assert!(many.join_all().await.into_iter().eq((0..1_000).map(|x| x * 2)));
        let many: Vec<_> = [2, 4, 6].into_iter().map(half).collect();
        assert_eq!(many.try_join_all().await, Ok(vec![1, 2, 3]));
    });
}

#[test]
fn a_join_of_nothing_is_ready_at_once() {
    run(async || {
        let nothing: Vec<TaskletFuture<u32>> = Vec::new();
        assert!(nothing.join_all().await.is_empty());
        let nothing: [TaskletFuture<u32>; 0] = [];
        assert!(nothing.join_all().await.is_empty());
        let nothing: Vec<TaskletFuture<Result<u32, String>>> = Vec::new();
        assert_eq!(nothing.try_join_all().await, Ok(Vec::new()));
        let nothing: [TaskletFuture<Result<u32, String>>; 0] = [];
        assert_eq!(nothing.try_join_all().await, Ok([]));
    });
}

#[test]
fn handles_of_each_kind_join_with_each_other() {
    run(async || {
        let shared = double(2).shared();
        let mixed = (double(1), shared.clone(), double_here(3.into()), TaskletFuture::ready('4'));
        assert_eq!(mixed.join_all().await, (2, 4, 6.into(), '4'));
        assert_eq!([shared.clone(), shared].join_all().await, [4, 4]);
    });
}

#[test]
fn thread_bound_tasklets_join_as_the_others_do() {
    #[tasklet(?Send)]
    async fn half_here(x: std::rc::Rc<u32>) -> Result<u32, String> {
        half(*x).await
    }
    run(async || {
        let (two, four) = tasklet_core::join!(double_here(1.into()), double_here(2.into()));
        assert_eq!((*two, *four), (2, 4));
        let many: Vec<_> = (0..3_u32).map(|x| double_here(x.into())).collect();
        assert_eq!(many.join_all().await, [0.into(), 2.into(), 4.into()]);
        assert_eq!(tasklet_core::try_join!(half_here(2.into()), half(4)), Ok((1, 2)));
        let failed = [half_here(3.into()), half_here(5.into())].try_join_all().await;
        assert_eq!(failed, Err("3 is odd".to_owned()));
    });
}

#[test]
fn get_result_of_a_join_blocks_for_all() {
    within(|| {
        assert_eq!((double(1), double(2)).join_all().get_result(), (2, 4));
        assert_eq!([half(2), half(3)].try_join_all().get_result(), Err("3 is odd".to_owned()));
    });
}

#[test]
fn a_join_that_is_dropped_half_way_defers_what_is_in_it() {
    run(async || {
        let log = Log::new();
        let (opener, closed) = gate();
        let open = |name: &'static str| {
            let log = log.clone();
            move |()| log.add(name)
        };
        let futures = (TaskletFuture::ready(()).map(open("first")), closed.map(open("second")));
        let mut join = futures.join_all();
        assert!(poll_now(&mut join).is_pending());
        drop(join);
        opener.set_result(());
        Context::current().run();
        assert_eq!(log.take(), ["first", "second"]);
    });
}

#[test]
fn a_join_outside_of_two_contexts_that_need_each_other_drives_both() {
    let futures = || {
        let (completer, promised) = TaskletFuture::promise();
        let needs = Context::new().spawn(promised.into_future());
        let gives = Context::new().spawn(async move {
            yield_now().await;
            completer.set_result(42);
            42
        });
        [needs, gives]
    };
    within(move || assert_eq!(futures().join_all().get_result(), [42, 42]));
    within(move || {
        let [needs, gives] = futures();
        assert_eq!((needs, gives).join_all().get_result(), (42, 42));
    });
    within(move || {
        let mut both = futures();
        wait_all(&mut both).get_result();
        assert!(both.into_iter().all(|future| future.done() && future.get_result() == 42));
    });
}
