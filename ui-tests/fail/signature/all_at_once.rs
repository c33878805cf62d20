//! All that is wrong with one function is said at once, and its callers hear nothing.

use tasklet_core::tasklet;

#[tasklet(?Sned, on_drop = "cancel")]
#[tasklet]
fn fetch(name: &str, (mut list, _): (Vec<&str>, u32), mut count: u32) -> Option<String> {
    count += 1;
    list.push(name);
    Some(list.join(&count.to_string()))
}

fn main() {
    let _name: Option<String> = fetch("", (Vec::new(), 1), 2).get_result();
}
