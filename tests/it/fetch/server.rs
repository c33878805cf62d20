//! The server that is asked: axum, on a thread and a runtime of its own, for as long as the process
//! lives.

use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Barrier, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[derive(Clone, Debug)]
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

/// What the server has seen, and what it waits for.
#[derive(Debug)]
struct Seen {
    count: AtomicUsize,
    meeting: Barrier,
    way_on: Semaphore,
    parked: (Sender<()>, Mutex<Receiver<()>>),
    left: (Sender<()>, Mutex<Receiver<()>>),
}

fn signal() -> (Sender<()>, Mutex<Receiver<()>>) {
    let (sender, receiver) = channel();
    (sender, Mutex::new(receiver))
}

fn wait_for((_, receiver): &(Sender<()>, Mutex<Receiver<()>>)) {
    let receiver = receiver.lock().expect("nobody panics with it");
    receiver.recv().expect("the sender stands beside it");
}

/// Runs a future on a thread and a runtime of its own.
fn serve(serving: impl Future<Output = ()> + Send + 'static) {
    thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(serving);
    });
}

/// A listener on a free port of the loopback address.
fn listen() -> (std::net::TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a setting of sockets");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

impl Server {
    pub(super) fn start() -> Server {
        let seen = Arc::new(Seen {
            count: AtomicUsize::new(0),
            meeting: Barrier::new(2),
            way_on: Semaphore::new(0),
            parked: signal(),
            left: signal(),
        });
        let (listener, address) = listen();
        let router = router(Arc::clone(&seen));
        serve(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("in a runtime");
            axum::serve(listener, router).await.expect("it serves for ever");
        });
        Server { address, seen }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many requests to `/count` there were.
    pub(super) fn count(&self) -> usize {
        self.seen.count.load(SeqCst)
    }

    /// Waits until a request to `/park` has come.
    pub(super) fn has_parked(&self) {
        wait_for(&self.seen.parked);
    }

    /// Waits until whoever has parked is gone.
    pub(super) fn has_been_left(&self) {
        wait_for(&self.seen.left);
    }

    /// Answers one request to `/park`.
    pub(super) fn let_go(&self) {
        self.seen.way_on.add_permits(1);
    }
}

fn router(seen: Arc<Seen>) -> Router {
    Router::new()
        .route("/hello", get(hello))
        .route("/echo", any(echo))
        .route("/status/{status}", get(status))
        .route("/meet", get(meet))
        .route("/park", get(park))
        .route("/count", get(count))
        .route("/redirect/{left}", get(redirect))
        .route("/large/{bytes}", get(large))
        .with_state(seen)
}

async fn hello(RawQuery(query): RawQuery) -> impl IntoResponse {
    let query = query.unwrap_or_default();
    let name = query.strip_prefix("to=").unwrap_or("whoever");
    ([("x-greeting", "hello")], format!("hello {name}"))
}

async fn echo(method: Method, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let color = headers.get("x-color").and_then(|color| color.to_str().ok()).unwrap_or_default();
    ([("x-method", method.to_string()), ("x-color", color.to_owned())], body)
}

async fn status(Path(status): Path<String>) -> StatusCode {
    let number = status.split_whitespace().next().and_then(|number| number.parse().ok());
    number.unwrap_or(StatusCode::BAD_REQUEST)
}

async fn meet(State(seen): State<Arc<Seen>>) {
    seen.meeting.wait().await;
}

/// Tells that its request is over, answered or not.
struct Left(Arc<Seen>);

impl Drop for Left {
    fn drop(&mut self) {
        // The test may have ended.
        let _heard = self.0.left.0.send(());
    }
}

async fn park(State(seen): State<Arc<Seen>>) {
    let left = Left(seen);
    left.0.parked.0.send(()).expect("the receiver stands beside it");
    left.0.way_on.acquire().await.expect("it is never closed").forget();
}

async fn count(State(seen): State<Arc<Seen>>) {
    seen.count.fetch_add(1, SeqCst);
}

async fn redirect(Path(left): Path<usize>) -> axum::response::Response {
    match left.checked_sub(1) {
        Some(left) => Redirect::temporary(&format!("/redirect/{left}")).into_response(),
        None => "arrived".into_response(),
    }
}

async fn large(Path(bytes): Path<usize>) -> Vec<u8> {
    vec![b'x'; bytes]
}

/// Starts a server with a certificate that nobody has signed, and tells its address.
pub(super) fn start_unsigned() -> String {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen();
    serve(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("in a runtime");
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust it hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 1024];
            let _read = stream.read(&mut request).await;
            let response =
                b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\nunsigned";
            let _written = stream.write_all(response).await;
            let _closed = stream.shutdown().await;
        }
    });
    format!("https://localhost:{}/", address.port())
}
