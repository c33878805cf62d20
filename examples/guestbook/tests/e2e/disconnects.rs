//! Clients that do not wait for their answer: whatever their handlers have begun is finished.
//!
//! The test holds the database's write lock, so that no handler can finish before its client is
//! gone. Some of the profiles are refused by the database when they are let through, so finishing
//! is more than letting the writes run: the transaction has to be rolled back, and all of them are
//! in each other's way at the counter, and are tried again with nobody waiting.

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::support::{Book, Client, Db, eventually, raw_post};

const ROUNDS: usize = 10;
const CLIENTS_PER_ROUND: usize = 100;
/// In each round, so many stay until their handlers are surely suspended …
const PATIENT: usize = 75;
/// … and of these so many stay until the first answer.
const LAST_TO_GO: usize = 25;
/// One in so many profiles is refused.
const REFUSED_ONE_IN: usize = 5;

crate::on_both!(a_thousand_clients_that_go_away_lose_nothing_and_tear_nothing);

async fn a_thousand_clients_that_go_away_lose_nothing_and_tear_nothing(db: Db) {
    let book = Book::open(&db).await;
    db.refuse_when("NEW.bio = 'refuse'", "INSERT", "profiles", "refused").await;
    for round in 0..ROUNDS {
        let lock = db.hold_writes().await;
        let last_to_go = post_and_go_away(&book, round).await;
        release_and_go_away(lock, last_to_go).await;
        all_settled(&book, &db).await;
    }

    let said = book.stop().await;
    assert!(said.contains("drained"), "{said}");
    db.is_not_torn().await;
    let whole = db.whole().await;
    for round in 0..ROUNDS {
        for index in 0..PATIENT {
            let is_there = whole.binary_search(&name(round, index)).is_ok();
            assert_eq!(is_there, bio(index) != "refuse", "{}", name(round, index));
        }
    }
}

fn name(round: usize, index: usize) -> String {
    format!("r{round}c{index}")
}

fn bio(index: usize) -> &'static str {
    if index.is_multiple_of(REFUSED_ONE_IN) { "refuse" } else { "hello" }
}

/// Sends a round of signatures; most of the clients are gone when it returns, and their handlers'
/// futures dropped. The rest is returned.
async fn post_and_go_away(book: &Book, round: usize) -> Vec<TcpStream> {
    let started = book.started();
    let gone = book.count("the client went away");
    let post = async |index| raw_post(book.address, &name(round, index), bio(index)).await;

    let mut patient = Vec::new();
    for index in 0..PATIENT {
        patient.push(post(index).await);
    }
    book.has_started(started + PATIENT).await;
    for index in PATIENT..CLIENTS_PER_ROUND {
        go_away_by(index, post(index).await);
    }
    for (index, stream) in patient.drain(LAST_TO_GO..).enumerate() {
        go_away_by(index, stream);
    }
    book.says("the client went away", gone + PATIENT - LAST_TO_GO).await;
    patient
}

/// Ends a connection in one of the ways in which they end.
fn go_away_by(way: usize, stream: TcpStream) {
    let stream = stream.into_std().expect("a socket");
    match way % 3 {
        0 => drop(stream),
        1 => stream.shutdown(std::net::Shutdown::Write).expect("an open socket"),
        _ => stream.shutdown(std::net::Shutdown::Both).expect("an open socket"),
    }
}

/// Lets the writes go on, and goes away when the answers begin to come.
async fn release_and_go_away(lock: Client, mut clients: Vec<TcpStream>) {
    let mut first = clients.remove(0);
    lock.release().await;
    first.read_u8().await.expect("the first answer");
    drop(clients);
}

/// Waits until every handler that has begun has its entry, or has told its failure.
async fn all_settled(book: &Book, db: &Db) {
    eventually("every entry that was begun is there or refused", async || {
        let refused = book.count("nothing of the entry is in the book");
        db.whole().await.len() + refused == book.started()
    })
    .await;
}
