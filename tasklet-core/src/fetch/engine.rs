//! Where requests run: one thread with a tokio runtime, made at the first request.
//!
//! The client keeps connections open between requests, and each belongs to the runtime that opened
//! it. On the runtimes of callers, which come and go, they would break.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::{FETCH_REDIRECTS_MAX, Fetch, FetchError, FetchErrorKind, FetchResponse};

type Fetched = Result<FetchResponse, FetchError>;

/// Whom a request talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Whoever has a valid certificate.
    Certified,
    /// Whoever answers.
    Anybody,
}

/// Makes the request on the thread of the engine, and stops it there when it is dropped.
pub(super) async fn run(fetch: Fetch) -> Fetched {
    Running(runtime()?.spawn(ask(fetch))).await
}

/// One request on the thread of the engine.
struct Running(JoinHandle<Fetched>);

impl Future for Running {
    type Output = Fetched;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Fetched> {
        Pin::new(&mut self.0).poll(cx).map(|joined| match joined {
            Ok(fetched) => fetched,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            // Nobody but `drop` stops it, after which nobody polls.
            Err(error) => Err(FetchError::new(FetchErrorKind::Other, error)),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn ask(mut fetch: Fetch) -> Fetched {
    let client = client(fetch.follow_redirects, fetch.trust)?;
    let method = Method::from_bytes(fetch.method.as_bytes())
        .map_err(|error| FetchError::new(FetchErrorKind::InvalidRequest, error))?;
    let mut request = client.request(method, &fetch.url).timeout(fetch.deadline);
    for (name, value) in &fetch.headers {
        request = request.header(name, value);
    }
    if !fetch.payload.is_empty() {
        request = request.body(std::mem::take(&mut fetch.payload));
    }
    read(&fetch, request.send().await?).await
}

/// Reads the content, and no more of it than is wanted.
async fn read(fetch: &Fetch, mut response: Response) -> Fetched {
    let mut content = Vec::new();
    let mut was_truncated = false;
    while let Some(chunk) = response.chunk().await? {
        let room = fetch.bytes_max - content.len();
        if room < chunk.len() {
            if !fetch.allow_truncated {
                return Err(FetchError::too_large(fetch.bytes_max));
            }
            content.extend_from_slice(&chunk[..room]);
            was_truncated = true;
            break;
        }
        content.extend_from_slice(&chunk);
    }
    Ok(FetchResponse::new(&response, content, was_truncated))
}

fn runtime() -> Result<&'static Runtime, FetchError> {
    static RUNTIME: OnceLock<Result<Runtime, FetchError>> = OnceLock::new();
    let make = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tasklet-fetch")
            .enable_all()
            .build()
            .map_err(|error| FetchError::new(FetchErrorKind::Other, error))
    };
    RUNTIME.get_or_init(make).as_ref().map_err(FetchError::clone)
}

/// The client for these settings, which are a client's and not a request's.
fn client(follow_redirects: bool, trust: Trust) -> Result<&'static Client, FetchError> {
    static CLIENTS: [OnceLock<Result<Client, FetchError>>; 4] = [const { OnceLock::new() }; 4];
    let accepts_anybody = trust == Trust::Anybody;
    let make = || {
        let policy =
            if follow_redirects { Policy::limited(FETCH_REDIRECTS_MAX) } else { Policy::none() };
        Client::builder()
            .redirect(policy)
            .tls_danger_accept_invalid_certs(accepts_anybody)
            .build()
            .map_err(FetchError::from)
    };
    let number = 2 * usize::from(follow_redirects) + usize::from(accepts_anybody);
    CLIENTS[number].get_or_init(make).as_ref().map_err(FetchError::clone)
}
