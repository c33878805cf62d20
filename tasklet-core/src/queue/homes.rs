//! The contexts that a queue's pending futures run in: whoever waits for an item drives them, as
//! whoever awaits such a future itself does.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use crate::context::Shared;

/// So many contexts without a pending future are remembered before they are looked for.
const IDLE_MAX: usize = 16;

#[derive(Debug)]
pub(super) struct Homes {
    /// By address, which is a context's own as long as there is a reference, a weak one, too.
    homes: BTreeMap<usize, Home>,
    /// When there are so many, the idle ones are forgotten.
    purge_at: usize,
}

#[derive(Debug)]
struct Home {
    // Weak, since a future that is pending holds its context itself.
    shared: Weak<Shared>,
    pending: usize,
}

/// The home of one future.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address(usize);

impl Homes {
    pub(super) const fn new() -> Homes {
        Homes { homes: BTreeMap::new(), purge_at: IDLE_MAX }
    }

    /// One more pending future in this context. The second is whether those who wait do not know of
    /// it yet.
    ///
    /// A toplevel drives its context itself, and is none of our business.
    pub(super) fn add(&mut self, shared: &Arc<Shared>) -> Option<(Address, bool)> {
        if shared.is_rooted() && !shared.has_ended() {
            return None;
        }
        if self.purge_at <= self.homes.len() {
            self.homes.retain(|_, home| 0 < home.pending);
            self.purge_at = 2 * self.homes.len() + IDLE_MAX;
        }
        let address = Arc::as_ptr(shared).addr();
        let mut is_new = false;
        let home = self.homes.entry(address).or_insert_with(|| {
            is_new = true;
            Home { shared: Arc::downgrade(shared), pending: 0 }
        });
        home.pending += 1;
        Some((Address(address), is_new))
    }

    /// A future has finished. Its context stays known: most often there is another one soon, and
    /// then nobody has to be told.
    pub(super) fn remove(&mut self, address: Address) {
        if let Some(home) = self.homes.get_mut(&address.0) {
            home.pending -= 1;
        }
    }

    pub(super) fn clear(&mut self) {
        self.homes.clear();
    }

    /// Those that the current thread does not drive already.
    pub(super) fn undriven(&self) -> Vec<Arc<Shared>> {
        let homes = self.homes.values().filter_map(|home| home.shared.upgrade());
        homes.filter(|shared| !shared.scheduler.is_driven_here()).collect()
    }
}
