//! Tuples, arrays and boxes of futures, taken apart again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn post() -> u32 {
    let (one, two) = (start(1), start(2)).join_all().get_result();
    let boxed = Box::new(start(1));
    let counted = Rc::new(start(1));
    let shared = Arc::new(start(1));
    let cell = Cell::new(Some(start(1)));
    let mut sum = one + two + (*boxed).get_result();
    sum += Rc::into_inner(counted).map_or(0, TaskletFuture::get_result);
    sum += Arc::try_unwrap(shared).expect("there is one").get_result();
    sum += cell.take().map_or(0, TaskletFuture::get_result);
    sum += RefCell::new(start(1)).into_inner().get_result();
    let locked = Mutex::new(start(1));
    sum + locked.into_inner().expect("nobody panics").get_result()
}

fn main() {
    assert_eq!(post(), 9);
}
