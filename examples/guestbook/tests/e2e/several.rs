//! Several visitors at once, and several processes on one book: welcome on PostgreSQL, refused on
//! SQLite.

use tokio::process::Command;
use tokio::task::JoinSet;

use crate::support::{Book, Db, GUESTBOOK, eventually};

/// So many at once, in all.
const VISITORS: usize = 200;

#[tokio::test]
async fn a_second_guestbook_on_one_sqlite_file_is_refused() {
    let db = Db::sqlite();
    let book = Book::open(&db).await;
    let mut second = Command::new(GUESTBOOK);
    second.args(["--listen", "127.0.0.1:0", "--db", &db.argument()]);
    let output = second.output().await.expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("another guestbook has it open"), "{said}");
    assert_eq!(book.sign("Ann").await.number(), 1);
}

#[tokio::test]
async fn many_processes_start_on_one_empty_database_and_share_it() {
    let db = Db::postgres().await;
    let (a, b, c, d) =
        tokio::join!(Book::open(&db), Book::open(&db), Book::open(&db), Book::open(&db));
    let books = [a, b, c, d];
    for (book, number) in books.iter().zip(1..) {
        assert_eq!(book.sign(&format!("n{number}")).await.number(), number);
    }
    for book in &books {
        assert_eq!(book.names().await.len(), 4);
    }
    for book in books {
        book.stop().await;
    }
    db.is_not_torn().await;
}

#[tokio::test]
async fn a_starting_process_leaves_alone_what_a_living_one_is_writing() {
    let db = Db::postgres().await;
    let first = Book::open(&db).await;
    let stall = db.stall_profiles().await;
    let signing = first.start_signing("Ann");
    is_waiting(&db, "INSERT INTO profiles").await;

    let second = Book::open(&db).await;
    assert!(second.names().await.is_empty(), "the first is about to complete it");
    db.end_stall(stall).await;
    assert_eq!(signing.await.expect("no panic").number(), 1);
    assert_eq!(second.names().await, ["Ann"]);
}

/// Each number is read, and written back: only the isolation of transactions keeps two visitors
/// from having the same.
async fn check_numbers(db: &Db, books: &[Book]) {
    let mut visitors = JoinSet::new();
    for (index, book) in (0..VISITORS).zip(books.iter().cycle()) {
        let signing = book.try_sign(&format!("n{index}"));
        visitors.spawn(async { signing.await.expect("an answer").number() });
    }
    let mut numbers = visitors.join_all().await;
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=VISITORS as i64), "{numbers:?}");
    assert_eq!(db.whole().await.len(), VISITORS);
    db.is_not_torn().await;
}

#[tokio::test]
async fn visitors_who_come_at_once_are_each_counted_once() {
    let db = Db::sqlite();
    check_numbers(&db, &[Book::open(&db).await]).await;
}

#[tokio::test]
async fn visitors_of_several_processes_are_each_counted_once() {
    let db = Db::postgres().await;
    let (a, b, c) = tokio::join!(Book::open(&db), Book::open(&db), Book::open(&db));
    check_numbers(&db, &[a, b, c]).await;
}

/// Waits until a statement that begins so is waiting for a lock.
async fn is_waiting(db: &Db, statement: &str) {
    let mut client = db.connect().await;
    let waiting = format!(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()
         AND wait_event_type = 'Lock' AND query LIKE '{statement}%'"
    );
    eventually(statement, async || !client.texts(&waiting).await.is_empty()).await;
}
