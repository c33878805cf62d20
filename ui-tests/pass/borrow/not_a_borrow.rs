//! References that never end, and those that each call chooses anew, are no borrows.

use std::future::ready;

use tasklet_core::tasklet;

#[tasklet]
async fn forever(text: &'static str, list: Vec<&'static str>) -> usize {
    ready(()).await;
    text.len() + list.len()
}

#[tasklet]
async fn pointers(call: fn(&str) -> &str, other: for<'a> fn(&'a str, &str) -> &'a str) -> usize {
    ready(()).await;
    call("four").len() + other("four", "").len()
}

#[tasklet]
async fn objects(
    call: Box<dyn Fn(&str, Option<&u32>) -> usize + Send>,
    other: Box<dyn for<'a> Fn(&'a str) -> &'a str + Send + Sync + 'static>,
) -> usize {
    ready(()).await;
    call("four", None) + other("four").len()
}

#[tasklet]
async fn generics<F>(call: F, other: impl FnOnce(&str) -> usize + Send + 'static) -> usize
where
    F: for<'a> Fn(&'a str) -> &'a str + Send + 'static,
{
    ready(()).await;
    call("four").len() + other("four")
}

fn main() {
    assert_eq!(forever("four", vec!["a"]).get_result(), 5);
    assert_eq!(pointers(str::trim, |text, _| text).get_result(), 8);
    assert_eq!(objects(Box::new(|text, _| text.len()), Box::new(str::trim)).get_result(), 8);
    assert_eq!(generics(str::trim, str::len).get_result(), 8);
}
