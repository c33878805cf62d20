//! HTTP requests that run beside tasklets: NDB's `urlfetch`, with the feature `fetch`.
//!
//! A [`Fetch`] says what to ask for; [`Fetch::send`] starts the request at once, and gives a future
//! like any tasklet's: the context owes it, `join!` joins it, `cancel` stops it. The work is done
//! by the `reqwest` crate, on one thread of this crate's, so that it is the same in an async
//! handler, in a blocking one, in a plain `main`, and whatever runtime there is.

mod engine;
mod error;
mod response;

use std::time::Duration;

pub use error::{FetchError, FetchErrorKind};
pub use response::FetchResponse;

use crate::context::{current, start_in};
use crate::error::{About, Failure, Info};
use crate::future::TaskletFuture;
use engine::Trust;

/// How long a request may take, unless [`Fetch::deadline`] says otherwise: as on App Engine.
pub const FETCH_DEADLINE: Duration = Duration::from_secs(5);

/// So many bytes of a response are read, unless [`Fetch::bytes_max`] says otherwise: 32 MiB, as on
/// App Engine.
pub const FETCH_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A request is redirected at most so often: as on App Engine.
pub const FETCH_REDIRECTS_MAX: usize = 5;

/// Starts a GET of `url`: [`Fetch::get`] and [`Fetch::send`].
///
/// NDB: `Context.urlfetch`.
///
/// ```no_run
/// use tasklet_core::fetch::{FetchError, fetch};
/// use tasklet_core::{tasklet, try_join};
///
/// #[tasklet]
/// async fn size(url: &'static str) -> Result<usize, FetchError> {
///     Ok(fetch(url).await?.content().len())
/// }
///
/// # fn main() -> Result<(), FetchError> {
/// // Both are under way before either has answered.
/// let (left, right) = (size("https://www.rust-lang.org"), size("https://docs.rs"));
/// println!("{}", left.get_result()? + right.get_result()?);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn fetch(url: impl Into<String>) -> TaskletFuture<Result<FetchResponse, FetchError>> {
    Fetch::get(url).send()
}

/// What to ask for, and how.
///
/// NDB: the arguments of `Context.urlfetch`.
///
/// ```no_run
/// use std::time::Duration;
/// use tasklet_core::fetch::Fetch;
///
/// # fn main() -> Result<(), tasklet_core::fetch::FetchError> {
/// let answer = Fetch::post("https://example.org/entries", r#"{"name": "Ada"}"#)
///     .header("content-type", "application/json")
///     .deadline(Duration::from_secs(20))
///     .send()
///     .get_result()?;
/// assert_eq!(answer.status_code(), 201);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `.send()`"]
pub struct Fetch {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
    payload: Vec<u8>,
    deadline: Duration,
    bytes_max: usize,
    allow_truncated: bool,
    follow_redirects: bool,
    trust: Trust,
}

impl Fetch {
    /// A request with this method. What is wrong with the method or the URL, the future tells.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Fetch {
        Fetch {
            url: url.into(),
            method: method.into(),
            headers: Vec::new(),
            payload: Vec::new(),
            deadline: FETCH_DEADLINE,
            bytes_max: FETCH_BYTES_MAX,
            allow_truncated: false,
            follow_redirects: true,
            trust: Trust::Certified,
        }
    }

    /// A GET request.
    pub fn get(url: impl Into<String>) -> Fetch {
        Fetch::new("GET", url)
    }

    /// A POST request.
    pub fn post(url: impl Into<String>, payload: impl Into<Vec<u8>>) -> Fetch {
        Fetch::new("POST", url).payload(payload)
    }

    /// One more header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Fetch {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body of the request.
    pub fn payload(self, payload: impl Into<Vec<u8>>) -> Fetch {
        Fetch { payload: payload.into(), ..self }
    }

    /// How long it may take until the last byte of the response is there, counted from
    /// [`Fetch::send`]; [`FETCH_DEADLINE`] by default.
    pub fn deadline(self, deadline: Duration) -> Fetch {
        Fetch { deadline, ..self }
    }

    /// How many bytes the content of the response may have; [`FETCH_BYTES_MAX`] by default. More of
    /// them are never held in memory.
    pub fn bytes_max(self, bytes_max: usize) -> Fetch {
        Fetch { bytes_max, ..self }
    }

    /// Whether content that is too large is cut off
    /// ([`FetchResponse::content_was_truncated`]); otherwise, which is the default, it is an error.
    pub fn allow_truncated(self, allow_truncated: bool) -> Fetch {
        Fetch { allow_truncated, ..self }
    }

    /// Whether redirections are followed, at most [`FETCH_REDIRECTS_MAX`] of them; they are by
    /// default. If not, the redirection itself is the response.
    pub fn follow_redirects(self, follow_redirects: bool) -> Fetch {
        Fetch { follow_redirects, ..self }
    }

    /// Whether the server must prove with a valid certificate who it is; it must by default.
    /// Without it anybody on the way can read and change what is sent.
    pub fn validate_certificate(self, validate: bool) -> Fetch {
        Fetch { trust: if validate { Trust::Certified } else { Trust::Anybody }, ..self }
    }

    /// Starts the request.
    ///
    /// The future's result is the response, whatever its status is, or why there is none. To cancel
    /// the future closes the connection. Dropped, it counts as deferred like any tasklet.
    ///
    /// # Errors
    ///
    /// In the future's result, as [`FetchErrorKind`] lists them.
    #[track_caller]
    pub fn send(self) -> TaskletFuture<Result<FetchResponse, FetchError>> {
        static FETCH: Info = Info::new("fetch", module_path!());
        let about = |result: Option<&Result<FetchResponse, FetchError>>| match result {
            Some(Err(error)) => About::new(&FETCH).failed(Failure::error(error.to_string())),
            _ => About::new(&FETCH),
        };
        let place = std::panic::Location::caller();
        current::with(|home| start_in(home, place, about, || engine::run(self)))
    }
}
