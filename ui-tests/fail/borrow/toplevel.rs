//! A toplevel that is finished without its caller owns its parameters.

use tasklet_core::toplevel;

struct App;

impl App {
    #[toplevel]
    async fn method(&self, body: &str) -> usize {
        body.len()
    }
}

#[toplevel(on_drop = "finish")]
async fn function(body: &str) -> usize {
    body.len()
}

#[toplevel(?Send)]
async fn local((body, _): (&str, u32)) -> impl std::fmt::Display {
    body.len()
}

fn main() {
    drop((App.method(""), function(""), local(("", 1))));
}
