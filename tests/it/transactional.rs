//! The attributes of transactions: what a function becomes, and what its arguments say.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};

use tasklet_core::prelude::*;
use tasklet_core::{
    Phase, TransactionErrorKind, TransactionManager, TransactionOptions, Verdict, call_on_commit,
    in_transaction,
};
use tests::kv::{Kv, KvError};
use tests::{Log, Logged, poll_now, run, within};

/// Runs a test with a database, which is the context's own, and its log.
#[track_caller]
fn with_kv<R: Send + 'static>(body: impl AsyncFnOnce(Kv, Log) -> R + Send + 'static) -> R {
    run(async || {
        let log = Log::new();
        let kv = Kv::new(&log, &[("ann", 10), ("bob", 20)]);
        assert!(Context::current().set_transaction_manager(kv.clone()).is_ok());
        body(kv, log).await
    })
}

#[track_caller]
fn kind(result: Result<impl Sized, KvError>) -> TransactionErrorKind {
    match result {
        Err(KvError::Transaction(error)) => error.kind(),
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it did not fail"),
    }
}

#[transactional_async]
async fn add(kv: Kv, key: &'static str, amount: i64) -> Result<i64, KvError> {
    let value = kv.get(key).await? + amount;
    kv.put(key, value).await?;
    Ok(value)
}

#[transactional_async(propagation = nested)]
async fn fail_nested(kv: Kv) -> Result<(), KvError> {
    kv.put("ann", 0).await?;
    Err(KvError::Forbidden)
}

#[transactional_async(propagation = mandatory)]
async fn add_inside(kv: Kv, key: &'static str) -> Result<i64, KvError> {
    add(kv, key, 1).await
}

#[transactional_async(propagation = independent)]
async fn add_beside(kv: Kv, key: &'static str) -> Result<i64, KvError> {
    add(kv, key, 1).await
}

#[test]
fn a_call_starts_it_and_the_future_has_what_was_committed() {
    with_kv(async |kv, log| {
        let added = add(kv.clone(), "ann", 5);
        assert_eq!(log.peek(), ["begin"]);
        assert_eq!(added.await.unwrap(), 15);
        assert_eq!(log.take(), ["begin", "commit"]);
        assert_eq!(kv.stored("ann"), Some(15));
    });
}

#[test]
fn one_in_another_is_a_part_of_it() {
    #[transactional_tasklet]
    async fn transfer(kv: Kv) -> Result<(), KvError> {
        let (from, to) = (add(kv.clone(), "ann", -5), add(kv, "bob", 5));
        try_join!(from, to)?;
        Ok(())
    }

    with_kv(async |kv, log| {
        transfer(kv.clone()).await.unwrap();
        assert_eq!(log.take(), ["begin", "commit"]);
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(5), Some(25)));
    });
}

#[test]
fn a_part_that_fails_fails_the_whole() {
    #[transactional_async]
    async fn careless(kv: Kv) -> Result<i64, KvError> {
        kv.put("bob", 0).await?;
        Ok(add(kv, "nobody", 1).await.unwrap_or(0))
    }

    with_kv(async |kv, log| {
        assert_eq!(kind(careless(kv.clone()).await), TransactionErrorKind::Tasklet);
        assert_eq!(log.take(), ["begin", "rollback"]);
        assert_eq!(kv.stored("bob"), Some(20));
    });
}

#[test]
fn a_nested_one_is_undone_alone() {
    #[transactional_async]
    async fn whole(kv: Kv) -> Result<(), KvError> {
        kv.put("bob", 1).await?;
        assert!(fail_nested(kv).await.is_err());
        Ok(())
    }

    with_kv(async |kv, log| {
        whole(kv.clone()).await.unwrap();
        assert_eq!(log.take(), ["begin", "begin nested", "rollback", "commit"]);
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(10), Some(1)));
    });
}

#[test]
fn a_mandatory_one_needs_another_around_it() {
    #[transactional_async]
    async fn whole(kv: Kv) -> Result<i64, KvError> {
        add_inside(kv, "ann").await
    }

    with_kv(async |kv, log| {
        let alone = add_inside(kv.clone(), "ann").await;
        assert_eq!(kind(alone), TransactionErrorKind::NotInTransaction);
        assert!(log.take().is_empty());
        assert_eq!(whole(kv.clone()).await.unwrap(), 11);
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

#[test]
fn an_independent_one_stays_when_the_other_is_rolled_back() {
    #[transactional_async]
    async fn whole(kv: Kv) -> Result<i64, KvError> {
        kv.put("bob", 0).await?;
        add_beside(kv, "ann").await?;
        Err(KvError::Forbidden)
    }

    with_kv(async |kv, log| {
        assert!(matches!(whole(kv.clone()).await, Err(KvError::Forbidden)));
        assert_eq!(log.take(), ["begin", "begin", "commit", "rollback"]);
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(11), Some(20)));
    });
}

#[test]
fn one_that_only_reads_cannot_write() {
    #[transactional_async(read_only)]
    async fn look(kv: Kv) -> Result<i64, KvError> {
        let value = kv.get("ann").await?;
        kv.put("ann", value).await?;
        Ok(value)
    }

    with_kv(async |kv, _| {
        assert!(matches!(look(kv).await, Err(KvError::ReadOnly)));
    });
}

#[test]
fn each_attempt_gets_the_arguments_as_they_were() {
    #[transactional_async]
    async fn collect(kv: Kv, log: Log, mut list: Vec<u32>) -> Result<usize, KvError> {
        list.push(1);
        log.add(format!("{list:?}"));
        kv.put("ann", 1).await?;
        Ok(list.len())
    }

    with_kv(async |kv, log| {
        kv.fail(Phase::Commit, KvError::Conflict);
        assert_eq!(collect(kv, log.clone(), vec![0]).await.unwrap(), 2);
        assert_eq!(log.take(), ["begin", "[0, 1]", "commit", "begin", "[0, 1]", "commit"]);
    });
}

/// Counts how often it is cloned.
#[derive(Debug)]
struct Counted(Arc<AtomicU32>);

impl Clone for Counted {
    fn clone(&self) -> Counted {
        self.0.fetch_add(1, Relaxed);
        Counted(Arc::clone(&self.0))
    }
}

#[test]
fn the_last_attempt_takes_the_arguments_themselves() {
    #[transactional_async(retries = 2)]
    async fn take(kv: Kv, counted: Counted) -> Result<u32, KvError> {
        kv.put("ann", 1).await?;
        Ok(counted.0.load(Relaxed))
    }

    with_kv(async |kv, _| {
        let clones = Arc::default();
        kv.fail(Phase::Commit, KvError::Conflict);
        kv.fail(Phase::Commit, KvError::Conflict);
        assert_eq!(take(kv.clone(), Counted(Arc::clone(&clones))).await.unwrap(), 2);
        assert_eq!(clones.load(Relaxed), 2);
    });
}

#[test]
fn a_part_of_another_takes_the_arguments_themselves() {
    #[transactional_async]
    async fn take(counted: Counted) -> Result<u32, KvError> {
        Ok(counted.0.load(Relaxed))
    }

    #[transactional_async(retries = 0)]
    async fn whole() -> Result<u32, KvError> {
        take(Counted(Arc::default())).await
    }

    with_kv(async |_, _| assert_eq!(whole().await.unwrap(), 0));
}

#[test]
fn without_retries_nothing_is_cloned_and_nothing_is_tried_again() {
    struct OnlyOne(String);

    #[transactional_async(retries = 0)]
    async fn take(kv: Kv, only: OnlyOne) -> Result<String, KvError> {
        kv.put("ann", 1).await?;
        Ok(only.0)
    }

    with_kv(async |kv, log| {
        assert_eq!(take(kv.clone(), OnlyOne("a".to_owned())).await.unwrap(), "a");
        kv.fail(Phase::Commit, KvError::Conflict);
        let refused = take(kv.clone(), OnlyOne("b".to_owned())).await;
        assert_eq!(kind(refused), TransactionErrorKind::Commit);
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit"]);
    });
}

#[test]
fn arguments_are_dropped_as_those_of_a_tasklet() {
    #[tasklet]
    async fn plain(a: Arc<Logged>, _: Arc<Logged>, _c: Arc<Logged>) -> Result<(), KvError> {
        tests::yield_now().await;
        drop(a);
        Ok(())
    }

    #[transactional_async]
    async fn retried(a: Arc<Logged>, _: Arc<Logged>, _c: Arc<Logged>) -> Result<(), KvError> {
        tests::yield_now().await;
        drop(a);
        Ok(())
    }

    #[transactional_async(retries = 0)]
    async fn once(a: Logged, _: Logged, _c: Logged) -> Result<(), KvError> {
        tests::yield_now().await;
        drop(a);
        Ok(())
    }

    with_kv(async |_, log| {
        let logged = Log::new();
        let new = |name| Arc::new(logged.on_drop(name));
        plain(new("a"), new("b"), new("c")).await.unwrap();
        let order = logged.take();
        once(logged.on_drop("a"), logged.on_drop("b"), logged.on_drop("c")).await.unwrap();
        assert_eq!(logged.take(), order);
        retried(new("a"), new("b"), new("c")).await.unwrap();
        // The stock of arguments for another attempt is kept until the commit.
        assert_eq!(logged.take(), ["c", "b", "a"]);
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit"]);
    });
}

#[test]
fn the_manager_is_asked_for_once_and_at_the_call() {
    fn find(kv: &Kv, log: &Log) -> Kv {
        log.add("find");
        kv.clone()
    }

    #[transactional_async(manager = find(&kv, &log))]
    async fn write((kv, log): (Kv, Log)) -> Result<(), KvError> {
        log.add("body");
        kv.put("ann", 1).await
    }

    run(async || {
        let log = Log::new();
        let kv = Kv::new(&log, &[]);
        kv.fail(Phase::Commit, KvError::Conflict);
        let written = write((kv.clone(), log.clone()));
        assert_eq!(log.peek(), ["find", "begin"]);
        written.await.unwrap();
        let events = ["find", "begin", "body", "commit", "begin", "body", "commit"];
        assert_eq!(log.take(), events);
        assert_eq!(kv.stored("ann"), Some(1));
    });
}

#[test]
fn without_a_manager_it_says_so() {
    run(async || {
        let kv = Kv::new(&Log::new(), &[]);
        assert_eq!(kind(add(kv, "ann", 1).await), TransactionErrorKind::NoManager);
    });
}

#[test]
fn a_failure_that_nobody_looked_at_has_the_name_of_the_function() {
    with_kv(async |kv, _| {
        add(kv, "nobody", 1).defer();
        Context::current().run();
        let errors = Context::current().take_errors();
        let errors: Vec<_> = errors.iter().map(|error| (error.name(), error.message())).collect();
        assert_eq!(errors, [("add", "no row `nobody`")]);
    });
}

struct Bank {
    kv: Kv,
    fee: i64,
}

impl Bank {
    #[transactional_async(manager = self.kv.clone())]
    async fn pay(self: Arc<Self>, amount: i64) -> Result<i64, KvError> {
        add(self.kv.clone(), "ann", -amount).await?;
        add(self.kv.clone(), "ann", -self.fee).await
    }

    #[transactional(manager = self.kv.clone())]
    fn pay_now(&self, amount: &i64) -> Result<i64, KvError> {
        self.kv.put("bob", -amount).get_result()?;
        self.kv.get("bob").get_result()
    }
}

#[test]
fn methods_are_transactions_too() {
    within(|| {
        let log = Log::new();
        let bank = Arc::new(Bank { kv: Kv::new(&log, &[("ann", 10)]), fee: 1 });
        bank.kv.fail(Phase::Commit, KvError::Conflict);
        assert_eq!(Arc::clone(&bank).pay(5).get_result().unwrap(), 4);
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit"]);
        assert_eq!(bank.pay_now(&3).unwrap(), -3);
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

#[test]
fn what_blocks_waits_for_the_commit() {
    #[transactional(manager = kv.clone())]
    async fn awaits(kv: &Kv, key: &str) -> Result<i64, KvError> {
        assert!(in_transaction());
        kv.put("bob", 7).defer();
        kv.get(key).await
    }

    #[transactional(manager = kv.clone())]
    fn blocks(kv: &Kv, key: &str) -> Result<i64, KvError> {
        assert!(in_transaction());
        kv.put("bob", 8).defer();
        kv.get(key).get_result()
    }

    within(|| {
        let log = Log::new();
        let kv = Kv::new(&log, &[("ann", 10)]);
        kv.fail(Phase::Commit, KvError::Conflict);
        assert_eq!(awaits(&kv, "ann").unwrap(), 10);
        assert_eq!(kv.stored("bob"), Some(7));
        kv.fail(Phase::Commit, KvError::Conflict);
        assert_eq!(blocks(&kv, "ann").unwrap(), 10);
        assert_eq!(kv.stored("bob"), Some(8));
        assert_eq!(log.take(), ["begin", "commit"].repeat(4));
        assert!(matches!(blocks(&kv, "nobody"), Err(KvError::Missing(_))));
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "rollback".into()], 0));
    });
}

#[test]
fn a_handler_answers_when_all_of_it_is_committed() {
    #[toplevel]
    #[transactional_async(manager = kv)]
    async fn post(kv: Kv) -> Result<i64, KvError> {
        kv.put("bob", 1).defer();
        add(kv, "ann", 1).await
    }

    #[toplevel]
    #[transactional(manager = kv.clone())]
    fn post_now(kv: &Kv) -> Result<i64, KvError> {
        kv.put("bob", 2).defer();
        kv.get("ann").get_result()
    }

    run(async || {
        let log = Log::new();
        let kv = Kv::new(&log, &[("ann", 10)]);
        kv.fail(Phase::Commit, KvError::Conflict);
        assert_eq!(post(kv.clone()).await.unwrap(), 11);
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit"]);
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(11), Some(1)));
        assert_eq!(post_now(&kv).unwrap(), 11);
        assert_eq!(
            (log.take(), kv.stored("bob")),
            (vec!["begin".into(), "commit".into()], Some(2))
        );
    });
}

#[test]
fn a_handler_whose_caller_goes_away_commits_all_the_same() {
    #[toplevel]
    #[transactional_async(manager = kv)]
    async fn post(kv: Kv, committed: Sender<()>) -> Result<(), KvError> {
        call_on_commit(move || committed.send(()).expect("the test waits for it"));
        kv.put("ann", 1).defer();
        Ok(())
    }

    within(|| {
        let kv = Kv::new(&Log::new(), &[]);
        let open = kv.hold(Phase::Commit);
        let (sender, committed) = channel();
        let mut handler = Box::pin(post(kv.clone(), sender));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        open.set_result(());
        assert_eq!(committed.recv(), Ok(()));
        assert_eq!(kv.stored("ann"), Some(1));
    });
}

/// A database that notes how its transactions are begun.
#[derive(Clone)]
struct Asked(Log);

impl TransactionManager for Asked {
    type Transaction = ();
    type Error = KvError;

    async fn begin(&self, options: &TransactionOptions) -> Result<(), KvError> {
        self.0.add(format!("{:?} {}", options.wanted_isolation(), options.is_read_only()));
        Ok(())
    }

    async fn begin_nested(&self, (): &(), options: &TransactionOptions) -> Result<(), KvError> {
        self.begin(options).await
    }

    async fn commit(&self, (): &()) -> Result<(), KvError> {
        Ok(())
    }

    async fn rollback(&self, (): &()) -> Result<(), KvError> {
        Ok(())
    }

    fn failure(&self, (): &()) -> Option<KvError> {
        None
    }

    fn judge(&self, _: &KvError, _: Phase) -> Verdict {
        Verdict::Final
    }

    fn is_same(&self, _: &Asked) -> bool {
        true
    }
}

#[test]
fn the_manager_is_told_what_the_attribute_says() {
    #[transactional_async(manager = asked, isolation = serializable)]
    async fn first(asked: Asked) -> Result<(), KvError> {
        second(asked.clone()).await?;
        third(asked).await
    }

    #[transactional_async(manager = asked, isolation = repeatable_read, propagation = nested)]
    async fn second(asked: Asked) -> Result<(), KvError> {
        Ok(())
    }

    #[transactional_async(manager = asked, isolation = read_committed, propagation = independent)]
    async fn third(asked: Asked) -> Result<(), KvError> {
        Ok(())
    }

    #[transactional_async(manager = asked, read_only)]
    async fn fourth(asked: Asked) -> Result<(), KvError> {
        Ok(())
    }

    run(async || {
        let log = Log::new();
        first(Asked(log.clone())).await.unwrap();
        let isolations =
            ["Some(Serializable) false", "Some(RepeatableRead) false", "Some(ReadCommitted) false"];
        assert_eq!(log.take(), isolations);
        fourth(Asked(log.clone())).await.unwrap();
        assert_eq!(log.take(), ["None true"]);
    });
}

#[non_transactional]
async fn note(kv: Kv, value: i64) -> Result<(), KvError> {
    assert!(!in_transaction());
    tests::yield_now().await;
    assert!(!in_transaction());
    kv.put("note", value).await
}

#[non_transactional]
fn note_now(kv: &Kv, value: i64) -> Result<(), KvError> {
    assert!(!in_transaction());
    kv.put("note", value).get_result()
}

#[test]
fn what_is_outside_stays_when_the_transaction_is_rolled_back() {
    #[transactional_async]
    async fn whole(kv: Kv) -> Result<(), KvError> {
        note(kv.clone(), 1).await?;
        assert_eq!(kv.stored("note"), Some(1));
        note_now(&kv, 2)?;
        assert!(in_transaction());
        kv.put("ann", 0).await?;
        Err(KvError::Forbidden)
    }

    with_kv(async |kv, log| {
        assert!(whole(kv.clone()).await.is_err());
        assert_eq!((kv.stored("note"), kv.stored("ann")), (Some(2), Some(10)));
        assert_eq!(log.take(), ["begin", "rollback"]);
        note(kv.clone(), 3).await.unwrap();
        assert_eq!(kv.stored("note"), Some(3));
    });
}

#[test]
fn what_must_be_outside_answers_with_an_error_inside() {
    #[non_transactional(allow_existing = false)]
    async fn send(log: Log) -> Result<(), KvError> {
        log.add("sent");
        tests::yield_now().await;
        Ok(())
    }

    #[non_transactional(allow_existing = false)]
    fn send_now(log: &Log) -> Result<(), KvError> {
        log.add("sent");
        Ok(())
    }

    #[transactional_async(propagation = nested)]
    async fn whole(log: Log) -> Result<(), KvError> {
        assert_eq!(kind(send_now(&log)), TransactionErrorKind::InTransaction);
        send(log).await
    }

    with_kv(async |_, log| {
        send(log.clone()).await.unwrap();
        send_now(&log).unwrap();
        assert_eq!(log.take(), ["sent", "sent"]);
        assert_eq!(kind(whole(log.clone()).await), TransactionErrorKind::InTransaction);
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}
