//! poem: what a request brings is owned, and state is borrowed: `Data<&T>`. So a handler with both
//! is `on_drop = "cancel"`, or clones its state and calls a toplevel that owns all.
//!
//! `#[handler]` may stand above `#[toplevel]` or below it.

use std::net::SocketAddr;

use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::{EndpointExt as _, IntoResponse, Route, Server, handler, post};
use tasklet_core::prelude::*;

use crate::support::deadline::run;
use crate::support::desk::{self, Desk, Refused, put};
use crate::support::{listen, story};

#[handler]
#[toplevel(on_drop = "cancel")]
async fn sign(Data(desk): Data<&Desk>, name: String) -> poem::Result<String> {
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile).map_err(conflict)?;
    put(desk.clone(), format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

#[toplevel(on_drop = "cancel")]
#[handler]
async fn sign_flipped(Data(desk): Data<&Desk>, name: String) -> poem::Result<impl IntoResponse> {
    desk::sign(desk.clone(), name).await.map_err(conflict)
}

#[handler]
async fn sign_owned(Data(desk): Data<&Desk>, name: String) -> poem::Result<String> {
    sign_whatever_happens(desk.clone(), name).await.map_err(conflict)
}

#[toplevel]
async fn sign_whatever_happens(desk: Desk, name: String) -> Result<String, Refused> {
    desk::sign(desk, name).await
}

fn conflict(refused: Refused) -> poem::Error {
    poem::Error::new(refused, StatusCode::CONFLICT)
}

#[test]
fn handlers_answer_when_all_is_written() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let server = serve(desk).await;
        for path in ["/sign", "/flipped", "/owned"] {
            story::sign(server, path, &mut clerk).await;
        }
    });
}

async fn serve(desk: Desk) -> SocketAddr {
    let route = Route::new()
        .at("/sign", post(sign))
        .at("/flipped", post(sign_flipped))
        .at("/owned", post(sign_owned))
        .data(desk);
    let (listener, address) = listen().await;
    let acceptor = TcpAcceptor::from_tokio(listener).expect("the socket is open");
    tokio::spawn(Server::new_with_acceptor(acceptor).run(route));
    address
}
