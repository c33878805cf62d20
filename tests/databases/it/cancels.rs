//! Whoever awaits a transaction goes away, at each stage of it. It is rolled back in the
//! background, and its connection goes back as it was.

use databases::{Place, Point, Proxy, Result, Server, Store};
use tasklet_core::{Completer, SharedFuture, TaskletFuture, tasklet, toplevel, transaction_async};

use crate::halves::{Halves, both};

crate::on_both! {
    one_that_is_cancelled_in_its_body_leaves_nothing,
    one_that_is_cancelled_while_it_waits_for_a_tasklet_leaves_nothing,
    a_toplevel_that_is_dropped_finishes_its_transaction,
    a_toplevel_whose_body_is_cancelled_finishes_the_transaction_it_has_started,
    a_local_toplevel_that_is_cancelled_leaves_nothing,
    one_that_is_cancelled_at_once_is_not_torn,
    one_that_is_cancelled_while_it_waits_for_a_connection_leaves_nothing,
}

/// A place in a body at which a test meets it, once.
struct Meeting {
    reached: TaskletFuture<()>,
    go_on: Completer<()>,
    in_body: InBody,
}

/// What the body has of it.
#[derive(Clone)]
struct InBody {
    reach: std::sync::Arc<std::sync::Mutex<Option<Completer<()>>>>,
    gate: SharedFuture<()>,
}

fn meeting() -> Meeting {
    let (reach, reached) = TaskletFuture::promise();
    let (go_on, gate) = TaskletFuture::promise();
    let reach = std::sync::Arc::new(std::sync::Mutex::new(Some(reach)));
    Meeting { reached, go_on, in_body: InBody { reach, gate: gate.shared() } }
}

impl InBody {
    /// Tells the test, and waits for it.
    async fn meet(self) {
        let reach = self.reach.lock().expect("nobody panics").take();
        if let Some(reach) = reach {
            reach.set_result(());
        }
        self.gate.await;
    }
}

#[tasklet]
async fn wait(at: InBody) {
    at.meet().await;
}

/// Writes both rows, and meets the test.
#[track_caller]
fn write_and_meet(store: &Store, id: i64, at: InBody) -> TaskletFuture<Result<()>> {
    let options = store.transaction();
    let store = store.clone();
    transaction_async(options, move || {
        let (both, at) = (both(store.clone(), id), at.clone());
        async move {
            both.await?;
            at.meet().await;
            Ok(())
        }
    })
}

async fn one_that_is_cancelled_in_its_body_leaves_nothing(place: Place) {
    let halves = Halves::at(&place).await;
    let Meeting { reached, go_on, in_body } = meeting();
    let writing = write_and_meet(&halves.store, 1, in_body);
    reached.await;
    writing.cancel();
    halves.assert_written(&[]).await;
    go_on.set_result(());
}

async fn one_that_is_cancelled_while_it_waits_for_a_tasklet_leaves_nothing(place: Place) {
    let halves = Halves::at(&place).await;
    let Meeting { reached, go_on, in_body } = meeting();
    let store = halves.store.clone();
    let writing: TaskletFuture<Result<()>> =
        transaction_async(halves.store.transaction(), move || {
            let (store, in_body) = (store.clone(), in_body.clone());
            async move {
                both(store, 1).await?;
                wait(in_body).defer();
                Ok(())
            }
        });
    reached.await;
    writing.cancel();
    halves.assert_written(&[]).await;
    go_on.set_result(());
}

async fn a_toplevel_that_is_dropped_finishes_its_transaction(place: Place) {
    #[toplevel]
    async fn handle(store: Store, at: InBody) -> Result<()> {
        write_and_meet(&store, 1, at).await
    }
    let halves = Halves::at(&place).await;
    let Meeting { reached, go_on, in_body } = meeting();
    let mut handling = Box::pin(handle(halves.store.clone(), in_body));
    tokio::select! {
        result = &mut handling => panic!("it waits: {result:?}"),
        () = reached => {}
    }
    drop(handling);
    go_on.set_result(());
    // The pool's one connection is free when the transaction is over.
    halves.assert_written(&[1]).await;
}

/// Only its body stops: what that has started goes on, as ever.
async fn a_toplevel_whose_body_is_cancelled_finishes_the_transaction_it_has_started(place: Place) {
    #[toplevel(on_drop = "cancel")]
    async fn handle(store: &Store, at: InBody) -> Result<()> {
        write_and_meet(store, 1, at).await
    }
    let halves = Halves::at(&place).await;
    let Meeting { reached, go_on, in_body } = meeting();
    let mut handling = Box::pin(handle(&halves.store, in_body));
    tokio::select! {
        result = &mut handling => panic!("it waits: {result:?}"),
        () = reached => {}
    }
    drop(handling);
    go_on.set_result(());
    halves.assert_written(&[1]).await;
}

/// Nothing can go on there, nor even the rollback: the connection is cleaned on its way back.
async fn a_local_toplevel_that_is_cancelled_leaves_nothing(place: Place) {
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handle(store: Store, at: InBody) -> Result<()> {
        write_and_meet(&store, 1, at).await
    }
    let halves = Halves::at(&place).await;
    let Meeting { reached, go_on, in_body } = meeting();
    let mut handling = Box::pin(handle(halves.store.clone(), in_body));
    tokio::select! {
        result = &mut handling => panic!("it waits: {result:?}"),
        () = reached => {}
    }
    drop(handling);
    halves.assert_written(&[]).await;
    go_on.set_result(());
}

/// Mostly it has but asked for a connection; a fast database may have got further.
async fn one_that_is_cancelled_at_once_is_not_torn(place: Place) {
    let halves = Halves::at(&place).await;
    for id in 1..20 {
        halves.write(id).cancel();
    }
    halves.store.assert_clean().await;
    let written = halves.written().await;
    halves.assert_written(&written).await;
}

async fn one_that_is_cancelled_while_it_waits_for_a_connection_leaves_nothing(place: Place) {
    let halves = Halves::at(&place).await;
    let Meeting { reached, go_on, in_body } = meeting();
    let writing = write_and_meet(&halves.store, 1, in_body);
    reached.await;
    let queueing: Vec<_> = (2..5).map(|id| halves.write(id)).collect();
    tokio::task::yield_now().await;
    queueing.into_iter().for_each(TaskletFuture::cancel);
    go_on.set_result(());
    writing.await.expect("it is none of those");
    halves.assert_written(&[1]).await;
}

/// Cancels a transaction when its statement is held at a point; then that goes on, or is cut.
async fn cancel_at(statement: &str, point: Point, is_cut: bool) -> Vec<i64> {
    let place = Place::postgres().await;
    let proxy = Proxy::before(Server::shared());
    let halves = Halves::by_way_of(&proxy.url(&place.url()), &place).await;
    let stop = proxy.hold(statement, point);
    let writing = halves.write(1);
    stop.reached().await;
    writing.cancel();
    if is_cut {
        stop.cut();
    } else {
        drop(stop);
    }
    // Waits for the pool's one connection, so that all of it is over then.
    halves.store.assert_clean().await;
    let written = halves.written().await;
    halves.assert_written(&written).await;
    written
}

/// Cancels one that the server is asked these words by, wherever they are, and expects nothing.
async fn leaves_nothing(words: &str) {
    for point in [Point::Asked, Point::Sent, Point::Answered] {
        for is_cut in [false, true] {
            let written = cancel_at(words, point, is_cut).await;
            assert!(written.is_empty(), "{point:?}, {is_cut}: {written:?}");
        }
    }
}

#[test]
fn one_that_is_cancelled_in_its_begin_leaves_nothing() {
    databases::run(async || leaves_nothing("BEGIN").await);
}

#[test]
fn one_that_is_cancelled_in_a_statement_leaves_nothing() {
    databases::run(async || leaves_nothing("INSERT INTO rights").await);
}

/// A commit that was sent cannot be taken back: it is whole, or it is not at all.
#[test]
fn one_that_is_cancelled_in_its_commit_is_not_torn() {
    databases::run(async || {
        assert!(cancel_at("COMMIT", Point::Asked, true).await.is_empty(), "it has not come");
        assert_eq!(cancel_at("COMMIT", Point::Answered, true).await, [1], "it has come");
        assert_eq!(cancel_at("COMMIT", Point::Answered, false).await, [1], "it has come");
        for (point, is_cut) in [(Point::Asked, false), (Point::Sent, false), (Point::Sent, true)] {
            let written = cancel_at("COMMIT", point, is_cut).await;
            assert!(written == [1] || written.is_empty(), "{written:?}");
        }
    });
}
