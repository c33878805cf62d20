//! What came back.

use std::borrow::Cow;
use std::fmt;

use reqwest::Response;
use reqwest::header::HeaderMap;

/// The response to a [`Fetch`](super::Fetch), all of it.
///
/// NDB: the result of `urlfetch`.
#[derive(Clone)]
pub struct FetchResponse {
    status_code: u16,
    headers: HeaderMap,
    content: Vec<u8>,
    content_was_truncated: bool,
    final_url: String,
}

impl FetchResponse {
    pub(super) fn new(response: &Response, content: Vec<u8>, was_truncated: bool) -> Self {
        FetchResponse {
            status_code: response.status().as_u16(),
            headers: response.headers().clone(),
            content,
            content_was_truncated: was_truncated,
            final_url: response.url().to_string(),
        }
    }

    /// The HTTP status. One that tells of an error is a response as any other.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.status_code
    }

    /// The first header of this name, in whatever case it is written, if there is one and it is
    /// text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All headers: names in lower case, and the bytes of the values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    /// The body.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The body, to keep.
    #[must_use]
    pub fn into_content(self) -> Vec<u8> {
        self.content
    }

    /// The body as text in UTF-8; what is not, is replaced by `U+FFFD`.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.content)
    }

    /// Whether there was more of the body than was allowed.
    #[must_use]
    pub fn content_was_truncated(&self) -> bool {
        self.content_was_truncated
    }

    /// Where the response came from, after all redirections.
    #[must_use]
    pub fn final_url(&self) -> &str {
        &self.final_url
    }
}

impl fmt::Debug for FetchResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchResponse")
            .field("status_code", &self.status_code)
            .field("final_url", &self.final_url)
            .field("content_bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}
