//! Tuples, arrays and boxes of futures, as statements.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn post() {
    (start(1), start(2));
    [start(1), start(2)];
    vec![start(1)];
    Box::new(start(1));
    Rc::new(start(1));
    Arc::new(start(1));
    Box::new((1, Some(start(1))));
    Cell::new(start(1));
    RefCell::new(start(1));
    Mutex::new(start(1));
    Box::pin(start(1));
}

fn main() {
    post();
}
