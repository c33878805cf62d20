//! One line per request: what was asked, what was answered, how many tasklets it took, how long.

use axum::Extension;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tasklet_core::Context;
use tokio::time::Instant;

/// How many tasklets a request started; travels from the handler to the log line in the response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tasklets(u64);

/// An answer that knows how many tasklets it took.
pub(super) type Counted<R> = (Extension<Tasklets>, R);

/// Counts the tasklets of the current toplevel or transaction; call it inside, when the answer is
/// there.
pub(super) fn counted<R>(answer: R) -> Counted<R> {
    (Extension(Tasklets(Context::current().started())), answer)
}

/// Writes the line when the answer is ready, or when the client went away before it was.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let asked = Asked::new(&request);
    let response = next.run(request).await;
    asked.answered(&response);
    response
}

struct Asked {
    method: Method,
    path: String,
    since: Instant,
    is_answered: bool,
}

impl Asked {
    fn new(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            since: Instant::now(),
            is_answered: false,
        }
    }

    fn answered(mut self, response: &Response) {
        self.is_answered = true;
        let status = response.status().as_u16();
        let tasklets = response.extensions().get().map(|&Tasklets(count)| count);
        let took = self.since.elapsed();
        let (method, path) = (&self.method, &self.path);
        tracing::info!(%method, path, status, tasklets, ?took, "answered");
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.is_answered {
            let took = self.since.elapsed();
            tracing::info!(method = %self.method, path = self.path, ?took, "the client went away");
        }
    }
}
