//! A tasklet is not generic over how long its parameters live.

use std::borrow::Cow;

use tasklet_core::tasklet;

#[tasklet]
async fn reference<'a>(name: &'a str) -> &'a str {
    name
}

#[tasklet]
async fn path<'a, T: 'a + Clone>(name: Cow<'a, T>) -> usize {
    size_of_val(&name)
}

#[tasklet]
async fn mixed<'a>(call: Box<dyn for<'b> Fn(&'b str) -> &'a str>) -> usize {
    call("").len()
}

fn main() {
    reference("").get_result();
}
