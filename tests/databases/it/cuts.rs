//! The connection is cut: before the commit it is tried again, during the commit nobody knows, and
//! after it all is well.

use databases::{Place, Point, Proxy, Server, eventually};
use tasklet_core::{Context, TransactionErrorKind};

use crate::halves::Halves;

/// The halves by way of a proxy.
async fn behind_a_proxy() -> (Proxy, Halves) {
    let place = Place::postgres().await;
    let proxy = Proxy::before(Server::shared());
    let halves = Halves::by_way_of(&proxy.url(&place.url()), &place).await;
    (proxy, halves)
}

#[test]
fn a_connection_that_is_cut_before_the_commit_is_tried_again_with_another() {
    databases::run(async || {
        for point in [Point::Asked, Point::Sent, Point::Answered] {
            for statement in ["INSERT INTO lefts", "INSERT INTO rights"] {
                let (proxy, halves) = behind_a_proxy().await;
                let stop = proxy.cut(statement, point);
                halves.write(1).await.expect("committed in the second attempt");
                assert!(stop.is_reached());
                assert_eq!(halves.bodies(), 2);
                halves.assert_written(&[1]).await;
                // The other tasklet of the first attempt has failed as well, for the same reason.
                assert!(Context::current().take_errors().is_empty(), "it is tried again");
            }
        }
    });
}

#[test]
fn without_another_attempt_it_is_a_definite_error() {
    databases::run(async || {
        let (proxy, halves) = behind_a_proxy().await;
        let _stop = proxy.cut("INSERT INTO rights", Point::Answered);
        let error = halves.write_with(halves.store.transaction().retries(0), 1).await;
        let error = error.expect_err("there is no other attempt");
        assert!(error.transaction().is_none_or(|error| !error.is_outcome_unknown()), "{error}");
        assert_eq!(halves.bodies(), 1);
        halves.assert_written(&[]).await;
    });
}

#[test]
fn a_begin_whose_connection_is_cut_is_made_with_another() {
    databases::run(async || {
        for point in [Point::Asked, Point::Sent, Point::Answered] {
            let (proxy, halves) = behind_a_proxy().await;
            let _stop = proxy.cut("BEGIN", point);
            halves.write(1).await.expect("begun again");
            assert_eq!(halves.bodies(), 1);
            halves.assert_written(&[1]).await;
        }
    });
}

/// Whether the database has committed or not: nobody has said so, and it is not done again.
#[test]
fn a_commit_whose_connection_is_cut_is_unknown_and_never_tried_again() {
    databases::run(async || {
        for point in [Point::Asked, Point::Sent, Point::Answered] {
            let (proxy, halves) = behind_a_proxy().await;
            let _stop = proxy.cut("COMMIT", point);
            let error = halves.write(1).await.expect_err("nobody knows");
            assert_eq!(error.kind(), Some(TransactionErrorKind::OutcomeUnknown), "{point:?}");
            assert!(error.transaction().expect("it is one").is_outcome_unknown());
            assert!(std::error::Error::source(error.transaction().expect("it is one")).is_some());
            assert_eq!(halves.bodies(), 1, "{point:?}");
            match point {
                Point::Asked => halves.assert_written(&[]).await,
                Point::Answered => halves.assert_written(&[1]).await,
                _ => {
                    // The server finishes what it was sent, in its own time.
                    eventually("committed", async || halves.written().await == [1]).await;
                    halves.assert_written(&[1]).await;
                }
            }
        }
    });
}

#[test]
fn a_connection_that_is_cut_after_the_commit_does_no_harm() {
    databases::run(async || {
        let (proxy, halves) = behind_a_proxy().await;
        let stop = proxy.cut("COMMIT", Point::Delivered);
        halves.write(1).await.expect("committed");
        stop.reached().await;
        assert_eq!(halves.bodies(), 1);
        halves.write(2).await.expect("with another connection");
        halves.assert_written(&[1, 2]).await;
    });
}

/// Each message of a transaction, at each of its points.
#[test]
fn wherever_it_is_cut_the_answer_is_true() {
    databases::run(async || {
        let (proxy, halves) = behind_a_proxy().await;
        halves.write(0).await.expect("committed");
        let before = proxy.count("");
        halves.write(1).await.expect("committed");
        let statements = (proxy.count("") - before) as u64;
        let (mut id, mut expected, mut unknown) = (1, vec![0, 1], Vec::new());
        for point in [Point::Asked, Point::Sent, Point::Answered, Point::Delivered] {
            for nth in 1..=statements {
                id += 1;
                let (bodies, stop) = (halves.bodies(), proxy.cut_nth(nth, point));
                let result = halves.write(id).await;
                stop.reached().await;
                let bodies = halves.bodies() - bodies;
                match result {
                    Ok(()) => expected.push(id),
                    Err(error) => {
                        let error = error.transaction().unwrap_or_else(|| panic!("{error}"));
                        assert!(error.is_outcome_unknown(), "{nth}, {point:?}: {error}");
                        assert_eq!(error.attempts(), bodies, "{nth}, {point:?}");
                        unknown.push((nth, point));
                        if matches!(point, Point::Sent | Point::Answered) {
                            let is_there = async || halves.written().await.contains(&id);
                            eventually("the server has committed", is_there).await;
                            expected.push(id);
                        }
                    }
                }
                assert_eq!(halves.written().await, expected, "{nth}, {point:?}");
            }
        }
        // The commit itself; and one that is sent into a connection that was cut just before.
        let last = (statements - 1, Point::Delivered);
        unknown.retain(|at| *at != last);
        let commit = [Point::Asked, Point::Sent, Point::Answered].map(|at| (statements, at));
        assert_eq!(unknown, commit);
        halves.assert_written(&expected).await;
    });
}
