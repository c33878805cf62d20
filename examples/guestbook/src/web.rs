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
use crate::store::{Entry, Store};
use audience::Audience;
pub(crate) use audience::Failure;
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
        .layer(middleware::from_fn(audience::tell_failures))
        .layer(middleware::from_fn(log::log))
        .with_state(store)
}

/// The recent entries and the form.
#[toplevel]
async fn book(
    State(store): State<Store>,
    audience: Audience,
) -> Result<Counted<Response>, Failure> {
    let entries = recent_entries(store).await.map_err(|error| {
        let reason = format!("the book could not be read: {error}");
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, reason)
    })?;
    Ok(counted(audience.book(&entries)))
}

#[tasklet]
async fn recent_entries(store: Store) -> sqlx::Result<Vec<Entry>> {
    store.recent().await
}

/// Says that the process serves; it does not ask the database.
async fn health() -> &'static str {
    "ok\n"
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)
}

async fn no_such_page() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "there is no such page")
}

async fn no_such_method() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "this page does not answer that method")
}
