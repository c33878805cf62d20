//! A handler that is a transaction stays the handler that it was.

#![deny(warnings)]

#[path = "../../support/database.rs"]
mod database;

use std::future::{Future, ready};
use std::rc::Rc;

use database::Database;
use tasklet_core::{
    block_on, in_transaction, tasklet, toplevel, transactional, transactional_async,
};

#[derive(Clone)]
struct State<S>(S);

#[tasklet]
async fn put(text: String) -> Result<usize, String> {
    assert!(in_transaction());
    ready(()).await;
    Ok(text.len())
}

#[toplevel]
#[transactional_async(retries = 2, manager = db)]
async fn post(State(db): State<Database>, body: String) -> Result<usize, String> {
    put(body.clone()).defer();
    Ok(put(body).await?)
}

#[toplevel(on_drop = "cancel")]
#[transactional_async(manager = Database("borrowed"))]
async fn borrows(body: &str) -> Result<usize, String> {
    put(body.to_owned()).await
}

#[toplevel(?Send)]
#[transactional_async(manager = Database("local"), retries = 0)]
async fn local(body: Rc<str>) -> Result<usize, String> {
    put(body.to_string()).await
}

#[toplevel]
#[transactional(manager = Database("blocking"))]
fn blocks(body: &str) -> Result<usize, String> {
    put(body.to_owned()).defer();
    put(body.to_owned()).get_result()
}

fn is_send<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    future
}

fn main() {
    let state = State(Database("state"));
    assert_eq!(block_on(is_send(post(state, "four".to_owned()))), Ok(4));
    assert_eq!(block_on(borrows("four")), Ok(4));
    assert_eq!(block_on(local("four".into())), Ok(4));
    assert_eq!(blocks("four"), Ok(4));
}
