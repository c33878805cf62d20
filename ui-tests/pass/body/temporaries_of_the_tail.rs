//! What the tail borrows from a parameter ends before the parameter does.

use std::cell::RefCell;
use std::future::ready;
use std::sync::Mutex;

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
async fn awaits(mut list: Mutex<Vec<u32>>, more: u32) -> usize {
    list.get_mut().unwrap().push(more);
    ready(()).await;
    list.lock().unwrap().len()
}

#[tasklet]
async fn runs_inline(mut list: RefCell<Vec<u32>>) -> usize {
    list.get_mut().push(1);
    list.borrow().len()
}

#[synctasklet]
async fn blocks(list: &RefCell<Vec<u32>>) -> usize {
    list.borrow_mut().push(1);
    list.borrow().len()
}

#[toplevel]
fn handles((list, _): (RefCell<Vec<u32>>, u32)) -> usize {
    list.borrow().len()
}

fn main() {
    assert_eq!(awaits(Mutex::default(), 1).get_result(), 1);
    assert_eq!(runs_inline(RefCell::default()).get_result(), 1);
    assert_eq!(blocks(&RefCell::default()), 1);
    assert_eq!(handles((RefCell::default(), 1)), 0);
}
