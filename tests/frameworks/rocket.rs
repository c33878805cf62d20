//! Rocket: state is borrowed, `&State<T>`, and bodies may be: `&str`. So a handler is
//! `on_drop = "cancel"`, or clones its state and calls a toplevel that owns all.
//!
//! The attribute of the route may stand above `#[toplevel]` or below it.

use std::net::{Ipv4Addr, SocketAddr};

use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::{Config, State, post, routes};
use tasklet_core::prelude::*;
use tokio::sync::oneshot;

use crate::support::deadline::run;
use crate::support::desk::{self, Desk, Refused, put};
use crate::support::story;

#[post("/sign", data = "<name>")]
#[toplevel(on_drop = "cancel")]
async fn sign(desk: &State<Desk>, name: &str) -> Result<String, Status> {
    let user = put(Desk::clone(desk), format!("user {name}"));
    let profile = put(Desk::clone(desk), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile).map_err(conflict)?;
    put(Desk::clone(desk), format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

#[toplevel(on_drop = "cancel")]
#[post("/flipped", data = "<name>")]
async fn sign_flipped(desk: &State<Desk>, name: &str) -> Result<String, Status> {
    desk::sign(Desk::clone(desk), name.to_owned()).await.map_err(conflict)
}

#[post("/owned", data = "<name>")]
async fn sign_owned(desk: &State<Desk>, name: String) -> Result<String, Status> {
    sign_whatever_happens(Desk::clone(desk), name).await.map_err(conflict)
}

#[toplevel]
async fn sign_whatever_happens(desk: Desk, name: String) -> Result<String, Refused> {
    desk::sign(desk, name).await
}

/// Rocket calls it on the thread of an async task; where the runtime has other threads, it may
/// block.
#[post("/blocking", data = "<name>")]
#[toplevel]
fn sign_blocking(desk: &State<Desk>, name: &str) -> Result<String, Status> {
    let user = put(Desk::clone(desk), format!("user {name}"));
    let profile = put(Desk::clone(desk), format!("profile {name}"));
    let both = [user, profile].try_join_all().get_result();
    let [user, profile] = both.map_err(conflict)?;
    put(Desk::clone(desk), format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

fn conflict(_: Refused) -> Status {
    Status::Conflict
}

#[test]
fn handlers_answer_when_all_is_written() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let server = serve(desk).await;
        for path in ["/sign", "/flipped", "/owned", "/blocking"] {
            story::sign(server, path, &mut clerk).await;
        }
    });
}

async fn serve(desk: Desk) -> SocketAddr {
    let config = Config {
        port: 0,
        log_level: LogLevel::Off,
        shutdown: Shutdown { ctrlc: false, ..Shutdown::default() },
        ..Config::debug_default()
    };
    let (tell, bound) = oneshot::channel();
    let on_liftoff = AdHoc::on_liftoff("tell the port", move |rocket| {
        let port = rocket.config().port;
        Box::pin(async move { tell.send(port).expect("the test waits") })
    });
    let rocket = rocket::custom(config)
        .manage(desk)
        .attach(on_liftoff)
        .mount("/", routes![sign, sign_flipped, sign_owned, sign_blocking]);
    tokio::spawn(rocket.launch());
    let port = bound.await.expect("Rocket lifts off");
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
