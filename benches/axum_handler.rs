//! What share of plain axum's requests per second is left when the handler is a `#[toplevel]`?
//!
//! One thread serves, one asks, over real loopback connections that are kept alive. Both handlers
//! are routes of one server and answer at once, so that the context is all that differs. Short
//! runs of the two take turns, and the share is the median over pairs of neighbouring runs.

use std::hint::black_box;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use axum::Router;
use axum::routing::get;
use benches::goals::{AXUM, AXUM_SHARE};
use benches::{Kind, Question, timed};
use futures_util::future::join_all;
use tasklet_core::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// Enough that the server always has a request to work on.
const CONNECTIONS: usize = 32;
/// Many short runs: what disturbs the machine for a moment spoils few of them.
const PAIRS: u64 = 1_500;

fn main() {
    let mut question = Question::from_args();
    let requests = question.load(20, 2);
    let server = serve_on_a_thread();
    let runtime = runtime();
    let mut clients = runtime.block_on(join_all((0..CONNECTIONS).map(|_| Client::new(server))));
    let mut rate = |path| {
        let all = join_all(clients.iter_mut().map(|client| client.ask(path, requests)));
        let elapsed = timed(|| drop(runtime.block_on(all)));
        (requests * CONNECTIONS as u64) as f64 / elapsed.as_secs_f64()
    };
    // Warms up both routes.
    for path in ["/plain", "/toplevel"] {
        rate(path);
    }

    let (mut plain, mut ours, mut share) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..question.load(PAIRS, 1) {
        // Who begins alternates, so that a drift of the machine favours neither.
        let (a, b) = if pair % 2 == 0 {
            let a = rate("/plain");
            (a, rate("/toplevel"))
        } else {
            let b = rate("/toplevel");
            (rate("/plain"), b)
        };
        plain.push(a);
        ours.push(b);
        share.push(100.0 * b / a);
    }
    question.keep(AXUM, "req/s", Kind::Ours, "axum, #[toplevel]", ours);
    question.keep(AXUM, "req/s", Kind::Baseline, "axum, plain", plain);
    question.keep(AXUM_SHARE, "%", Kind::Ours, "axum, #[toplevel]", share);
    question.finish();
}

async fn plain() -> String {
    black_box("hello").to_owned()
}

#[toplevel]
async fn toplevel() -> String {
    black_box("hello").to_owned()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_io().build().expect("a runtime can be built")
}

/// The address of a server that lives as long as the process.
fn serve_on_a_thread() -> SocketAddr {
    let (bound, address) = mpsc::channel();
    thread::spawn(move || -> io::Result<()> {
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            bound.send(listener.local_addr()?).expect("the client waits for the address");
            let router =
                Router::new().route("/plain", get(plain)).route("/toplevel", get(toplevel));
            axum::serve(listener, router).await
        })
    });
    address.recv().expect("the server is bound")
}

/// One connection that asks, waits for the whole answer, and asks again.
struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    async fn new(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket option can be set");
        let mut client = Self { stream, answer: vec![0; 1024] };
        client.send("/plain").await;
        // All answers have the length of the first: the body and the headers' widths never change.
        let length = client.stream.read(&mut client.answer).await.expect("an answer");
        client.answer.truncate(length);
        client
    }

    async fn ask(&mut self, path: &str, requests: u64) {
        for _ in 0..requests {
            self.send(path).await;
            self.stream.read_exact(&mut self.answer).await.expect("an answer");
            assert!(self.answer.starts_with(b"HTTP/1.1 200 OK"), "the route exists");
            assert!(self.answer.ends_with(b"\r\n\r\nhello"), "the answer is whole");
        }
    }

    async fn send(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await.expect("the server reads");
    }
}
