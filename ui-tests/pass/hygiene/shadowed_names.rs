//! Whatever the user calls their own things, expansions mean the real ones.
#![allow(dead_code, non_camel_case_types)]

mod core {}
mod std {}
mod alloc {}
mod tasklet_core {}

struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Send;
struct Future;
struct TaskletFuture;
struct Infallible;
struct Info;
fn start() {}
fn never() {}
macro_rules! module_path {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! panic {
    () => {
        compile_error!("not this one")
    };
}

async fn pause() {}

#[::tasklet_core::tasklet]
async fn awaits(a: u32, (b, r_): (u32, u32), _: u8, _guard: u8) -> u32 {
    pause().await;
    let arg_ = 1;
    a + b + arg_ + r_
}

#[::tasklet_core::tasklet]
async fn runs_inline(result_: u32) -> u32 {
    result_
}

#[::tasklet_core::tasklet(?Send)]
async fn stays() {
    pause().await;
}

#[::tasklet_core::tasklet]
async fn never_ends() -> ! {
    loop {
        pause().await;
    }
}

#[::tasklet_core::synctasklet]
async fn blocks(text: &str) -> usize {
    pause().await;
    text.len()
}

#[::tasklet_core::toplevel]
async fn handles(text: ::std::string::String) -> usize {
    pause().await;
    text.len()
}

#[::tasklet_core::toplevel]
fn handles_blocking(text: &str) -> usize {
    text.len()
}

fn main() {
    assert_eq!(awaits(1, (2, 3), 4, 5).get_result(), 7);
    assert_eq!(runs_inline(1).get_result(), 1);
    stays().get_result();
    assert_eq!(blocks("four"), 4);
    assert_eq!(handles_blocking("four"), 4);
    drop(handles(::std::string::String::new()));
}
