//! What the arguments of a transaction may be, and what the manager may be made of.

#![deny(warnings)]

#[path = "../../support/database.rs"]
mod database;

use std::future::ready;
use std::rc::Rc;
use std::sync::Arc;

use database::Database;
use tasklet_core as renamed;
use tasklet_core::{TaskletFuture, in_transaction, transactional_async, transactional_tasklet};

type Answer<T> = Result<T, String>;

struct State<S>(S);
struct Row {
    id: u32,
    database: Database,
}

impl Clone for Row {
    fn clone(&self) -> Self {
        Row { ..*self }
    }
}

struct OnlyOne(String);

#[transactional_async(manager = Database("plain"))]
async fn plain(text: String, mut list: Vec<u32>, _guard: Arc<()>, _: u8) -> Answer<usize> {
    list.push(1);
    ready(()).await;
    Ok(text.len() + list.len())
}

#[transactional_async(manager = db, retries = 5, isolation = serializable)]
async fn from_a_pattern(State(db): State<Database>, (id, _): (u32, u8)) -> Answer<u32>
where
    State<Database>: Clone,
{
    ready(()).await;
    Ok(id)
}

impl Clone for State<Database> {
    fn clone(&self) -> Self {
        State(self.0)
    }
}

#[transactional_async(manager = database, read_only, propagation = nested)]
async fn from_a_field(Row { id, database }: Row) -> Answer<(u32, Database)> {
    Ok((id, ready(database).await))
}

#[transactional_async(manager = row.database, retries = retries + 1)]
async fn from_an_argument(row: Row, retries: u32) -> Answer<u32> {
    Ok(row.id + retries)
}

#[transactional_async(retries = 0, manager = Database("once"))]
async fn moved(only: OnlyOne) -> Answer<String> {
    ready(()).await;
    Ok(only.0)
}

#[transactional_tasklet(?Send, manager = Database("local"))]
async fn local(text: Rc<str>) -> Answer<Rc<str>> {
    ready(()).await;
    Ok(text)
}

#[renamed::transactional_async(crate = renamed, manager = Database("renamed"))]
async fn generic<T: Clone + Send + 'static>(
    value: T,
    more: impl Into<u32> + Clone + Send + 'static,
) -> Answer<(T, u32)> {
    ready(()).await;
    Ok((value, more.into()))
}

#[transactional_async(manager = Database("cfg"))]
async fn configured(#[cfg(any())] _gone: OnlyOne, #[cfg(all())] here: u32) -> Answer<u32> {
    Ok(here)
}

#[transactional_async(manager = Database("question"))]
async fn question(text: String) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    assert!(in_transaction());
    if text.is_empty() {
        return Err("empty".into());
    }
    let number: TaskletFuture<Answer<usize>> = plain(text.clone(), vec![], Arc::default(), 0);
    let length = number.await?;
    Ok(text.parse::<u32>()? + length as u32)
}

fn main() {
    assert_eq!(plain("abc".to_owned(), vec![], Arc::default(), 0).get_result(), Ok(4));
    assert_eq!(from_a_pattern(State(Database("four")), (1, 2)).get_result(), Ok(1));
    let row = Row { id: 7, database: Database("row") };
    assert_eq!(from_a_field(row.clone()).get_result(), Ok((7, Database("row"))));
    assert_eq!(from_an_argument(row, 1).get_result(), Ok(8));
    assert_eq!(moved(OnlyOne("x".to_owned())).get_result(), Ok("x".to_owned()));
    assert_eq!(local("y".into()).get_result(), Ok("y".into()));
    assert_eq!(generic("z", 1_u8).get_result(), Ok(("z", 1)));
    assert_eq!(configured(3).get_result(), Ok(3));
    assert_eq!(question("12".to_owned()).get_result().unwrap(), 15);
}
