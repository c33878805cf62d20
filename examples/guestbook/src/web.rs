//! The routes: a page, a form, and nothing else.

mod audience;
mod log;
mod sign;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use tasklet_core::{tasklet, toplevel};

use crate::page;
use crate::store::{Entry, Store, StoreError};
pub(crate) use audience::{Audience, Failure};
use log::{Counted, counted};

/// The whole site.
pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route("/", get(book))
        .route("/sign", post(sign::sign))
        .route("/health", get(health))
        .route("/style.css", get(style))
        .fallback(no_such_page)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn(log::log))
        .with_state(store)
}

/// The recent entries and the form.
#[toplevel]
async fn book(State(store): State<Store>, audience: Audience) -> Counted<Response> {
    let answer = match recent_entries(store).await {
        Ok(entries) => audience.book(&entries),
        Err(error) => {
            let reason = format!("the book could not be read: {error}");
            audience.failure(StatusCode::INTERNAL_SERVER_ERROR, reason).into_response()
        }
    };
    counted(answer)
}

#[tasklet]
async fn recent_entries(store: Store) -> Result<Vec<Entry>, StoreError> {
    store.recent().await
}

/// Says that the process serves; it does not ask the database.
async fn health() -> &'static str {
    "ok\n"
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)
}

async fn no_such_page(audience: Audience) -> Failure {
    audience.failure(StatusCode::NOT_FOUND, "there is no such page")
}

async fn no_such_method(audience: Audience) -> Failure {
    audience.failure(StatusCode::METHOD_NOT_ALLOWED, "this page does not answer that method")
}
