//! Databases that fail in the middle: the client reads what became of the entry, and no fault ever
//! leaves a part of one.

use rustix::process::Signal;
use tokio::process::Command;

use crate::support::{Book, Db, GUESTBOOK, Point, Proxy, Server, eventually, raw_post};

crate::on_both!(
    a_profile_that_can_not_be_written_takes_its_user_with_it,
    a_user_that_can_not_be_written_takes_its_profile_with_it,
    when_neither_can_be_written_the_first_reason_is_told,
    a_visitor_who_can_not_be_counted_is_not_in_the_book,
    a_book_that_can_not_be_read_says_so,
);

const NOTHING: &str = "nothing of the entry is in the book";

async fn check_refused(db: Db, refused: &[(&str, &str)], reasons: &[&str]) {
    let book = Book::open(&db).await;
    for (action, table) in refused {
        db.refuse(action, table, &format!("no room for {table}")).await;
    }
    book.sign("Ann").await.check_failed(500, reasons);
    db.is_not_torn().await;
    assert!(db.whole().await.is_empty());
    assert!(book.names().await.is_empty());

    for (action, table) in refused {
        db.allow(action, table).await;
    }
    assert_eq!(book.sign("Bob").await.number(), 1, "Ann was not counted");
    assert_eq!(db.whole().await, ["Bob"]);
    book.stop().await;
}

async fn a_profile_that_can_not_be_written_takes_its_user_with_it(db: Db) {
    let reasons = ["the profile could not be written", "no room for profiles", NOTHING];
    check_refused(db, &[("INSERT", "profiles")], &reasons).await;
}

async fn a_user_that_can_not_be_written_takes_its_profile_with_it(db: Db) {
    let reasons = ["the user could not be written", "no room for users", NOTHING];
    check_refused(db, &[("INSERT", "users")], &reasons).await;
}

async fn when_neither_can_be_written_the_first_reason_is_told(db: Db) {
    let refused = [("INSERT", "users"), ("INSERT", "profiles")];
    check_refused(db, &refused, &["the user could not", "no room for users", NOTHING]).await;
}

async fn a_visitor_who_can_not_be_counted_is_not_in_the_book(db: Db) {
    let reasons = ["the counter could not be written", "no room for visitors", NOTHING];
    check_refused(db, &[("UPDATE", "visitors")], &reasons).await;
}

async fn a_book_that_can_not_be_read_says_so(db: Db) {
    let book = Book::open(&db).await;
    db.connect().await.run("DROP TABLE profiles").await;
    let response = book.get("/").send().await.expect("an answer");
    assert_eq!(response.status(), 500);
    let page = crate::support::text(Ok(response)).await;
    assert!(page.contains("the book could not be read"), "{page}");
}

#[tokio::test]
async fn a_commit_that_is_refused_leaves_nothing() {
    let db = Db::postgres().await;
    let book = Book::open(&db).await;
    let late = "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$;
                CREATE CONSTRAINT TRIGGER late AFTER INSERT ON users
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()";
    db.connect().await.run(late).await;
    book.sign("Ann").await.check_failed(500, &[NOTHING, "its commit was refused", "too late"]);
    db.is_not_torn().await;
    assert!(db.whole().await.is_empty());
}

#[tokio::test]
async fn one_who_is_always_in_the_way_of_others_is_told_to_try_again() {
    let db = Db::postgres().await;
    let book = Book::open(&db).await;
    let conflict = "CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN RAISE EXCEPTION 'always' USING ERRCODE = '40001'; END $$;
                    CREATE TRIGGER conflict BEFORE UPDATE ON visitors
                    FOR EACH ROW EXECUTE FUNCTION conflict()";
    db.connect().await.run(conflict).await;
    let reasons = ["the entry is not in the book: try again", "21 attempts", "always"];
    book.sign("Ann").await.check_failed(503, &reasons);
    db.is_not_torn().await;
    assert!(db.whole().await.is_empty());
}

/// The connection is cut when the commit was sent: before the server has it, and after.
async fn check_unknown(at: Point, expected: &[&str]) {
    let server = Server::shared();
    let direct = server.new_database().await;
    let proxy = Proxy::before(server);
    let db = Db::Postgres(direct.clone());
    let book = Book::open(&Db::Postgres(proxy.url(&direct))).await;
    let commits = proxy.count("COMMIT");
    let stop = proxy.cut("COMMIT", at);
    let signing = book.sign("Ann").await;
    assert!(stop.is_reached());
    let reasons = ["may or may not be in the book: look before you sign again"];
    signing.check_failed(500, &reasons);
    assert_eq!(proxy.count("COMMIT"), commits + 1, "it is not tried again");

    eventually("the server has ended it", async || db.whole().await == expected).await;
    db.is_not_torn().await;
    assert_eq!(book.names().await, expected, "whoever looks sees which it is");
    let number = book.sign("Bob").await.number();
    assert_eq!(number, i64::try_from(expected.len() + 1).expect("a small number"));
}

#[tokio::test]
async fn a_commit_that_did_not_arrive_may_or_may_not_be_in_the_book() {
    check_unknown(Point::Asked, &[]).await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_may_or_may_not_be_in_the_book() {
    check_unknown(Point::Answered, &["Ann"]).await;
}

/// Some other program writes to the file for longer than one attempt waits.
#[tokio::test]
async fn a_file_that_is_busy_for_long_is_waited_for() {
    let db = Db::sqlite();
    let mut talkative = Command::new(GUESTBOOK);
    talkative.env("RUST_LOG", "info,tasklet=debug");
    let book = Book::open_with(talkative, &db, &[]).await;
    let lock = db.hold_writes().await;
    let signing = book.start_signing("Ann");
    book.says("is tried again", 1).await;
    lock.release().await;
    assert_eq!(signing.await.expect("no panic").number(), 1);
    assert_eq!(db.whole().await, ["Ann"]);
}

/// A limit on the size of a file is what a full disk is to SQLite: a write that fails.
#[tokio::test]
async fn a_full_disk_keeps_what_was_acknowledged_and_tears_nothing() {
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
    failed.check_failed(500, &["the entry"]);
    assert!(!acknowledged.is_empty());
    book.signal(Signal::KILL);
    book.ended().await;

    let book = Book::open(&db).await;
    assert_eq!(db.whole().await, acknowledged);
    db.is_not_torn().await;
    assert_eq!(book.sign("after").await.status, 201);
}

/// The server goes down when one half is written and the other under way. The transaction is lost
/// with it, and made anew when it is back.
#[tokio::test]
async fn a_server_that_restarts_in_the_middle_has_the_entry_once() {
    let server = Server::start_new();
    let db = Db::Postgres(server.new_database().await);
    let book = Book::open(&db).await;
    assert_eq!(book.sign("before").await.number(), 1);
    let stall = db.stall_profiles().await;
    let signing = book.start_signing("middle");
    book.says("the user is written", 2).await;
    server.crash();
    drop(stall);
    server.restart();

    assert_eq!(signing.await.expect("no panic").number(), 2);
    assert_eq!(db.whole().await, ["before", "middle"]);
    db.is_not_torn().await;
    assert_eq!(book.sign("after").await.number(), 3);
}

#[tokio::test]
async fn a_server_that_is_down_is_to_be_tried_again() {
    let server = Server::start_new();
    let db = Db::Postgres(server.new_database().await);
    let book = Book::open(&db).await;
    server.crash();
    book.sign("Ann").await.check_failed(503, &["the entry is not in the book: try again"]);
    server.restart();
    assert_eq!(book.sign("Ann").await.number(), 1);
    db.is_not_torn().await;
}

/// The client is gone and so is one write: the other one is rolled back all the same.
#[tokio::test]
async fn a_failure_that_nobody_waits_for_leaves_nothing() {
    let db = Db::postgres().await;
    let book = Book::open(&db).await;
    db.refuse("INSERT", "profiles", "no room").await;
    let lock = db.hold_writes().await;
    let stream = raw_post(book.address, "Ann", "hello").await;
    book.has_started(1).await;
    drop(stream);
    book.says("the client went away", 1).await;
    lock.release().await;
    book.says(NOTHING, 1).await;
    db.is_not_torn().await;
    assert!(db.whole().await.is_empty());
}
