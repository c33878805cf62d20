//! Where the bank's database is, and what happens to it.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use databases::{Place, Proxy, Server, Store, eventually, run_in_runtime};

/// A connection is cut at one in so many points; a transfer passes some thirty of them.
const CUT_ONE_IN: u64 = 400;

/// A database, and how to break it.
pub(crate) struct Branch {
    place: Place,
    url: String,
    direct_url: String,
    seed: u64,
    faults: Option<Faults>,
    crashes: AtomicU32,
}

/// What can be done to a server.
struct Faults {
    // The order matters: it stops before its server does.
    proxy: Proxy,
    server: Server,
    crashing: Mutex<()>,
}

impl Branch {
    pub(crate) fn sqlite() -> Branch {
        let place = Place::sqlite();
        let url = place.url();
        let (direct_url, crashes) = (url.clone(), AtomicU32::new(0));
        Branch { place, url, direct_url, seed: 0, faults: None, crashes }
    }

    pub(crate) fn postgres(seed: u64) -> Branch {
        let server = Server::start_new();
        let place = Place::Postgres(run_in_runtime(server.new_database()));
        let proxy = Proxy::before(&server);
        let (url, direct_url) = (proxy.url(&place.url()), place.url());
        let faults = Some(Faults { proxy, server, crashing: Mutex::new(()) });
        Branch { place, url, direct_url, seed, faults, crashes: AtomicU32::new(0) }
    }

    /// Where the tellers find it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where nothing is cut.
    pub(crate) fn direct_url(&self) -> &str {
        &self.direct_url
    }

    pub(crate) fn begin_faults(&self) {
        if let Some(faults) = &self.faults {
            faults.proxy.cut_at_random(self.seed, CUT_ONE_IN);
        }
    }

    pub(crate) fn end_faults(&self) {
        if let Some(faults) = &self.faults {
            faults.proxy.cut_at_random(0, 0);
        }
    }

    /// Kills the server, and starts it again.
    pub(crate) fn crash(&self) {
        if let Some(Faults { server, crashing, .. }) = &self.faults {
            let _one_at_a_time = crashing.lock().expect("the server comes back");
            server.kill();
            server.restart();
            self.crashes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until nobody is in a transaction any more.
    pub(crate) async fn wait_for_silence(&self, store: &Store) {
        if let Place::Postgres(_) = self.place {
            let others = "SELECT count(*) FROM pg_stat_activity
                          WHERE datname = current_database() AND pid <> pg_backend_pid()
                          AND xact_start IS NOT NULL";
            let is_silent = async || store.number(others, &[]).await.expect("a count") == 0;
            eventually("all transactions have ended", is_silent).await;
        }
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cuts = self.faults.as_ref().map_or(0, |faults| faults.proxy.cuts());
        let crashes = self.crashes.load(Ordering::Relaxed);
        write!(f, "{cuts} connections were cut, the server was killed {crashes} times")
    }
}
