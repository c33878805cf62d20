//! A tasklet for each item of a stream: in order, never more than so many, and nothing is lost.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_lite::{Stream, StreamExt as _, stream};
use tasklet_core::{
    Completer, Context, TaskletFuture, map, map_stream, sleep, tasklet, toplevel, try_map,
};
use tests::{Log, gate, panic_of_future, poll_now, run, within, yield_now};

const SECOND: Duration = Duration::from_secs(1);

/// Counts how many are under way, and how many were at most.
#[derive(Clone, Default)]
struct Gauge(Arc<(AtomicUsize, AtomicUsize)>);

impl Gauge {
    fn begin(&self) {
        let now = self.0.0.fetch_add(1, SeqCst) + 1;
        self.0.1.fetch_max(now, SeqCst);
    }

    fn end(&self) {
        self.0.0.fetch_sub(1, SeqCst);
    }

    fn max(&self) -> usize {
        self.0.1.load(SeqCst)
    }
}

/// Takes the longer, the smaller the item is.
#[tasklet]
async fn slowly(item: u32, gauge: Gauge) -> u32 {
    gauge.begin();
    sleep(SECOND * (100 - item)).await;
    gauge.end();
    item * 10
}

/// Items, each of which is an event when it is read.
fn read(log: &Log, items: Range<u32>) -> impl Stream<Item = u32> + Send + use<> {
    let log = log.clone();
    stream::iter(items).inspect(move |item| log.add(format!("read {item}")))
}

#[test]
fn results_are_in_the_order_of_items_and_no_more_run_than_are_allowed() {
    run(async || {
        for running_max in [1, 3, 50, 1000] {
            let gauge = Gauge::default();
            let each = {
                let gauge = gauge.clone();
                move |item| slowly(item, gauge.clone())
            };
            let results = map(stream::iter(0..50), running_max, each).await;
            assert!(results.into_iter().eq((0..50).map(|item| item * 10)));
            assert_eq!(gauge.max(), running_max.min(50));
        }
    });
}

#[test]
fn a_slow_item_does_not_keep_others_from_starting() {
    #[tasklet]
    async fn wait(item: u32, gate: Option<TaskletFuture<()>>) -> u32 {
        if let Some(gate) = gate {
            gate.await;
        }
        item
    }
    run(async || {
        let (log, (opener, closed)) = (Log::new(), gate());
        let mut closed = Some(closed);
        let results = map(read(&log, 0..100), 2, move |item| wait(item, closed.take()));
        yield_now().await;
        let last_read = log.take().pop();
        assert_eq!(last_read.as_deref(), Some("read 99"), "the first one still waits");
        opener.set_result(());
        assert_eq!(results.await.len(), 100);
    });
}

#[test]
fn it_starts_at_once_and_an_empty_stream_has_no_results() {
    run(async || {
        let log = Log::new();
        let results = map(read(&log, 1..3), 8, |item| async move { item + 1 });
        assert_eq!(log.take(), ["read 1", "read 2"]);
        assert_eq!(results.await, [2, 3]);
        let none = map(stream::empty::<u32>(), 8, std::future::ready);
        assert!(none.done());
        assert!(none.await.is_empty());
        assert_eq!(map(stream::iter([7]), 0, std::future::ready).await, [7], "zero counts as one");
    });
}

#[test]
fn a_stream_that_never_waits_lets_others_run() {
    run(async || {
        let log = Log::new();
        let results = map(stream::iter(0..100_000_u32), 1, std::future::ready);
        assert!(!results.done());
        log.add("others");
        assert_eq!(results.await.len(), 100_000);
        assert_eq!(log.take(), ["others"]);
    });
}

#[test]
fn a_toplevel_waits_for_a_map_that_nobody_awaits() {
    #[toplevel]
    async fn handler(log: Log) {
        let each = move |item| {
            let log = log.clone();
            async move {
                yield_now().await;
                log.add(item);
            }
        };
        map(stream::iter(0..4), 2, each).map(drop).defer();
    }
    run(async || {
        let log = Log::new();
        handler(log.clone()).await;
        assert_eq!(log.take(), ["0", "1", "2", "3"]);
    });
}

#[tasklet]
async fn fails_at(item: u32, fails: [u32; 2], after: Duration) -> Result<u32, String> {
    sleep(after).await;
    if fails.contains(&item) { Err(format!("{item} fails")) } else { Ok(item) }
}

#[test]
fn the_first_error_by_position_is_the_result_and_nothing_is_read_after_an_error() {
    run(async || {
        let log = Log::new();
        // The second one that fails is the faster one.
        let each = |item| fails_at(item, [1, 2], SECOND * if item == 2 { 1 } else { 5 });
        let result = try_map(read(&log, 0..100), 3, each);
        assert_eq!(result.await, Err("1 fails".to_owned()));
        assert_eq!(log.take(), ["read 0", "read 1", "read 2"]);
        let each = |item| fails_at(item, [200, 300], SECOND);
        let result = try_map(stream::iter(0..10), 3, each).await;
        assert_eq!(result.map(|all| all.len()), Ok(10));
    });
}

#[test]
fn an_error_does_not_wait_for_a_stream_that_has_no_more_items() {
    run(async || {
        let endless = stream::iter([0, 1]).chain(stream::pending());
        let result = try_map(endless, 8, |item| fails_at(item, [1, 1], SECOND));
        assert_eq!(result.await, Err("1 fails".to_owned()));
    });
}

#[test]
fn an_error_that_nobody_looks_at_is_reported_once() {
    within(|| {
        let context = Context::builder().virtual_time().build();
        context.enter(|| {
            try_map(stream::iter(0..9), 3, |item| fails_at(item, [4, 5], SECOND)).defer();
        });
        context.run();
        let errors = context.take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].name(), errors[0].message()), ("map", "4 fails"));
    });
}

#[test]
fn a_panic_waits_for_those_that_run_and_the_first_by_position_continues() {
    #[tasklet]
    async fn bad(item: u32, log: Log) -> u32 {
        sleep(SECOND * (10 - item)).await;
        log.add(format!("ended {item}"));
        assert!(item != 1 && item != 2, "{item} is bad");
        item
    }
    run(async || {
        let (log, ended) = (Log::new(), Log::new());
        let each = {
            let ended = ended.clone();
            move |item| bad(item, ended.clone())
        };
        let results = map(read(&log, 0..100), 4, each);
        assert_eq!(panic_of_future(results).await, "1 is bad");
        assert_eq!(ended.take(), ["ended 3", "ended 2", "ended 1", "ended 0", "ended 4"]);
        let read = log.take();
        assert_eq!(read.last().map(String::as_str), Some("read 4"), "one had a free place");
        let errors = Context::current().take_errors();
        assert_eq!(errors.iter().map(|error| error.message()).collect::<Vec<_>>(), ["2 is bad"]);
    });
}

#[test]
fn a_panic_of_the_callback_or_of_the_stream_stands_in_the_place_of_its_item() {
    run(async || {
        let log = Log::new();
        let each = {
            let log = log.clone();
            move |item| {
                assert!(item != 2, "a bad callback");
                let log = log.clone();
                async move {
                    yield_now().await;
                    log.add(item);
                }
            }
        };
        let results = map(stream::iter(0..9), 8, each);
        assert_eq!(panic_of_future(results).await, "a bad callback");
        assert_eq!(log.take(), ["0", "1"], "what had begun has ended");
        let bad = stream::iter(0..9).inspect(|item| assert!(*item != 3, "a bad stream"));
        let results = map(bad, 8, std::future::ready);
        assert_eq!(panic_of_future(results).await, "a bad stream");
    });
}

#[test]
fn a_stream_of_results_is_in_order_and_reads_ahead_so_far_and_no_further() {
    run(async || {
        let (log, gauge) = (Log::new(), Gauge::default());
        let each = {
            let gauge = gauge.clone();
            move |item| slowly(item, gauge.clone())
        };
        let mut results = map_stream(read(&log, 0..20), 3, each);
        assert_eq!(log.take(), ["read 0", "read 1", "read 2"], "it starts at once");
        sleep(SECOND * 1000).await;
        assert!(log.take().is_empty(), "the consumer takes its time");
        for item in 0..20 {
            assert_eq!(results.next().await, Some(item * 10));
        }
        assert_eq!((results.next().await, results.next().await), (None, None));
        assert_eq!(gauge.max(), 3);
        assert_eq!(log.take().len(), 17);
    });
}

#[test]
fn a_stream_of_results_goes_on_after_a_panic_and_hands_out_errors() {
    run(async || {
        let each = |item: u32| async move {
            yield_now().await;
            assert!(item != 1, "1 is bad");
            if item == 2 { Err("2 fails") } else { Ok(item) }
        };
        let mut results = map_stream(stream::iter(0..4), 2, each);
        assert_eq!(results.next().await, Some(Ok(0)));
        assert_eq!(panic_of_future(results.next()).await, "1 is bad");
        assert_eq!(results.next().await, Some(Err("2 fails")));
        assert_eq!(results.next().await, Some(Ok(3)));
        assert_eq!(results.next().await, None);
    });
}

#[test]
fn a_stream_of_results_that_is_dropped_reads_no_more_and_leaves_what_runs_to_the_context() {
    #[tasklet]
    async fn holds(gate: Option<TaskletFuture<()>>, log: Log) {
        if let Some(gate) = gate {
            gate.await;
        }
        log.add("ended");
    }
    run(async || {
        let (log, ended) = (Log::new(), Log::new());
        let gates: Vec<(Completer<()>, TaskletFuture<()>)> = (0..2).map(|_| gate()).collect();
        let (openers, closed): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
        let (closed, each_log) = (Mutex::new(closed), ended.clone());
        let each = move |_| holds(closed.lock().expect("no panic").pop(), each_log.clone());
        let mut results = map_stream(read(&log, 0..20), 2, each);
        assert!(poll_now(results.next()).is_pending());
        drop(results);
        openers.into_iter().for_each(|opener| opener.set_result(()));
        Context::current().run();
        assert_eq!(log.take(), ["read 0", "read 1"]);
        assert_eq!(ended.take(), ["ended", "ended"]);
    });
}
