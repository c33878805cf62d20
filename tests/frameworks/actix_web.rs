//! actix-web: extractors are owned, and handlers stay on their thread, so that they need not be
//! `Send`. `#[toplevel(?Send)]` keeps it so, and finishes there what a client has left;
//! `#[toplevel]` is for handlers that happen to be `Send`: without `HttpRequest`,
//! `actix_web::Error`, `HttpResponse`.
//!
//! The attribute of the route may stand above `#[toplevel]` or below it.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use actix_web::dev::Service as _;
use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpServer, Responder, ResponseError, post, rt};
use tasklet_core::prelude::*;

use crate::support::deadline::run_blocking;
use crate::support::desk::{self, Clerk, Desk, Refused, put};
use crate::support::leaving::{Door, Porter, door};
use crate::support::story;

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::CONFLICT
    }
}

#[post("/local")]
#[toplevel(?Send)]
async fn sign_local(
    desk: Data<Desk>,
    request: HttpRequest,
    name: String,
) -> actix_web::Result<String> {
    let signed = Rc::new(RefCell::new(Vec::new()));
    let user = put_and_list(Rc::clone(&signed), Desk::clone(&desk), format!("user {name}"));
    let profile = put_and_list(Rc::clone(&signed), Desk::clone(&desk), format!("profile {name}"));
    try_join!(user, profile)?;
    assert_eq!(request.path(), "/local", "the request is still here");

    put(Desk::clone(&desk), format!("note {name}")).defer();
    let mut signed = signed.take();
    // The clerk may have begun with the profile.
    signed.sort_by(|a, b| b.cmp(a));
    Ok(signed.join(", "))
}

/// Shares what it cannot share between threads.
#[tasklet(?Send)]
async fn put_and_list(
    list: Rc<RefCell<Vec<String>>>,
    desk: Desk,
    what: String,
) -> Result<(), Refused> {
    let what = put(desk, what).await?;
    list.borrow_mut().push(what);
    Ok(())
}

#[toplevel(?Send)]
#[post("/local/flipped")]
async fn sign_local_flipped(desk: Data<Desk>, name: String) -> actix_web::Result<String> {
    let desk = Rc::new(Desk::clone(&desk));
    Ok(desk::sign(Desk::clone(&desk), name).await?)
}

#[post("/send")]
#[toplevel]
async fn sign_send(desk: Data<Desk>, name: String) -> Result<String, Refused> {
    let user = put(Desk::clone(&desk), format!("user {name}"));
    let profile = put(Desk::clone(&desk), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile)?;
    put(Desk::clone(&desk), format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

#[toplevel]
#[post("/send/flipped")]
async fn sign_send_flipped(desk: Data<Desk>, name: String) -> Result<String, Refused> {
    desk::sign(Desk::clone(&desk), name).await
}

#[toplevel(?Send)]
async fn sign_routed(desk: Data<Desk>, name: String) -> impl Responder {
    desk::sign(Desk::clone(&desk), name).await
}

#[test]
fn handlers_answer_when_all_is_written() {
    run(async |server, mut clerk, _porter| {
        for path in ["/local", "/local/flipped", "/send", "/send/flipped", "/routed"] {
            story::sign(server, path, &mut clerk).await;
        }
    });
}

#[test]
fn a_client_that_leaves_does_not_stop_the_work_of_a_local_handler() {
    run(async |server, mut clerk, mut porter| {
        story::leave_and_be_finished(server, "/local", &mut clerk, &mut porter).await;
    });
}

#[test]
fn a_client_that_leaves_does_not_stop_the_work_of_a_send_handler() {
    run(async |server, mut clerk, mut porter| {
        story::leave_and_be_finished(server, "/send", &mut clerk, &mut porter).await;
    });
}

/// Runs a test beside its server, both on actix's own runtime.
fn run(test: impl AsyncFnOnce(SocketAddr, Clerk, Porter) + Send + 'static) {
    run_blocking(|| {
        System::new().block_on(async {
            let (desk, clerk) = desk::open();
            let (door, porter) = door();
            test(serve(desk, door), clerk, porter).await;
        });
    });
}

fn serve(desk: Desk, door: Door) -> SocketAddr {
    let desk = Data::new(desk);
    let app = move || {
        let door = door.clone();
        App::new()
            .app_data(Data::clone(&desk))
            .wrap_fn(move |request, service| {
                let guard = door.enter();
                let answer = service.call(request);
                async move {
                    let answer = answer.await;
                    drop(guard);
                    answer
                }
            })
            .service(sign_local)
            .service(sign_local_flipped)
            .service(sign_send)
            .service(sign_send_flipped)
            .route("/routed", web::post().to(sign_routed))
    };
    // Otherwise a client that has left counts as one that has said all, and waits for its answer.
    let server = HttpServer::new(app).h1_allow_half_closed(false).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").expect("a port is free");
    let address = server.addrs()[0];
    rt::spawn(server.run());
    address
}
