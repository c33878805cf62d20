//! A handler that is stopped with its caller may borrow, and is `Send` if its parts are.

use tasklet_core::toplevel;

struct App {
    name: String,
}

impl App {
    #[toplevel(on_drop = "cancel")]
    async fn handle(&self, body: &str) -> usize {
        std::future::ready(()).await;
        self.name.len() + body.len()
    }
}

#[toplevel(on_drop = "cancel")]
async fn named<'a>(body: &'a mut String) -> &'a str {
    std::future::ready(()).await;
    body.push('!');
    body
}

fn assert_send<T: Send>(_: &T) {}

fn main() {
    let app = App { name: "app".to_owned() };
    let future = app.handle("body");
    assert_send(&future);
    let mut body = String::new();
    let future = named(&mut body);
    assert_send(&future);
}
