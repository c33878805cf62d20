//! Queries: results that come one by one, are mapped, collected, counted. Cases 135 to 138, 140,
//! 142, 143, 149 and 150. What stands for a query is a tasklet that fetches batch after batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use futures_lite::{Stream, StreamExt, stream};
use tasklet_core::prelude::*;
use tasklet_core::{GetQ, map, map_stream, try_map};
use tests::{Log, run};

const CALL: Duration = Duration::from_millis(10);

type Row = Result<u32, &'static str>;

/// NDB's `Query.run_to_queue`: fetches batch after batch, and hands out the rows of each.
#[tasklet]
async fn run_to_queue(producer: Producer<u32>, batches: Vec<Vec<u32>>, log: Log) {
    for batch in batches {
        log.add(format!("call {}", batch.len()));
        sleep(CALL).await;
        for row in batch {
            producer.putq(row);
        }
    }
    producer.complete();
}

/// NDB's `Query.iter`: the same, started at once.
fn iter(batches: &[&[u32]], log: &Log) -> QueryIterator {
    let (producer, queue) = SerialQueueFuture::new();
    let batches = batches.iter().map(|batch| batch.to_vec()).collect();
    run_to_queue(producer, batches, log.clone()).defer();
    QueryIterator { queue, next: None }
}

/// NDB's `QueryIterator`.
struct QueryIterator {
    queue: SerialQueueFuture<u32>,
    /// What `has_next` has found, or that it has found the end.
    next: Option<Option<u32>>,
}

impl QueryIterator {
    async fn has_next(&mut self) -> bool {
        if self.next.is_none() {
            self.next = Some(self.queue.getq().await);
        }
        self.next.flatten().is_some()
    }

    fn next(&mut self) -> Option<u32> {
        self.next.take().unwrap_or_else(|| self.queue.getq().get_result())
    }
}

/// 135a. testIterAsync (legacy query_test.py:851): as long as there is a next one, it is taken; the
/// results are in order.
#[test]
fn test_iter_async() {
    run(async || {
        let mut it = iter(&[&[1, 2], &[3]], &Log::new());
        let mut results = Vec::new();
        while it.has_next().await {
            results.extend(it.next());
        }
        assert_eq!((results, it.next()), (vec![1, 2, 3], None));
    });
}

/// 135b. testMultiQueryIterator, testMultiQueryIteratorUnordered (legacy query_test.py:1192, 1206):
/// of two queries, each row is given once; in order, if both are ordered.
#[test]
fn test_multi_query_iterator() {
    /// The rows of both, which are sorted, without repetitions.
    #[tasklet]
    async fn merge(
        mut left: SerialQueueFuture<u32>,
        mut right: SerialQueueFuture<u32>,
    ) -> Vec<u32> {
        let (mut first, mut second) = (left.next().await, right.next().await);
        let mut merged: Vec<u32> = Vec::new();
        while let Some(row) = first.into_iter().chain(second).min() {
            merged.push(row);
            if first == Some(row) {
                first = left.next().await;
            }
            if second == Some(row) {
                second = right.next().await;
            }
        }
        left.defer();
        right.defer();
        merged
    }
    run(async || {
        let log = Log::new();
        let queues = || (iter(&[&[1, 3], &[5]], &log).queue, iter(&[&[1, 2], &[5, 6]], &log).queue);
        let (left, right) = queues();
        assert_eq!(merge(left, right).await, [1, 2, 3, 5, 6]);

        let (left, right) = queues();
        let mut rows: Vec<_> = left.chain(right).collect().await;
        assert_eq!(rows, [1, 3, 5, 1, 2, 5, 6]);
        let mut seen = std::collections::BTreeSet::new();
        rows.retain(|row| seen.insert(*row));
        assert_eq!(rows, [1, 3, 5, 2, 6]);
    });
}

/// 136a. testMap, testMapAsync, test_map (legacy query_test.py:864, 878; modern system
/// test_query.py:1781; ndb#210): a callback for each row, a plain one or a tasklet; the results are
/// in the order of the rows.
#[test]
fn test_map() {
    #[tasklet]
    async fn callback_async(row: u32) -> String {
        sleep(CALL * (10 - row)).await;
        format!("row {row}")
    }
    run(async || {
        let log = Log::new();
        let rows = || iter(&[&[1, 2], &[3]], &log).queue;
        let plain = map(rows(), 10, |row| std::future::ready(format!("row {row}")));
        assert_eq!(plain.await, ["row 1", "row 2", "row 3"]);
        assert_eq!(map(rows(), 10, callback_async).await, ["row 1", "row 2", "row 3"]);
    });
}

/// 136b. test_map_empty_result_set (modern system test_query.py:1813; ndb#227): of no rows it is an
/// empty list, and does not hang.
#[test]
fn test_map_empty_result_set() {
    run(async || {
        let log = Log::new();
        let nothing = map(iter(&[], &log).queue, 10, std::future::ready);
        assert!(nothing.await.is_empty());
        let nothing = map(iter(&[&[], &[]], &log).queue, 10, std::future::ready);
        assert!(nothing.await.is_empty());
        assert!(map(stream::empty::<u32>(), 10, std::future::ready).await.is_empty());
    });
}

/// 137a. testFetchAsync, testGet, testGetEmpty, testCountAsync, testCountEmpty, testCountPostFilter
/// (legacy query_test.py:903, 925-935, 1091-1145): all rows, the first so many, the first one or
/// none, and how many there are; who takes no more lets the query go.
#[test]
fn test_fetch_get_and_count() {
    #[tasklet]
    async fn count(rows: SerialQueueFuture<u32>, filter: fn(&u32) -> bool) -> usize {
        let (producer, count) = ReducingFuture::new(|ones: Vec<usize>| ones.iter().sum::<usize>());
        let mut rows = rows.filter(filter);
        while rows.next().await.is_some() {
            producer.putq(1);
        }
        producer.complete();
        count.await.unwrap_or(0)
    }
    run(async || {
        let log = Log::new();
        let rows = || iter(&[&[1, 2], &[3]], &log).queue;
        for (limit, expected) in [(10, &[1, 2, 3][..]), (2, &[1, 2]), (0, &[])] {
            assert_eq!(rows().take(limit).collect::<Vec<_>>().await, expected);
        }
        assert_eq!(rows().getq().await, Some(1));
        assert_eq!(iter(&[&[]], &log).queue.getq().await, None);
        assert_eq!(count(rows(), |_| true).await, 3);
        assert_eq!(count(rows(), |row| row % 2 == 1).await, 2);
        assert_eq!(count(iter(&[], &log).queue, |_| true).await, 0);
        Context::current().run();
        assert!(Context::current().take_errors().is_empty());
    });
}

/// 138. testFetchPage (legacy query_test.py:1147): a page, and whether there are more.
#[test]
fn test_fetch_page() {
    #[tasklet]
    async fn fetch_page(mut rows: SerialQueueFuture<u32>, page_size: usize) -> (Vec<u32>, bool) {
        let results = (&mut rows).take(page_size).collect().await;
        let more = rows.next().await.is_some();
        rows.defer();
        (results, more)
    }
    run(async || {
        let log = Log::new();
        let rows = || iter(&[&[1, 2], &[3]], &log).queue;
        assert_eq!(fetch_page(rows(), 1).await, (vec![1], true));
        assert_eq!(fetch_page(rows(), 2).await, (vec![1, 2], true));
        assert_eq!(fetch_page(rows(), 3).await, (vec![1, 2, 3], false));
        assert_eq!(fetch_page(rows(), 4).await, (vec![1, 2, 3], false));
    });
}

/// 140a. testRunToQueue (legacy query_test.py:136): a query puts its rows into whatever future of
/// many it is given, and is done when all are there.
#[test]
fn test_run_to_queue() {
    run(async || {
        let log = Log::new();
        let batches = || vec![vec![1, 2], vec![3]];
        let (producer, queue) = MultiFuture::new();
        assert_eq!(run_to_queue(producer, batches(), log.clone()).check_success(), Ok(()));
        assert_eq!(queue.get_result(), [1, 2, 3]);

        let (producer, sum) = ReducingFuture::new(|rows: Vec<u32>| rows.iter().sum::<u32>());
        run_to_queue(producer, batches(), log.clone()).await;
        assert_eq!(sum.await, Some(6));
        assert_eq!(log.take(), ["call 2", "call 1"].repeat(2));
    });
}

/// 140b. testRunToQueueError (legacy query_test.py:146): a query that fails tells it to both, who
/// waits for the query and who waits for the rows.
#[test]
fn test_run_to_queue_error() {
    #[tasklet]
    async fn run_to_queue(producer: Producer<Row>) -> Result<(), &'static str> {
        producer.putq(Ok(1));
        sleep(CALL).await;
        producer.set_exception("BadRequestError");
        Err("BadRequestError")
    }
    run(async || {
        let (producer, queue) = MultiFuture::new();
        let mut fut = run_to_queue(producer);
        assert!(fut.check_success().is_err());
        assert_eq!(queue.try_join_all().await, Err("BadRequestError"));
        // A query that ends without a word is an error as well, and not a short list.
        let (producer, queue) = MultiFuture::<Row>::new();
        producer.putq(Ok(1));
        drop(producer);
        let told = tests::panic_of_future(queue.try_join_all()).await;
        assert!(told.contains("was dropped without `complete()`"), "{told}");
    });
}

/// NDB's `map_query`: `callback` for each row, its results into `merge_future`.
#[tasklet]
async fn map_query(rows: SerialQueueFuture<u32>, merge_future: Producer<u32>) {
    #[tasklet]
    async fn callback(row: u32) -> u32 {
        sleep(CALL * (20 - 4 * row)).await;
        row * 10
    }
    let mut rows = rows;
    while let Some(row) = rows.next().await {
        merge_future.add_dependent(callback(row));
    }
    merge_future.complete();
    rows.defer();
}

/// 142a. testContext_MapQuery, _NoCallback, _NonTaskletCallback, _CustomFuture (legacy
/// context_test.py:207-260): each kind of future of many can merge the results: in the order of the
/// rows, or as they come.
#[test]
fn test_context_map_query() {
    run(async || {
        let log = Log::new();
        let rows = || iter(&[&[1, 2], &[3]], &log).queue;
        let (producer, mfut) = MultiFuture::new();
        map_query(rows(), producer).defer();
        assert_eq!(mfut.await, [10, 20, 30]);

        let (producer, mfut) = SerialQueueFuture::new();
        map_query(rows(), producer).defer();
        assert_eq!(mfut.collect::<Vec<_>>().await, [10, 20, 30]);

        let (producer, mfut) = QueueFuture::new();
        let () = map_query(rows(), producer).await;
        let mut vals = Vec::new();
        while let Some(val) = mfut.getq().await {
            vals.push(val);
        }
        assert_eq!(vals, [30, 20, 10], "as they have come");
        assert_eq!(mfut.getq().await, None);

        let (producer, mfut) = ReducingFuture::new(|vals: Vec<u32>| vals.iter().sum::<u32>());
        map_query(rows(), producer).defer();
        assert_eq!(mfut.await, Some(60));

        assert_eq!(rows().collect::<Vec<_>>().await, [1, 2, 3], "without a callback");
    });
}

/// 142b. testContext_IterQuery (legacy context_test.py:302): rows are taken one by one, until the
/// end.
#[test]
fn test_context_iter_query() {
    run(async || {
        let it = iter(&[&[1, 2], &[3]], &Log::new()).queue;
        let mut results = Vec::new();
        loop {
            let next: GetQ<u32> = it.getq();
            match next.await {
                Some(ent) => results.push(ent),
                None => break,
            }
        }
        assert_eq!(results, [1, 2, 3]);
    });
}

/// 143. test_has_next_async_not_started, _started, _finished, test__next_batch_* (modern
/// test__datastore_query.py:483-738): to ask whether there is a next row takes none, however often
/// one asks; batches without rows are passed over; at the end there is none, and stays so.
#[test]
fn test_has_next_async() {
    run(async || {
        let log = Log::new();
        let mut it = iter(&[&[], &[1], &[], &[], &[2], &[]], &log);
        assert_eq!(log.take(), ["call 0"], "the query has begun");
        assert!(it.has_next().await && it.has_next().await);
        assert_eq!((it.next(), it.next()), (Some(1), Some(2)));
        assert!(!it.has_next().await && !it.has_next().await);
        assert_eq!((it.next(), it.next()), (None, None));
        assert_eq!(log.take().len(), 5);
    });
}

/// Counts what runs at the same time.
#[derive(Clone, Default)]
struct Crowd {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Crowd {
    fn enter(&self) {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(now, Relaxed);
    }

    fn leave(&self) {
        self.now.fetch_sub(1, Relaxed);
    }

    fn most(&self) -> usize {
        self.most.load(Relaxed)
    }
}

/// Rows, each of which is logged when it is read.
fn logged_rows(log: &Log) -> impl Stream<Item = u32> + Send + 'static + use<> {
    let log = log.clone();
    stream::iter(0..200).inspect(move |row| log.add(row))
}

/// 149. New: while the consumer is busy with something else, only so much is read ahead (in legacy
/// NDB the whole query is).
#[test]
fn test_read_ahead_is_bounded() {
    const AHEAD: usize = 10;
    #[tasklet]
    async fn produce(producer: BoundedProducer<u32>, log: Log) {
        for row in 0..200 {
            log.add(row);
            if !producer.putq(row).await {
                return producer.complete();
            }
        }
        producer.complete();
    }
    run(async || {
        let log = Log::new();
        let (producer, mut queue) = SerialQueueFuture::bounded(AHEAD);
        produce(producer, log.clone()).defer();
        assert_eq!(queue.next().await, Some(0));
        sleep(CALL * 1000).await;
        let read = log.peek().len();
        assert!(read <= AHEAD + 2, "{read} were read, of which one is consumed and one waits");
        assert_eq!(queue.collect::<Vec<_>>().await.len(), 199);
        assert_eq!(log.take().len(), 200);

        let mut rows = map_stream(logged_rows(&log), AHEAD, std::future::ready);
        assert_eq!(rows.next().await, Some(0));
        sleep(CALL * 1000).await;
        let read = log.peek().len();
        assert!(read <= AHEAD + 1, "{read} were read, of which one is consumed");
        assert_eq!(rows.collect::<Vec<_>>().await.len(), 199);
    });
}

/// 150. New: of a map's callbacks no more run at the same time than was said (in NDB all of them
/// do); one that fails ends it.
#[test]
fn test_map_never_exceeds_its_concurrency() {
    #[tasklet]
    async fn callback(row: u32, crowd: Crowd) -> Result<u32, u32> {
        crowd.enter();
        sleep(CALL * (1 + row % 3)).await;
        crowd.leave();
        if row == 150 { Err(row) } else { Ok(row) }
    }
    run(async || {
        for running_max in [1, 7, 1000] {
            let (log, crowd) = (Log::new(), Crowd::default());
            let of_callbacks = crowd.clone();
            let mapped = map(logged_rows(&log), running_max, move |row| {
                callback(row, of_callbacks.clone()).map(|result| result.unwrap_or_else(|row| row))
            });
            assert!(mapped.await.into_iter().eq(0..200));
            assert_eq!(crowd.most(), running_max.min(200));

            let (log, crowd) = (Log::new(), Crowd::default());
            let rows = logged_rows(&log).take(180);
            let mapped = try_map(rows, running_max, move |row| callback(row, crowd.clone()));
            assert_eq!(mapped.await, Err(150));
            assert!(running_max == 1000 || log.take().len() < 170, "the rest is not read");
        }
    });
}
