//! salvo: request, response and depot are borrowed. So a handler is `on_drop = "cancel"`, or takes
//! what it needs and calls a toplevel that owns all.
//!
//! `#[handler]` may stand above `#[toplevel]` or below it. Above an `impl` it takes a method
//! `handle`, which may be a toplevel too.

use std::net::SocketAddr;

use salvo::conn::tcp::TcpAcceptor;
use salvo::http::StatusError;
use salvo::{Depot, Request, Router, Server, handler};
use tasklet_core::prelude::*;

use crate::support::deadline::run;
use crate::support::desk::{self, Desk, Refused, put};
use crate::support::{listen, story};

#[handler]
#[toplevel(on_drop = "cancel")]
async fn sign(request: &mut Request, depot: &mut Depot) -> Result<String, StatusError> {
    let (desk, name) = (desk_of(depot), text(request).await?);
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile).map_err(conflict)?;
    put(desk.clone(), format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

#[toplevel(on_drop = "cancel")]
#[handler]
async fn sign_flipped(request: &mut Request, depot: &mut Depot) -> Result<String, StatusError> {
    let (desk, name) = (desk_of(depot), text(request).await?);
    desk::sign(desk.clone(), name).await.map_err(conflict)
}

#[handler]
async fn sign_owned(request: &mut Request, depot: &mut Depot) -> Result<String, StatusError> {
    let (desk, name) = (desk_of(depot), text(request).await?);
    sign_whatever_happens(desk.clone(), name).await.map_err(conflict)
}

#[toplevel]
async fn sign_whatever_happens(desk: Desk, name: String) -> Result<String, Refused> {
    desk::sign(desk, name).await
}

/// A handler with fields.
struct Sign(Desk);

#[handler]
impl Sign {
    #[toplevel(on_drop = "cancel")]
    async fn handle(&self, request: &mut Request) -> Result<String, StatusError> {
        desk::sign(self.0.clone(), text(request).await?).await.map_err(conflict)
    }
}

/// Lays the desk into the depot.
struct Hire(Desk);

#[handler]
impl Hire {
    async fn handle(&self, depot: &mut Depot) {
        depot.insert_typed(self.0.clone());
    }
}

fn desk_of(depot: &Depot) -> &Desk {
    depot.get_typed().expect("the desk was laid into the depot")
}

async fn text(request: &mut Request) -> Result<String, StatusError> {
    let body = request.payload().await.map_err(|_| StatusError::bad_request())?;
    Ok(String::from_utf8_lossy(body).into_owned())
}

fn conflict(_: Refused) -> StatusError {
    StatusError::conflict()
}

#[test]
fn handlers_answer_when_all_is_written() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let server = serve(desk).await;
        for path in ["/sign", "/flipped", "/owned", "/method"] {
            story::sign(server, path, &mut clerk).await;
        }
    });
}

async fn serve(desk: Desk) -> SocketAddr {
    let router = Router::new()
        .hoop(Hire(desk.clone()))
        .push(Router::with_path("sign").post(sign))
        .push(Router::with_path("flipped").post(sign_flipped))
        .push(Router::with_path("owned").post(sign_owned))
        .push(Router::with_path("method").post(Sign(desk)));
    let (listener, address) = listen().await;
    let acceptor = TcpAcceptor::try_from(listener).expect("the socket is open");
    tokio::spawn(Server::new(acceptor).serve(router));
    address
}
