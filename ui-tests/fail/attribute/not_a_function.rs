//! The attributes belong on functions.

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
pub struct Record;

#[synctasklet]
pub mod inner {}

#[toplevel]
impl Record {
    fn name() {}
}

#[tasklet]
pub(crate) const NUMBER: u32 = 1;

fn main() {
    let _record = Record;
    Record::name();
    assert_eq!(NUMBER, 1);
}
