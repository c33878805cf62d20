//! The pages a person sees. The templates escape whatever they show.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::store::Entry;

/// The one style sheet, served as a file of its own so that pages may forbid inline styles.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// A second line of defence behind the escaping: no script runs on our pages, wherever it is from.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'";

#[derive(Template)]
#[template(path = "book.html")]
struct Book<'a> {
    entries: &'a [Entry],
}

#[derive(Template)]
#[template(path = "thanks.html")]
struct Thanks<'a> {
    name: &'a str,
    number: i64,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct Failure<'a> {
    status: StatusCode,
    reason: &'a str,
}

/// The recent entries and the form.
pub(crate) fn book(entries: &[Entry]) -> Response {
    show(&Book { entries })
}

/// What follows a signature, with the way back to the book.
pub(crate) fn thanks(name: &str, number: i64) -> Response {
    show(&Thanks { name, number })
}

/// What went wrong, with the way back to the book.
pub(crate) fn failure(status: StatusCode, reason: &str) -> Response {
    show(&Failure { status, reason })
}

fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
