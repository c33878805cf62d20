//! axum: extractors are owned, so `#[toplevel]` needs no argument.
//!
//! Handlers have no attribute, but for `#[axum::debug_handler]`, which turns a `Handler<_, _> is
//! not satisfied` into a reason. It may stand above `#[toplevel]` or below it.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::post;
use tasklet_core::prelude::*;

use crate::support::deadline::run;
use crate::support::desk::{self, Desk, Refused, put};
use crate::support::leaving::{Door, door};
use crate::support::{listen, story};

#[toplevel]
async fn sign(State(desk): State<Desk>, name: String) -> Result<String, StatusCode> {
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile).map_err(conflict)?;
    put(desk, format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

#[axum::debug_handler]
#[toplevel]
async fn sign_debugged_above(State(desk): State<Desk>, name: String) -> Result<String, StatusCode> {
    desk::sign(desk, name).await.map_err(conflict)
}

#[toplevel]
#[axum::debug_handler]
async fn sign_debugged_below(State(desk): State<Desk>, name: String) -> impl IntoResponse {
    desk::sign(desk, name).await.map_err(conflict)
}

#[toplevel(on_drop = "cancel")]
async fn sign_or_stop(State(desk): State<Desk>, name: String) -> Result<String, StatusCode> {
    desk::sign(desk, name).await.map_err(conflict)
}

fn conflict(_: Refused) -> StatusCode {
    StatusCode::CONFLICT
}

/// What an application has that was written for blocking handlers.
#[toplevel]
fn sign_blocking(desk: &Desk, name: &str) -> Result<String, Refused> {
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let [user, profile] = [user, profile].try_join_all().get_result()?;
    put(desk.clone(), format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

async fn sign_on_a_thread(State(desk): State<Desk>, name: String) -> Result<String, StatusCode> {
    let signed = tokio::task::spawn_blocking(move || sign_blocking(&desk, &name)).await;
    signed.expect("the handler does not panic").map_err(conflict)
}

#[test]
fn async_handlers_answer_when_all_is_written() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let server = serve(router(desk)).await;
        for path in ["/sign", "/debugged/above", "/debugged/below", "/or/stop"] {
            story::sign(server, path, &mut clerk).await;
        }
    });
}

#[test]
fn a_blocking_handler_answers_from_its_own_thread() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let server = serve(router(desk)).await;
        story::sign(server, "/blocking", &mut clerk).await;
    });
}

#[test]
fn a_client_that_leaves_does_not_stop_the_work() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let (door, mut porter) = door();
        let server = serve(watched(router(desk), door)).await;
        story::leave_and_be_finished(server, "/sign", &mut clerk, &mut porter).await;
    });
}

#[test]
fn a_handler_that_is_cancelled_finishes_no_more_than_it_has_started() {
    run(async {
        let (desk, mut clerk) = desk::open();
        let (door, mut porter) = door();
        let (listener, server) = listen().await;
        let router = watched(router(desk), door);
        let serving = tokio::spawn(axum::serve(listener, router).into_future());

        let (user, profile) = story::leave(server, "/or/stop", &mut clerk, &mut porter).await;
        profile.approve();
        user.approve();
        assert_eq!(clerk.wait_for_written(2).await, ["profile ada", "user ada"]);
        // With the server ends the last one who could leave a note.
        serving.abort();
        assert!(clerk.next().await.is_none(), "the body has left a note");
    });
}

fn router(desk: Desk) -> Router {
    Router::new()
        .route("/sign", post(sign))
        .route("/debugged/above", post(sign_debugged_above))
        .route("/debugged/below", post(sign_debugged_below))
        .route("/or/stop", post(sign_or_stop))
        .route("/blocking", post(sign_on_a_thread))
        .with_state(desk)
}

/// Tells when the server drops a handler.
fn watched(router: Router, door: Door) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let guard = door.enter();
        async move {
            let answer = next.run(request).await;
            drop(guard);
            answer
        }
    }))
}

async fn serve(router: Router) -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}
