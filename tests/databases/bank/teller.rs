//! The tellers: each makes one transfer after another, and notes what it was told.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use databases::{Error, Result, Store, run_in_runtime, runtime};
use fastrand::Rng;
use futures_lite::FutureExt as _;
use tasklet_core::{Context, JoinAll, TaskletFuture, tasklet, transaction_async};

use crate::Bank;
use crate::fate::{Fate, Injected};
use crate::told::{Answer, Told};
use crate::transfer::{Transfer, transfer};

/// The largest amount of a transfer.
const AMOUNT_MAX: i64 = 300;
/// Of the connections of a context, each of which is a thread; the tellers are more.
const CONNECTIONS: u32 = 4;
const RETRIES: u32 = 30;

/// Serves in a context of its own until the bank closes.
pub(crate) fn serve(bank: &Arc<Bank>, context: u64) -> Told {
    let store = run_in_runtime(Store::open(bank.branch.url(), CONNECTIONS));
    let _in = runtime().enter();
    let here = Context::new();
    let told = here.block_on(here.scope_to_end(async {
        let serve = |teller| {
            let seed = bank.seed ^ ((context << 32) | teller);
            serve_alone(Arc::clone(bank), store.clone(), Rng::with_seed(seed))
        };
        let all: Vec<_> = (0..bank.tellers).map(serve).collect();
        all.join_all().await.into_iter().sum()
    }));
    // Each of them was meant to fail.
    drop(here.take_errors());
    told
}

#[tasklet]
async fn serve_alone(bank: Arc<Bank>, store: Store, mut chance: Rng) -> Told {
    let mut told = Told::default();
    while let Some(number) = bank.next() {
        let (transfer, fate) = draw(&mut chance, number, bank.accounts);
        let answer = make(&store, transfer, fate, &mut told).await;
        told.add(transfer.number, answer);
    }
    told
}

fn draw(chance: &mut Rng, number: u64, accounts: i64) -> (Transfer, Fate) {
    let source = chance.i64(0..accounts);
    let target = (source + chance.i64(1..accounts)) % accounts;
    let number = i64::try_from(number).expect("not so many transfers");
    let transfer = Transfer { number, source, target, amount: chance.i64(1..=AMOUNT_MAX) };
    (transfer, Fate::draw(chance))
}

#[track_caller]
fn begin(store: &Store, what: Transfer, fate: Fate) -> TaskletFuture<Result<u32>> {
    let options = store.transaction().retries(RETRIES);
    let options = options.backoff(Duration::from_millis(1), Duration::from_millis(100));
    let store = store.clone();
    transaction_async(options, move || transfer(store.clone(), what, fate))
}

/// Makes one transfer, and says what came of it.
async fn make(store: &Store, transfer: Transfer, fate: Fate, told: &mut Told) -> Answer {
    let transferring = begin(store, transfer, fate);
    if let Fate::Cancel(after) = fate {
        return match transferring.timeout(after).await {
            Ok(result) => answer(fate, result, told),
            Err(late) => {
                late.into_inner().cancel();
                Answer::Nothing
            }
        };
    }
    match AssertUnwindSafe(transferring.into_future()).catch_unwind().await {
        Ok(result) => answer(fate, result, told),
        Err(payload) => {
            assert!(payload.is::<Injected>() && fate == Fate::Panic, "only what we have injected");
            Answer::Failed
        }
    }
}

fn answer(fate: Fate, result: Result<u32>, told: &mut Told) -> Answer {
    match result {
        Ok(attempts) => {
            assert!(fate.is_good(), "committed, although it was to {fate:?}");
            told.add_attempts(attempts);
            Answer::Committed
        }
        Err(Error::Transaction(error)) if error.is_outcome_unknown() => {
            assert!(fate.is_good(), "a commit was sent, although it was to {fate:?}");
            Answer::Unknown
        }
        Err(Error::Missing) => panic!("all accounts are there"),
        Err(Error::Database(_) | Error::Refused | Error::Transaction(_)) => Answer::Failed,
    }
}
