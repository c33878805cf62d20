//! Runs trees of tasklets at random for as long as it is told, and checks after each epoch that
//! everything has ended once, that every failure was seen once, and that no memory was kept.
//!
//! ```text
//! cargo run --release -p soak -- --seconds 600
//! cargo run --release -p soak -- --seconds 20 --seed 42
//! ```
//!
//! What the tasklets do follows from the seed; how their threads meet does not. A kind of tasklet
//! is a file in `kinds`, a kind of toplevel one in `scopes`: write one, and add it to the list.

mod dice;
mod epoch;
mod hands;
mod kinds;
mod ledger;
mod memory;
mod reports;
mod scopes;
mod watchdog;
mod work;

use std::process::exit;
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use dice::Dice;
use memory::Memory;

/// Before so much of the time has gone by, memory may still grow.
const WARM_UP: f64 = 0.2;
/// The warm-up takes no fewer epochs than this.
const WARM_UP_EPOCHS_MIN: u64 = 4;
/// How often the figures are told.
const TOLD_EVERY: Duration = Duration::from_secs(30);

static SEED: OnceLock<u64> = OnceLock::new();

fn main() {
    let (seconds, seed) = arguments();
    SEED.get_or_init(|| seed);
    println!("soak: {seconds} s with --seed {seed}");
    quieten_expected_panics();
    tracing::subscriber::set_global_default(reports::Reports).expect("the first subscriber");
    let (stopper, stop) = channel();
    watchdog::watch(stop);
    run(Duration::from_secs(seconds), &mut Dice::new(seed));
    drop(stopper);
}

fn run(time: Duration, dice: &mut Dice) {
    let begin = now();
    let (mut epochs, mut told, mut warm) = (0, Duration::ZERO, None);
    while begin.elapsed() < time || warm.is_none() {
        epoch::run(dice.any());
        epochs += 1;
        let (passed, memory) = (begin.elapsed(), Memory::now());
        if WARM_UP_EPOCHS_MIN <= epochs && time.mul_f64(WARM_UP) <= passed {
            let before = *warm.get_or_insert(memory);
            if !memory.is_flat_since(before) {
                give_up(&format!("memory grows: {before} after the warm-up, {memory} now"));
            }
        }
        if told + TOLD_EVERY <= passed {
            told = passed;
            println!("after {} s and {epochs} epochs: {memory}", passed.as_secs());
        }
    }
    println!("{epochs} epochs of {} scopes", epoch::SCOPES);
    println!("{}", ledger::statement());
    if let Some(before) = warm {
        println!("memory: {before} after the warm-up, {} at the end", Memory::now());
    }
}

/// Ends the process: something is wrong.
pub(crate) fn give_up(why: &str) -> ! {
    eprintln!("soak failed: {why}");
    eprintln!("seed: {}", SEED.get().copied().unwrap_or_default());
    eprintln!("{}", ledger::statement());
    eprintln!("{}", watchdog::what_is_live());
    exit(1);
}

/// What the soak makes panic says nothing; what else panics ends the process.
fn quieten_expected_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.payload().downcast_ref::<String>();
        let is_ours = text.is_some_and(|text| {
            work::failure_in(text).is_some() || text.contains(kinds::BROKEN_PROMISE)
        });
        if !is_ours {
            give_up(&info.to_string());
        }
    }));
}

/// For how many seconds, and from which seed.
fn arguments() -> (u64, u64) {
    let (mut seconds, mut seed) = (20, now_as_seed());
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        match (name.as_str(), value) {
            ("--seconds", Some(value)) => seconds = value,
            ("--seed", Some(value)) => seed = value,
            _ => {
                eprintln!("usage: soak [--seconds SECONDS] [--seed NUMBER]");
                exit(2);
            }
        }
    }
    (seconds, seed)
}

#[expect(clippy::disallowed_methods, reason = "the soak runs for a time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn now_as_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
