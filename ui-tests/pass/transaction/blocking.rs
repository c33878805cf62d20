//! Functions that block for their transaction, and functions in no transaction.

#![deny(warnings)]

#[path = "../../support/database.rs"]
mod database;

use std::fmt::Display;
use std::future::ready;
use std::rc::Rc;

use database::Database;
use tasklet_core::{TransactionError, in_transaction, non_transactional, tasklet, transactional};

#[tasklet]
async fn length(text: String) -> usize {
    ready(()).await;
    text.len()
}

#[transactional(manager = Database("async"))]
async fn waits(text: &str, list: &[u32]) -> Result<usize, String> {
    assert!(in_transaction());
    Ok(length(text.to_owned()).await + list.len())
}

#[transactional(manager = Database("plain"))]
fn blocks<'a>(text: &'a str, mut list: Vec<u32>) -> Result<&'a str, TransactionError> {
    list.push(1);
    assert_eq!(length(text.to_owned()).get_result(), 4);
    Ok(text)
}

#[transactional(manager = Database("opaque"))]
fn opaque(text: Rc<str>) -> Result<impl Display, String> {
    Ok(text)
}

#[transactional(manager = Database("mutable"), retries = 0)]
fn pushes(list: &mut Vec<u32>) -> Result<(), String> {
    list.push(nothing_around(list.len()));
    Ok(())
}

#[non_transactional]
fn nothing_around(number: usize) -> u32 {
    assert!(!in_transaction());
    number as u32
}

#[non_transactional(allow_existing = false)]
fn never_inside(text: &str) -> Result<usize, String> {
    Ok(text.len())
}

#[non_transactional(allow_existing = false)]
async fn never_started_inside(text: String) -> Result<usize, String> {
    Ok(length(text).await)
}

#[non_transactional(?Send, allow_existing = false)]
async fn local(text: Rc<str>) -> Result<Rc<str>, String> {
    ready(()).await;
    Ok(text)
}

#[transactional(manager = Database("inside"))]
async fn inside() -> Result<usize, String> {
    assert!(never_inside("text").is_err());
    never_started_inside("text".to_owned()).await
}

fn main() {
    assert_eq!(waits("four", &[1]), Ok(5));
    assert_eq!(blocks("four", vec![]).unwrap(), "four");
    assert_eq!(opaque("x".into()).unwrap().to_string(), "x");
    let mut list = vec![];
    pushes(&mut list).unwrap();
    assert_eq!(list, [0]);
    assert_eq!(never_inside("four"), Ok(4));
    assert_eq!(never_started_inside("four".to_owned()).get_result(), Ok(4));
    assert_eq!(local("four".into()).get_result(), Ok("four".into()));
    assert!(inside().unwrap_err().contains("must not be called in a transaction"));
}
