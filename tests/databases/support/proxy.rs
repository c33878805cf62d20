//! A proxy before a PostgreSQL server, which cuts a connection at the very point that a test names:
//! before a statement is passed on, or while its answer is on its way.
//!
//! It knows of the protocol only where a statement begins and where its answer ends. Nothing in it
//! waits for a time.

mod connection;
mod message;
mod plan;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::Server;
use plan::Plans;
pub use plan::{Point, Stop};

/// A proxy, which runs on a thread of its own until it is dropped: then it closes everything.
#[derive(Debug)]
pub struct Proxy {
    server: SocketAddr,
    address: SocketAddr,
    plans: Arc<Plans>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A proxy before this server.
    ///
    /// # Panics
    ///
    /// If this machine has no port or no thread left.
    #[must_use]
    pub fn before(server: &Server) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (plans, server) = (Arc::new(Plans::default()), server.address());
        let (end, ended) = oneshot::channel();
        let serving = Arc::clone(&plans);
        let thread = thread::Builder::new().name("proxy".to_owned());
        let thread = thread.spawn(move || serve(listener, server, &serving, ended));
        let thread = Some(thread.expect("a thread"));
        Proxy { server, address, plans, end: Some(end), thread }
    }

    /// The server's URL, with the proxy in its place.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        url.replace(&self.server.to_string(), &self.address.to_string())
    }

    /// Cuts the connection of the next statement that begins with these words.
    pub fn cut(&self, words: &str, at: Point) -> Stop {
        self.plans.add(words, 1, at, true)
    }

    /// Cuts the connection of the `nth` statement from now on, of whatever connection; 1 is the
    /// next.
    pub fn cut_nth(&self, nth: u64, at: Point) -> Stop {
        self.plans.add("", nth, at, true)
    }

    /// Has the next statement that begins with these words wait, until the stop is dropped or
    /// [cut](Stop::cut).
    pub fn hold(&self, words: &str, at: Point) -> Stop {
        self.plans.add(words, 1, at, false)
    }

    /// From now on cuts connections at random, at one in so many points. No more with 0.
    pub fn cut_at_random(&self, seed: u64, one_in: u64) {
        self.plans.set_chance(seed, one_in);
    }

    /// Cuts all connections now.
    pub fn cut_all(&self) {
        self.plans.cut_all();
    }

    /// How many statements have come that begin with these words.
    #[must_use]
    pub fn count(&self, words: &str) -> usize {
        self.plans.count(words)
    }

    /// How many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.plans.cuts()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the proxy does not panic");
        }
    }
}

fn serve(
    listener: TcpListener,
    server: SocketAddr,
    plans: &Arc<Plans>,
    mut ended: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    // The end of the runtime is that of its connections.
    runtime.expect("a runtime").block_on(async {
        listener.set_nonblocking(true).expect("it is a socket");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a runtime");
        loop {
            tokio::select! {
                _ = &mut ended => return,
                accepted = listener.accept() => if let Ok((client, _)) = accepted {
                    tokio::spawn(carry(client, server, Arc::clone(plans)));
                },
            }
        }
    });
}

/// Carries one connection to its end. A client whose server is down sees no more than that it is
/// closed.
async fn carry(client: TcpStream, server: SocketAddr, plans: Arc<Plans>) {
    let carried: io::Result<()> = async {
        let server = TcpStream::connect(server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        connection::carry(client, server, &plans).await
    }
    .await;
    // Either side may go away at any time: that is what this is for.
    drop(carried);
}
