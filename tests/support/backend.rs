//! Backends in memory for batchers: they write each call into a log, and wait where a test says so.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tasklet_core::{Batch, BatchResults, Completer, SameKey, TaskletFuture};

use crate::{Log, gate};

/// Gates that calls wait at, one for each call, in the order of the calls.
#[derive(Debug, Default)]
struct Gates(Mutex<VecDeque<TaskletFuture<()>>>);

impl Gates {
    fn add(&self) -> Completer<()> {
        let (opener, closed) = gate();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(closed);
        opener
    }

    async fn pass(&self) {
        let closed = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        if let Some(closed) = closed {
            closed.await;
        }
    }
}

/// A number whose square cannot be read.
pub const UNLUCKY: u32 = 1_000_013;
/// A number that makes the whole call fail.
pub const FATAL: u32 = 1_000_666;
/// A number that makes the whole call panic.
pub const PANICKING: u32 = 1_000_667;
/// A number that makes the call return one result too few.
pub const MISCOUNTED: u32 = 1_000_668;

/// Reads squares of numbers, with a name as option.
#[derive(Debug, Default)]
pub struct Squares {
    log: Log,
    gates: Gates,
}

impl Squares {
    /// One that writes its calls into this log.
    #[must_use]
    pub fn new(log: &Log) -> Squares {
        Squares { log: log.clone(), gates: Gates::default() }
    }

    /// Has one more of the next calls wait.
    pub fn hold(&self) -> Completer<()> {
        self.gates.add()
    }
}

impl Batch for Squares {
    const NAME: &'static str = "squares";
    const MODULE: &'static str = module_path!();
    type Item = u32;
    type Key = u32;
    type Options = &'static str;
    type Value = u64;
    type Error = String;

    fn key(&self, number: &u32) -> u32 {
        *number
    }

    async fn call(&self, numbers: Vec<u32>, options: &'static str) -> BatchResults<u64, String> {
        self.log.add(format!("read{options} {numbers:?}"));
        self.gates.pass().await;
        if numbers.contains(&FATAL) {
            return Err("the backend is down".to_owned());
        }
        assert!(!numbers.contains(&PANICKING), "the backend is broken");
        let square = |&number: &u32| match number {
            UNLUCKY => Err("it is unlucky".to_owned()),
            _ => Ok(u64::from(number).pow(2)),
        };
        let is_counted = |number: &&u32| **number != MISCOUNTED;
        Ok(numbers.iter().filter(is_counted).map(square).collect())
    }
}

/// What is written under a key.
pub type Write = (u32, &'static str);

/// Writes, with a name as option; the same key twice in one call is refused, as databases do.
#[derive(Debug, Default)]
pub struct Writes {
    log: Log,
    gates: Gates,
}

impl Writes {
    /// One that writes its calls into this log.
    #[must_use]
    pub fn new(log: &Log) -> Writes {
        Writes { log: log.clone(), gates: Gates::default() }
    }

    /// Has one more of the next calls wait.
    pub fn hold(&self) -> Completer<()> {
        self.gates.add()
    }
}

impl Batch for Writes {
    const NAME: &'static str = "writes";
    const MODULE: &'static str = module_path!();
    const SAME_KEY: SameKey = SameKey::InOrder;
    type Item = Write;
    type Key = u32;
    type Options = &'static str;
    type Value = ();
    type Error = String;

    fn key(&self, write: &Write) -> u32 {
        write.0
    }

    async fn call(&self, writes: Vec<Write>, options: &'static str) -> BatchResults<(), String> {
        let words: Vec<_> = writes.iter().map(|(key, what)| format!("{what} {key}")).collect();
        self.log.add(format!("write{options}: {}", words.join(", ")));
        self.gates.pass().await;
        let mut keys: Vec<_> = writes.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("a call cannot affect a key twice".to_owned());
        }
        if keys.contains(&FATAL) {
            return Err("the backend is down".to_owned());
        }
        let write = |key| if key == UNLUCKY { Err("it is unlucky".to_owned()) } else { Ok(()) };
        Ok(writes.into_iter().map(|(key, _)| write(key)).collect())
    }
}
