//! Who asks: a person with a browser gets pages, a program gets JSON; errors included.

use std::convert::Infallible;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
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
    pub(super) fn thanks(self, id: Uuid, name: &str) -> Response {
        match self {
            Self::Person => (StatusCode::CREATED, page::thanks(name)).into_response(),
            Self::Program => {
                let body = json!({ "id": id.to_string(), "name": name });
                (StatusCode::CREATED, Json(body)).into_response()
            }
        }
    }

    /// A refusal or an error, with the reason that the client will read.
    pub(crate) fn failure(self, status: StatusCode, reason: impl Into<String>) -> Failure {
        Failure { audience: self, status, reason: reason.into() }
    }
}

/// An answer other than the one that was hoped for.
#[derive(Debug)]
pub(crate) struct Failure {
    audience: Audience,
    status: StatusCode,
    reason: String,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = match self.audience {
            Audience::Person => page::failure(self.status, &self.reason),
            Audience::Program => Json(json!({ "error": self.reason })).into_response(),
        };
        (self.status, body).into_response()
    }
}
