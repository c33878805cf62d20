//! A bank: tellers transfer money between accounts at random, and everything goes wrong at random.
//! The money must be right at each moment, and the books must be right at the end.
//!
//! ```text
//! cargo run --release -p databases --bin bank -- --postgres --seconds 60
//! cargo run --release -p databases --bin bank -- --sqlite --transfers 5000 --seed 42
//! ```
//!
//! What the tellers do, and what goes wrong, follows from the seed; how they meet does not.
//!
//! A teller is a tasklet; there are several in each of several contexts, each on a thread. Bodies
//! fail, panic, forget futures and are cancelled (`fate`); connections to PostgreSQL are cut at
//! random points, and its server is killed now and then (`branch`). Auditors add the money up
//! meanwhile (`auditor`). At the end the ledger is replayed (`ledger`): there must be an order in
//! which the transfers that it knows of have happened one after another, and what the tellers were
//! told must be true (`told`).

mod auditor;
mod branch;
mod fate;
mod ledger;
mod teller;
mod told;
mod transfer;

use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use databases::{Args, Store, run_in_runtime};

use branch::Branch;
use told::Told;

const USAGE: &str = "bank (--postgres | --sqlite) [--seconds NUMBER | --transfers NUMBER] \
                     [--seed NUMBER] [--accounts NUMBER] [--contexts NUMBER] [--tellers NUMBER] \
                     [--crash-after TRANSFERS]";

/// What each account has at the beginning.
const BALANCE: i64 = 1_000;

const TABLES: &str = "CREATE TABLE accounts (
                          id BIGINT PRIMARY KEY, balance BIGINT NOT NULL, version BIGINT NOT NULL
                      );
                      CREATE TABLE ledger (
                          transfer BIGINT NOT NULL, amount BIGINT NOT NULL,
                          source BIGINT NOT NULL, source_balance BIGINT NOT NULL,
                          source_version BIGINT NOT NULL,
                          target BIGINT NOT NULL, target_balance BIGINT NOT NULL,
                          target_version BIGINT NOT NULL
                      )";

/// What all threads know.
struct Bank {
    branch: Branch,
    seed: u64,
    accounts: i64,
    tellers: u64,
    crash_after: u64,
    end: End,
    /// How many transfers have been begun.
    begun: AtomicU64,
    is_open: AtomicBool,
}

/// When the tellers go home.
enum End {
    At(Instant),
    After(u64),
}

impl Bank {
    /// The number of another transfer, or none if it is time to go home.
    fn next(&self) -> Option<u64> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let goes_on = match self.end {
            End::At(end) => now() < end,
            End::After(transfers) => number < transfers,
        };
        if self.crash_after != 0 && number % self.crash_after == self.crash_after - 1 {
            self.branch.crash();
        }
        goes_on.then_some(number)
    }

    /// Whether the tellers are still there.
    fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    fn total(&self) -> i64 {
        self.accounts * BALANCE
    }
}

fn main() {
    let mut args = Args::new(USAGE);
    let is_postgres = args.has("--postgres");
    let is_sqlite = args.has("--sqlite");
    if is_postgres == is_sqlite {
        eprintln!("usage: {USAGE}");
        exit(2);
    }
    let seconds = args.number("--seconds");
    let transfers = args.number("--transfers");
    let seed = args.number("--seed").unwrap_or_else(now_as_seed);
    let accounts = i64::try_from(args.number("--accounts").unwrap_or(8)).unwrap_or(i64::MAX);
    let contexts = args.number("--contexts").unwrap_or(4);
    let tellers = args.number("--tellers").unwrap_or(16);
    let crash_after = args.number("--crash-after").unwrap_or(0);
    args.end();
    let end = match (seconds, transfers) {
        (_, Some(transfers)) => End::After(transfers),
        (seconds, None) => End::At(now() + Duration::from_secs(seconds.unwrap_or(60))),
    };

    let name = if is_postgres { "PostgreSQL" } else { "SQLite" };
    println!("bank: {name} with --seed {seed}");
    quieten_expected_panics();
    let branch = if is_postgres { Branch::postgres(seed) } else { Branch::sqlite() };
    let (begun, is_open) = (AtomicU64::new(0), AtomicBool::new(true));
    let bank = Bank { branch, seed, accounts, tellers, crash_after, end, begun, is_open };
    run(&Arc::new(bank), contexts);
}

fn run(bank: &Arc<Bank>, contexts: u64) {
    let store = run_in_runtime(Store::open(bank.branch.direct_url(), 1));
    run_in_runtime(open_accounts(&store, bank.accounts));
    bank.branch.begin_faults();
    let (told, audits) = std::thread::scope(|scope| {
        let auditing = scope.spawn(|| auditor::audit_while_open(bank));
        let threads: Vec<_> =
            (0..contexts).map(|number| scope.spawn(move || teller::serve(bank, number))).collect();
        let told = threads.into_iter().map(|thread| thread.join().expect("the tellers go home"));
        let told: Told = told.sum();
        bank.is_open.store(false, Ordering::Relaxed);
        bank.branch.end_faults();
        (told, auditing.join().expect("the auditor goes home"))
    });
    // What was sent before a connection was cut is finished by the server first.
    let store = run_in_runtime(Store::open(bank.branch.direct_url(), 1));
    run_in_runtime(bank.branch.wait_for_silence(&store));
    let ledger = run_in_runtime(ledger::read(&store));
    let balances = run_in_runtime(ledger::balances(&store));
    ledger::replay(&ledger, bank.accounts, &balances);
    told.check(&ledger);
    println!("{told}; {audits} audits, {}", bank.branch);
}

async fn open_accounts(store: &Store, accounts: i64) {
    store.prepare(TABLES).await.expect("a new database");
    for id in 0..accounts {
        let open = "INSERT INTO accounts (id, balance, version) VALUES ($1, $2, 0)";
        store.run(open, &[id, BALANCE]).await.expect("a new account");
    }
}

/// What the bank makes panic says nothing.
fn quieten_expected_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<fate::Injected>() {
            tell(info);
        }
    }));
}

#[expect(clippy::disallowed_methods, reason = "the bank is open for a time")]
fn now() -> Instant {
    Instant::now()
}

fn now_as_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
