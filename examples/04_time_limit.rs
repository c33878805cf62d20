//! A time limit gives the future back, the first of several hands back the rest: nothing is
//! dropped.

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn ask(server: &'static str, answers_after: Duration) -> &'static str {
    sleep(answers_after).await;
    server
}

#[synctasklet]
async fn run() {
    let slow = ask("far away", Duration::from_millis(50));
    let slow = match slow.timeout(Duration::from_millis(10)).await {
        Ok(server) => return println!("{server} was quick"),
        Err(late) => {
            println!("{late}; it goes on");
            late.into_inner()
        }
    };

    let near = ask("near by", Duration::from_millis(10));
    if let Some((first, rest)) = wait_any([slow, near]).await {
        println!("{} was first", first.await);
        for other in rest.join_all().await {
            println!("{other} came later");
        }
    }
}

fn main() {
    run();
}
