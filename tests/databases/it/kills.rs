//! Servers and sessions that are killed in the middle of a transaction.

use std::time::Duration;

use databases::{Place, Point, Proxy, Result, Server, Store};
use tasklet_core::{
    Transaction, TransactionErrorKind, TransactionOptions, tasklet, transaction_async,
};

use crate::halves::{Halves, left, right};

/// What a body does between its two rows, in its first attempt.
#[derive(Clone)]
enum Break {
    Session(Store),
    ServerDown(&'static Server),
    ServerDownAndUp(&'static Server),
}

impl Break {
    async fn make(&self, store: &Store) {
        match self {
            Break::Session(beside) => {
                let own = "SELECT pg_backend_pid()::bigint";
                let own = store.number(own, &[]).await.expect("it lives");
                // It waits until the session is gone.
                let kill = "SELECT pg_terminate_backend($1::int, 60000)::int::bigint";
                assert_eq!(beside.number(kill, &[own]).await.expect("it may"), 1);
            }
            Break::ServerDown(server) => server.kill(),
            Break::ServerDownAndUp(server) => {
                server.kill();
                server.restart();
            }
        }
    }
}

/// Writes the one row, breaks something in the first attempt, and writes the other one.
#[tasklet]
async fn write_and_break(halves: Halves, id: i64, what: Break) -> Result<()> {
    halves.count_body();
    left(halves.store.clone(), id).await?;
    if Transaction::current().expect("it is in one").attempt() == 1 {
        what.make(&halves.store).await;
    }
    right(halves.store, id).await.map(drop)
}

async fn write(options: TransactionOptions, halves: &Halves, id: i64, what: Break) -> Result<()> {
    let halves = halves.clone();
    transaction_async(options, move || write_and_break(halves.clone(), id, what.clone())).await
}

/// A server that a test may kill.
fn own_server() -> &'static Server {
    // It goes with the process, as the shared one does: the pools of the test are in their tasks.
    Box::leak(Box::new(Server::start_new()))
}

#[test]
fn a_transaction_whose_session_is_killed_is_tried_again() {
    databases::run(async || {
        let place = Place::postgres().await;
        let halves = Halves::at(&place).await;
        let beside = Store::open(&place.url(), 1).await;
        let options = halves.store.transaction();
        write(options, &halves, 1, Break::Session(beside)).await.expect("committed");
        assert_eq!(halves.bodies(), 2);
        halves.assert_written(&[1]).await;
    });
}

/// The one that is killed is the one that is asked to commit.
#[test]
fn a_session_that_is_killed_before_its_commit_commits_nothing_by_halves() {
    databases::run(async || {
        let place = Place::postgres().await;
        let halves = Halves::at(&place).await;
        let beside = Store::open(&place.url(), 1).await;
        let inner = halves.clone();
        let result: Result<()> = transaction_async(halves.store.transaction(), move || {
            let (halves, what) = (inner.clone(), Break::Session(beside.clone()));
            async move {
                halves.count_body();
                left(halves.store.clone(), 1).await?;
                right(halves.store.clone(), 1).await?;
                if Transaction::current().expect("it is in one").attempt() == 1 {
                    what.make(&halves.store).await;
                }
                Ok(())
            }
        })
        .await;
        match result {
            Ok(()) => {
                assert_eq!(halves.bodies(), 2);
                halves.assert_written(&[1]).await;
            }
            Err(error) => {
                assert_eq!(error.kind(), Some(TransactionErrorKind::OutcomeUnknown), "{error}");
                assert_eq!(halves.bodies(), 1);
                halves.assert_written(&[]).await;
            }
        }
    });
}

#[test]
fn a_transaction_whose_server_is_killed_and_comes_back_is_tried_again() {
    databases::run(async || {
        let server = own_server();
        let halves = Halves::at(&Place::Postgres(server.new_database().await)).await;
        halves.write(1).await.expect("committed");
        let options = halves.store.transaction();
        write(options, &halves, 2, Break::ServerDownAndUp(server)).await.expect("committed");
        assert_eq!(halves.bodies(), 3);
        halves.assert_written(&[1, 2]).await;
    });
}

#[test]
fn a_server_that_stays_down_is_an_error_and_comes_back_with_all_that_was_committed() {
    databases::run(async || {
        let server = own_server();
        let place = Place::Postgres(server.new_database().await);
        let mut halves = Halves::at(&place).await;
        halves.store = Store::open_patiently(&place.url(), 1, Duration::from_secs(2)).await;
        halves.write(1).await.expect("committed");
        let options = halves.store.transaction();
        let error = write(options, &halves, 2, Break::ServerDown(server)).await;
        let error = error.expect_err("there is no server");
        let kinds = [TransactionErrorKind::Begin, TransactionErrorKind::Retries].map(Some);
        assert!(kinds.contains(&error.kind()), "{error}");
        assert_eq!(halves.bodies(), 2, "nothing was begun any more");
        halves.write(3).await.expect_err("there is no server");
        server.restart();
        halves.assert_written(&[1]).await;
    });
}

#[test]
fn a_server_that_is_killed_with_a_commit_on_its_way_leaves_it_unknown() {
    databases::run(async || {
        for point in [Point::Asked, Point::Answered] {
            let server = own_server();
            let place = Place::Postgres(server.new_database().await);
            let proxy = Proxy::before(server);
            let halves = Halves::by_way_of(&proxy.url(&place.url()), &place).await;
            let stop = proxy.hold("COMMIT", point);
            let writing = halves.write(1);
            stop.reached().await;
            server.kill();
            stop.cut();
            let error = writing.await.expect_err("nobody knows");
            assert_eq!(error.kind(), Some(TransactionErrorKind::OutcomeUnknown), "{error}");
            assert_eq!(halves.bodies(), 1);
            server.restart();
            // What was answered is on the disk, as far as the system knows.
            let written: &[i64] = if point == Point::Asked { &[] } else { &[1] };
            halves.assert_written(written).await;
        }
    });
}
