//! Databases that fail in the middle: the client reads why, and half an entry is never left behind
//! unnoticed.

use rustix::process::Signal;
use tokio::process::Command;

use crate::support::{Book, Db, GUESTBOOK, Server, Signing, eventually, raw_post};

crate::on_both!(
    a_profile_that_can_not_be_written_takes_its_user_back,
    a_user_that_can_not_be_written_takes_its_profile_back,
    when_neither_half_can_be_written_the_first_reason_is_told,
    a_half_that_can_not_be_taken_back_is_told_never_shown_and_swept_later,
    a_book_that_can_not_be_read_says_so,
);

#[track_caller]
fn check_failed(signing: &Signing, reasons: &[&str]) {
    assert_eq!(signing.status, 500, "{}", signing.answer);
    let said = signing.answer["error"].as_str().expect("a reason");
    for reason in reasons {
        assert!(said.contains(reason), "{reason}: {said}");
    }
}

async fn check_refused(db: Db, tables: &[&str], reasons: &[&str]) {
    let book = Book::open(&db).await;
    for table in tables {
        db.refuse("INSERT", table, &format!("no room for {table}")).await;
    }
    check_failed(&book.sign("Ann").await, reasons);
    assert!(db.halves().await.is_empty(), "{:?}", db.halves().await);
    assert!(book.names().await.is_empty());

    for table in tables {
        db.allow("INSERT", table).await;
    }
    assert_eq!(book.sign("Bob").await.status, 201);
    assert_eq!(db.whole().await, ["Bob"]);
    book.stop().await;
}

async fn a_profile_that_can_not_be_written_takes_its_user_back(db: Db) {
    let reasons =
        ["the profile could not be written", "no room for profiles", "has been taken back"];
    check_refused(db, &["profiles"], &reasons).await;
}

async fn a_user_that_can_not_be_written_takes_its_profile_back(db: Db) {
    let reasons = ["the user could not be written", "no room for users", "has been taken back"];
    check_refused(db, &["users"], &reasons).await;
}

async fn when_neither_half_can_be_written_the_first_reason_is_told(db: Db) {
    check_refused(db, &["users", "profiles"], &["the user could not", "no room for users"]).await;
}

async fn a_half_that_can_not_be_taken_back_is_told_never_shown_and_swept_later(db: Db) {
    let book = Book::open(&db).await;
    db.refuse("INSERT", "profiles", "no room").await;
    db.refuse("DELETE", "users", "no way back").await;
    let reasons = ["no room", "could not be taken back", "no way back", "look before you sign"];
    check_failed(&book.sign("Ann").await, &reasons);
    book.says("could not be taken back", 1).await;
    assert_eq!(db.halves().await, ["Ann"]);
    assert!(book.names().await.is_empty());

    book.signal(Signal::KILL);
    book.ended().await;
    db.allow("DELETE", "users").await;
    let book = Book::open(&db).await;
    book.says("swept half entries", 1).await;
    assert!(db.halves().await.is_empty());
}

async fn a_book_that_can_not_be_read_says_so(db: Db) {
    let book = Book::open(&db).await;
    db.connect().await.run("DROP TABLE profiles").await;
    let response = book.get("/").send().await.expect("an answer");
    assert_eq!(response.status(), 500);
    let page = crate::support::text(Ok(response)).await;
    assert!(page.contains("the book could not be read"), "{page}");
}

/// A limit on the size of a file is what a full disk is to SQLite: a write that fails.
#[tokio::test]
async fn a_full_disk_keeps_what_was_acknowledged_and_no_half() {
    let db = Db::sqlite();
    let mut limited = Command::new("/bin/sh");
    let script = r#"trap "" XFSZ; ulimit -f 400; exec "$0" "$@""#;
    limited.args(["-c", script, GUESTBOOK]);
    let book = Book::open_with(limited, &db, &[]).await;
    let mut acknowledged = Vec::new();
    let failed = loop {
        assert!(acknowledged.len() < 1000, "the disk does not fill up");
        let name = format!("n{:03}", acknowledged.len());
        let signing = book.sign(&name).await;
        if signing.status != 201 {
            break signing;
        }
        acknowledged.push(name);
    };
    check_failed(&failed, &["could not be written"]);
    assert!(!acknowledged.is_empty());
    book.signal(Signal::KILL);
    book.ended().await;

    let book = Book::open(&db).await;
    assert_eq!(db.whole().await, acknowledged);
    assert!(db.halves().await.is_empty());
    assert_eq!(book.sign("after").await.status, 201);
}

/// The server goes down when one half is written and the other under way.
#[tokio::test]
async fn a_server_that_stops_in_the_middle_leaves_no_visible_half() {
    let server = Server::start_new();
    let db = Db::Postgres(server.new_database().await);
    let book = Book::open(&db).await;
    assert_eq!(book.sign("before").await.status, 201);
    let stall = db.stall_profiles().await;
    let signing = book.start_signing("middle");
    eventually("the user half is there", async || db.halves().await == ["middle"]).await;
    server.crash();
    drop(stall);
    let reasons = ["the profile could not be written", "could not be taken back"];
    check_failed(&signing.await.expect("no panic"), &reasons);

    server.restart();
    eventually("the book is shown again", async || {
        book.get("/").send().await.expect("an answer").status() == 200
    })
    .await;
    assert_eq!(book.names().await, ["before"]);
    assert_eq!(db.halves().await, ["middle"]);
    book.signal(Signal::KILL);
    book.ended().await;

    let book = Book::open(&db).await;
    assert!(db.halves().await.is_empty());
    assert_eq!(book.sign("after").await.status, 201);
    assert_eq!(db.whole().await, ["after", "before"]);
}

/// The client is gone and so is one write: what is left is taken back all the same.
#[tokio::test]
async fn a_failure_that_nobody_waits_for_leaves_no_half() {
    let db = Db::postgres().await;
    let book = Book::open(&db).await;
    db.refuse("INSERT", "profiles", "no room").await;
    let lock = db.hold_writes().await;
    let stream = raw_post(book.address, "Ann", "hello").await;
    book.has_started(1).await;
    drop(stream);
    book.says("the client went away", 1).await;
    lock.release().await;
    book.says("what was written has been taken back", 1).await;
    assert!(db.halves().await.is_empty());
}
