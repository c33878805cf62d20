//! A body that is half typed is rustc's to judge, once; callers hear nothing.

use tasklet_core::{synctasklet, tasklet};

#[tasklet]
async fn field(name: String) -> usize {
    name.;
    1
}

#[synctasklet]
async fn value(name: &str) -> usize {
    let length = ;
    name.len()
}

fn main() {
    let _field: usize = field(String::new()).get_result();
    let _value: usize = value("");
}
