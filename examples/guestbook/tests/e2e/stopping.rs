//! Ctrl-C and SIGTERM: nothing new is accepted, and what was started is finished.

use rustix::process::Signal;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::support::{Book, Db, GUESTBOOK, raw_post};

crate::on_both!(
    ctrl_c_lets_a_request_in_flight_finish,
    sigterm_finishes_what_a_vanished_client_started,
    what_does_not_finish_in_time_is_named,
    a_second_signal_stops_at_once,
);

async fn ctrl_c_lets_a_request_in_flight_finish(db: Db) {
    let book = Book::open(&db).await;
    let lock = db.hold_writes().await;
    let signing = book.start_signing("Ann");
    book.has_started(1).await;

    book.signal(Signal::INT);
    book.says("stopping; requests in flight: 1", 1).await;
    crate::support::eventually("no new connection is accepted", async || {
        TcpStream::connect(book.address).await.is_err()
    })
    .await;
    assert!(!signing.is_finished());
    lock.release().await;

    let signing = signing.await.expect("no panic");
    assert_eq!(signing.status, 201, "{}", signing.answer);
    let (status, said) = book.ended().await;
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("drained; everything that was started has finished"), "{said}");
    assert_eq!(db.whole().await, ["Ann"]);
}

async fn sigterm_finishes_what_a_vanished_client_started(db: Db) {
    let book = Book::open(&db).await;
    let lock = db.hold_writes().await;
    let stream = raw_post(book.address, "Ann", "hello").await;
    book.has_started(1).await;
    drop(stream);
    book.says("the client went away", 1).await;

    book.signal(Signal::TERM);
    book.says("stopping; requests in flight: 1", 1).await;
    lock.release().await;

    let (status, said) = book.ended().await;
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(db.whole().await, ["Ann"]);
}

async fn what_does_not_finish_in_time_is_named(db: Db) {
    let book = Book::open_with(Command::new(GUESTBOOK), &db, &["--drain", "1"]).await;
    let lock = db.hold_writes().await;
    let _stream = raw_post(book.address, "Ann", "hello").await;
    book.has_started(1).await;

    book.signal(Signal::TERM);
    let (status, said) = book.ended().await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("did not finish in time"), "{said}");
    assert!(said.contains("sign"), "{said}");
    drop(lock);
}

async fn a_second_signal_stops_at_once(db: Db) {
    let book = Book::open(&db).await;
    let lock = db.hold_writes().await;
    let _stream = raw_post(book.address, "Ann", "hello").await;
    book.has_started(1).await;

    book.signal(Signal::INT);
    book.says("stopping", 1).await;
    book.signal(Signal::INT);
    let (status, said) = book.ended().await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("stopped at once"), "{said}");
    drop(lock);
}
