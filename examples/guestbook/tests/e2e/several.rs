//! Several processes on one book: welcome on PostgreSQL, refused on SQLite.

use tokio::process::Command;

use crate::support::{Book, Client, Db, GUESTBOOK, Signing, eventually};

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
    check_signed(&book.sign("Ann").await);
}

#[tokio::test]
async fn many_processes_start_on_one_empty_database_and_share_it() {
    let db = Db::postgres().await;
    let (a, b, c, d) =
        tokio::join!(Book::open(&db), Book::open(&db), Book::open(&db), Book::open(&db));
    let books = [a, b, c, d];
    for (index, book) in books.iter().enumerate() {
        assert_eq!(book.sign(&format!("n{index}")).await.status, 201);
    }
    for book in &books {
        assert_eq!(book.names().await.len(), 4);
    }
    for book in books {
        book.stop().await;
    }
    let writers = db.connect().await.texts("SELECT id::text FROM writers").await;
    assert!(writers.is_empty(), "who stops in order leaves no writer: {writers:?}");
}

#[tokio::test]
async fn a_starting_process_leaves_alone_what_a_living_one_is_writing() {
    let db = Db::postgres().await;
    let first = Book::open(&db).await;
    let stall = db.stall_profiles().await;
    let signing = first.start_signing("Ann");
    eventually("the user half is there", async || db.halves().await == ["Ann"]).await;

    let second = Book::open(&db).await;
    assert_eq!(db.halves().await, ["Ann"], "the first is about to complete it");
    db.end_stall(stall).await;
    check_signed(&signing.await.expect("no panic"));
    assert_eq!(second.names().await, ["Ann"]);
}

/// The first process has lost its lock, so the second takes it for dead and sweeps its half. What
/// the first then writes must not become an acknowledged half.
#[tokio::test]
async fn a_process_that_was_taken_for_dead_acknowledges_nothing_it_lost() {
    let db = Db::postgres().await;
    let first = Book::open(&db).await;
    let stall = db.stall_profiles().await;
    let signing = first.start_signing("Ann");
    eventually("the user half is there", async || db.halves().await == ["Ann"]).await;
    end_writers_lock(&db).await;

    let let_it_through = async {
        is_waiting(&db, "DELETE FROM profiles").await;
        db.end_stall(stall).await;
    };
    let (second, ()) = tokio::join!(Book::open(&db), let_it_through);
    second.says("swept half entries", 1).await;
    let signing = signing.await.expect("no panic");
    assert_eq!(signing.status, 500);
    assert!(signing.answer["error"].as_str().expect("a reason").contains("taken for dead"));
    assert!(db.halves().await.is_empty() && db.whole().await.is_empty());

    check_signed(&first.sign("Bob").await);
    assert_eq!(second.names().await, ["Bob"]);
}

/// As before, but the write that the sweep meets has passed the fence, so the sweep waits for it.
#[tokio::test]
async fn a_sweep_waits_for_a_write_that_is_under_way() {
    let db = Db::postgres().await;
    let first = Book::open(&db).await;
    let gate = close_gate(&db).await;
    let signing = first.start_signing("Ann");
    eventually("the user half is there", async || db.halves().await == ["Ann"]).await;
    is_waiting(&db, "INSERT INTO profiles").await;
    end_writers_lock(&db).await;

    let let_it_through = async {
        is_waiting(&db, "DELETE FROM writers").await;
        gate.release().await;
    };
    let (second, ()) = tokio::join!(Book::open(&db), let_it_through);
    check_signed(&signing.await.expect("no panic"));
    assert_eq!(second.names().await, ["Ann"]);
    assert!(db.halves().await.is_empty());
}

#[track_caller]
fn check_signed(signing: &Signing) {
    assert_eq!(signing.status, 201, "{}", signing.answer);
}

/// Ends the connection that holds the only writer's lock, as a broken network would.
async fn end_writers_lock(db: &Db) {
    let holders = "FROM pg_locks WHERE locktype = 'advisory' AND database =
                   (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut client = db.connect().await;
    let ended = format!("SELECT pg_terminate_backend(pid)::text {holders}");
    assert_eq!(client.texts(&ended).await, ["true"]);
    let left = format!("SELECT pid::text {holders}");
    eventually("the lock is free", async || client.texts(&left).await.is_empty()).await;
}

/// Makes the profile half wait inside its insert, until the returned client lets it through.
async fn close_gate(db: &Db) -> Client {
    let mut client = db.connect().await;
    client
        .run(
            "CREATE TABLE gate ();
             CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN LOCK TABLE gate IN SHARE MODE; RETURN NEW; END $$;
             CREATE TRIGGER pass BEFORE INSERT ON profiles
             FOR EACH ROW EXECUTE FUNCTION pass()",
        )
        .await;
    client.run("BEGIN; LOCK TABLE gate").await;
    client
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
