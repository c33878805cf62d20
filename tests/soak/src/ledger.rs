//! What must balance: whatever was made has ended once, whatever failed was seen once.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::dice::mix;

/// Two counts that must come out equal, and a sum on each side that tells whether it was the same
/// things that were counted.
#[derive(Debug)]
struct Account {
    made: [AtomicU64; 2],
    ended: [AtomicU64; 2],
}

impl Account {
    const fn new() -> Account {
        Account {
            made: [AtomicU64::new(0), AtomicU64::new(0)],
            ended: [AtomicU64::new(0), AtomicU64::new(0)],
        }
    }

    fn add(side: &[AtomicU64; 2], id: u64) -> u64 {
        side[1].fetch_add(mix(id), Relaxed);
        side[0].fetch_add(1, Relaxed)
    }

    fn sums(side: &[AtomicU64; 2]) -> [u64; 2] {
        [side[0].load(Relaxed), side[1].load(Relaxed)]
    }

    fn is_balanced(&self) -> bool {
        // In this order: what is made while we look only makes it look worse.
        let ended = Account::sums(&self.ended);
        Account::sums(&self.made) == ended
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([made, _], [ended, _]) = (Account::sums(&self.made), Account::sums(&self.ended));
        write!(f, "{made} made, {ended} ended")?;
        if made == ended && !self.is_balanced() {
            write!(f, ", but not the same ones")?;
        }
        Ok(())
    }
}

static BODIES: Account = Account::new();
static FAILURES: Account = Account::new();
static CALLS: Account = Account::new();
static THINGS: Account = Account::new();
static ENDS: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];
static NEXT: AtomicU64 = AtomicU64::new(1);

fn next_id() -> u64 {
    NEXT.fetch_add(1, Relaxed)
}

/// How a body has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Finished,
    Cancelled,
    Panicked,
}

/// One body: counted when its tasklet is called, and when the last of it is dropped.
#[derive(Debug)]
pub(crate) struct Body {
    id: u64,
    has_finished: bool,
}

impl Body {
    pub(crate) fn begin() -> Body {
        let id = next_id();
        Account::add(&BODIES.made, id);
        Body { id, has_finished: false }
    }

    pub(crate) fn finish(&mut self) {
        self.has_finished = true;
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let end = match (self.has_finished, std::thread::panicking()) {
            (true, _) => End::Finished,
            (false, true) => End::Panicked,
            (false, false) => End::Cancelled,
        };
        ENDS[end as usize].fetch_add(1, Relaxed);
        Account::add(&BODIES.ended, self.id);
    }
}

/// A failure is about to happen; its number must come back once.
pub(crate) fn failure_made() -> u64 {
    let id = next_id();
    Account::add(&FAILURES.made, id);
    id
}

/// Somebody has looked at a failure, or was told of it.
pub(crate) fn failure_seen(id: u64) {
    Account::add(&FAILURES.ended, id);
}

/// A call that the loop owes: it must be made once.
#[must_use]
#[derive(Debug)]
pub(crate) struct Call(u64);

impl Call {
    pub(crate) fn owed() -> Call {
        let id = next_id();
        Account::add(&CALLS.made, id);
        Call(id)
    }

    pub(crate) fn made(self) {
        Account::add(&CALLS.ended, self.0);
    }
}

/// Something that a context holds, and must drop at last.
#[derive(Debug)]
pub(crate) struct Thing(u64);

impl Thing {
    pub(crate) fn new() -> Thing {
        let id = next_id();
        Account::add(&THINGS.made, id);
        Thing(id)
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        Account::add(&THINGS.ended, self.0);
    }
}

/// How many bodies have ended so far: what a watchdog looks at.
pub(crate) fn ended() -> u64 {
    BODIES.ended[0].load(Relaxed)
}

/// Whether everything that was made has ended.
pub(crate) fn is_balanced() -> bool {
    [&BODIES, &FAILURES, &CALLS, &THINGS].into_iter().all(Account::is_balanced)
}

/// All accounts, a line each.
pub(crate) fn statement() -> String {
    let [finished, cancelled, panicked] = ENDS.each_ref().map(|count| count.load(Relaxed));
    format!(
        "bodies: {BODIES} ({finished} finished, {cancelled} cancelled, {panicked} panicked)\n\
         failures: {FAILURES} (seen or reported)\ncallbacks and queued calls: {CALLS}\n\
         things that contexts held: {THINGS}"
    )
}
