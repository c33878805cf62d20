//! warp: what a filter extracts is owned, so `#[toplevel]` needs no argument. Handlers have no
//! attribute of their own; a filter calls them through `and_then`.

use std::net::SocketAddr;

use hyper::body::Bytes;
use tasklet_core::prelude::*;
use warp::http::StatusCode;
use warp::reject::{Reject, Rejection};
use warp::{Filter, Reply};

use crate::support::deadline::run;
use crate::support::desk::{self, Desk, Refused, put};
use crate::support::{listen, story};

impl Reject for Refused {}

#[toplevel]
async fn sign(desk: Desk, name: Bytes) -> Result<impl Reply, Rejection> {
    let name = String::from_utf8_lossy(&name);
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile)?;
    put(desk, format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

#[test]
fn a_handler_answers_when_all_is_written() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let server = serve(desk).await;
        story::sign(server, "/sign", &mut clerk).await;
    });
}

async fn serve(desk: Desk) -> SocketAddr {
    let desk = warp::any().map(move || desk.clone());
    let sign = warp::path!("sign").and(desk).and(warp::body::bytes()).and_then(sign);
    let (listener, address) = listen().await;
    tokio::spawn(warp::serve(sign.recover(conflict)).incoming(listener).run());
    address
}

async fn conflict(rejection: Rejection) -> Result<impl Reply, Rejection> {
    if rejection.find::<Refused>().is_some() { Ok(StatusCode::CONFLICT) } else { Err(rejection) }
}
