//! Why there is no response.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What kind of trouble it was, for those who treat some of it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The URL, the method or a header is none. Nothing was sent.
    InvalidRequest,
    /// Nobody answers there, or not with a certificate that can be trusted. Nothing was sent.
    Connection,
    /// The deadline has passed. The request may have been carried out all the same.
    Deadline,
    /// It was redirected too often.
    Redirects,
    /// The content has more bytes than were allowed.
    TooLarge,
    /// Anything else: the connection broke, or what came was no HTTP. The request may have been
    /// carried out all the same.
    Other,
}

/// Why there is no response to a [`Fetch`](super::Fetch).
///
/// It can be cloned, so that the future of a request can be [shared](crate::TaskletFuture::shared).
#[derive(Clone, Debug)]
pub struct FetchError {
    kind: FetchErrorKind,
    source: Arc<dyn Error + Send + Sync>,
}

impl FetchError {
    pub(super) fn new(
        kind: FetchErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> FetchError {
        FetchError { kind, source: Arc::from(source.into()) }
    }

    pub(super) fn too_large(bytes_max: usize) -> FetchError {
        let reason = format!(
            "the content has more than {bytes_max} bytes: allow more with `bytes_max`, or a part \
             of it with `allow_truncated`"
        );
        FetchError::new(FetchErrorKind::TooLarge, reason)
    }

    /// What kind of trouble it was.
    #[must_use]
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> FetchError {
        let kind = if error.is_builder() {
            FetchErrorKind::InvalidRequest
        } else if error.is_timeout() {
            FetchErrorKind::Deadline
        } else if error.is_connect() {
            FetchErrorKind::Connection
        } else if error.is_redirect() {
            FetchErrorKind::Redirects
        } else {
            FetchErrorKind::Other
        };
        FetchError::new(kind, error)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FetchErrorKind::InvalidRequest => "the request is not valid",
            FetchErrorKind::Connection => "no connection could be made",
            FetchErrorKind::Deadline => "the deadline has passed",
            FetchErrorKind::Redirects => "it was redirected too often",
            FetchErrorKind::TooLarge => "the response is too large",
            FetchErrorKind::Other => "the request has failed",
        })?;
        // The client's errors say little by themselves, and keep the reason for those who dig.
        let mut source: Option<&dyn Error> = Some(&*self.source);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl Error for FetchError {}
