//! Who asks: a person with a browser gets pages, a program gets JSON; errors included.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use uuid::Uuid;

use crate::page;
use crate::store::Entry;

/// The form in which a client wants its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Audience {
    Person,
    Program,
}

/// `Accept` decides by what it names, weights aside; without a preference, one who sends JSON gets
/// JSON, and anyone else a page.
impl<S: Sync> FromRequestParts<S> for Audience {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let has = |name: HeaderName, kind: &str| {
            let mut values = parts.headers.get_all(name).iter();
            values.any(|value| value.to_str().is_ok_and(|value| value.contains(kind)))
        };
        Ok(if has(header::ACCEPT, "text/html") {
            Self::Person
        } else if has(header::ACCEPT, "json") || has(header::CONTENT_TYPE, "json") {
            Self::Program
        } else {
            Self::Person
        })
    }
}

impl Audience {
    /// The book's recent entries.
    pub(super) fn book(self, entries: &[Entry]) -> Response {
        match self {
            Self::Person => page::book(entries),
            Self::Program => Json(json!({ "entries": entries })).into_response(),
        }
    }

    /// The answer to a signature that is in the book.
    pub(super) fn thanks(self, id: Uuid, name: &str, number: i64) -> Response {
        match self {
            Self::Person => (StatusCode::CREATED, page::thanks(name, number)).into_response(),
            Self::Program => {
                let body = json!({ "id": id.to_string(), "name": name, "number": number });
                (StatusCode::CREATED, Json(body)).into_response()
            }
        }
    }

    fn failure(self, failure: &Failure) -> Response {
        match self {
            Self::Person => page::failure(failure.status, &failure.reason),
            Self::Program => Json(json!({ "error": failure.reason })).into_response(),
        }
    }
}

/// An answer other than the one that was hoped for: whoever gives it need not know who asks.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    status: StatusCode,
    reason: String,
}

impl Failure {
    /// A refusal or an error, with the reason that the client will read.
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }
}

/// The status; [`tell_failures`] adds the rest.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Extension(self)).into_response()
    }
}

/// Tells each failure in the form in which the client wants its answer.
pub(super) async fn tell_failures(audience: Audience, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let (told, body) = audience.failure(&failure).into_parts();
        response.headers_mut().extend(told.headers);
        *response.body_mut() = body;
    }
    response
}
