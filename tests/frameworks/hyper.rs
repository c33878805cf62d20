//! hyper: a handler is a function from a request to a response, and owns both.
//!
//! Where the connection is a task of its own the handler is `Send`; on a `LocalSet` it need not be.

use std::rc::Rc;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tasklet_core::prelude::*;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

use crate::support::deadline::{run, run_blocking};
use crate::support::desk::{self, Desk, Refused, put};
use crate::support::{listen, story};

#[toplevel]
async fn sign(desk: Desk, request: Request<Incoming>) -> hyper::Result<Response<String>> {
    let name = text(request).await?;
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let (user, profile) = match try_join!(user, profile) {
        Ok(both) => both,
        Err(refused) => return Ok(conflict(refused)),
    };
    put(desk, format!("note {name}")).defer();
    Ok(Response::new(format!("{user}, {profile}")))
}

/// Holds an `Rc` while it waits.
#[toplevel(?Send)]
async fn sign_local(desk: Rc<Desk>, request: Request<Incoming>) -> hyper::Result<Response<String>> {
    let name = text(request).await?;
    let signed = desk::sign(Desk::clone(&desk), name).await;
    Ok(signed.map(Response::new).unwrap_or_else(conflict))
}

/// Fails if the client does not send what it has promised.
async fn text(request: Request<Incoming>) -> hyper::Result<String> {
    let body = request.collect().await?.to_bytes();
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn conflict(_: Refused) -> Response<String> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::CONFLICT;
    response
}

#[test]
fn a_handler_on_tasks_of_their_own_answers_when_all_is_written() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let (listener, server) = listen().await;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = desk.clone();
                let service = service_fn(move |request| sign(desk.clone(), request));
                let http = http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        story::sign(server, "/", &mut clerk).await;
    });
}

#[test]
fn a_handler_on_a_local_set_answers_when_all_is_written() {
    run_blocking(|| {
        let runtime = Builder::new_current_thread().enable_io().build();
        let local = LocalSet::new();
        let test = local.run_until(async {
            let (desk, mut clerk) = desk::open();
            let (listener, server) = listen().await;
            let desk = Rc::new(desk);
            spawn_local(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let desk = Rc::clone(&desk);
                    let service = service_fn(move |request| sign_local(Rc::clone(&desk), request));
                    let http = http1::Builder::new();
                    spawn_local(http.serve_connection(TokioIo::new(stream), service));
                }
            });
            story::sign(server, "/", &mut clerk).await;
        });
        runtime.expect("a runtime can be built").block_on(test);
    });
}
