//! A borrow deep inside of a type is a borrow.

use std::borrow::Cow;
use std::collections::HashMap;

use tasklet_core::tasklet;

#[tasklet]
async fn in_list(names: Vec<&str>) -> usize {
    names.len()
}

#[tasklet]
async fn in_map((names, _): (HashMap<String, Option<&'static &u32>>, u32)) -> usize {
    names.len()
}

#[tasklet]
async fn elided(name: Cow<'_, str>) -> usize {
    name.len()
}

#[tasklet]
async fn object(call: Box<dyn Fn(&str) -> usize + '_>) -> usize {
    call("")
}

fn main() {}
