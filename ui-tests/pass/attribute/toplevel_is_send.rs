//! A handler stays an `async fn`, `Send` whatever its body awaits, for a server to spawn.

use std::future::ready;
use std::rc::Rc;

use tasklet_core::toplevel;

#[toplevel]
async fn handle(body: String) -> usize {
    ready(()).await;
    body.len()
}

#[toplevel(?Send)]
async fn handle_local(body: Rc<String>) -> usize {
    ready(()).await;
    body.len()
}

#[toplevel(?Send, on_drop = "cancel")]
async fn handle_borrowed(body: &Rc<String>) -> usize {
    ready(()).await;
    body.len()
}

/// What web frameworks ask of a handler.
fn handler<F, A, R>(_: F)
where
    F: Fn(A) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = usize> + Send + 'static,
{
}

fn main() {
    handler(handle);
    let body = Rc::new(String::new());
    drop(handle_borrowed(&body));
    drop(handle_local(body));
}
