//! A hang fails, and says what was live: the watchdog wants to see bodies end.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::{drain, live};

use crate::ledger;

/// If nothing has ended for so long, something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Watches until the other end of `stop` is dropped.
pub(crate) fn watch(stop: Receiver<()>) {
    let watch = move || {
        let mut before = ledger::ended();
        while stop.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let now = ledger::ended();
            if before == now {
                crate::give_up(&format!("it hangs: nothing has ended for {PATIENCE:?}"));
            }
            before = now;
        }
    };
    thread::Builder::new().name("watchdog".to_owned()).spawn(watch).expect("a thread");
}

/// The toplevels that are live, and the tasklets in them that can be asked.
pub(crate) fn what_is_live() -> String {
    match block_on(drain(Duration::ZERO)) {
        Ok(()) => "no toplevel is live".to_owned(),
        Err(unfinished) => format!("{} toplevels are live: {unfinished}", live()),
    }
}
