//! Books that an older guestbook has written: two commits for each entry, and no counter.

use crate::support::{Book, Db};

crate::on_both!(a_book_without_a_counter_keeps_its_entries_and_loses_its_halves);

const SQLITE: &str = "
    CREATE TABLE users (id BLOB PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL)
        STRICT, WITHOUT ROWID;
    CREATE TABLE profiles (user_id BLOB PRIMARY KEY, bio TEXT NOT NULL,
        created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M', 'now')))
        STRICT, WITHOUT ROWID;
    INSERT INTO users VALUES (x'01', 'Ann', 'a@b.org'), (x'02', 'half', 'a@b.org');
    INSERT INTO profiles (user_id, bio) VALUES (x'01', 'I am Ann'), (x'03', 'other half')";

const POSTGRES: &str = "
    CREATE TABLE writers (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    CREATE TABLE users (id UUID PRIMARY KEY, writer BIGINT NOT NULL, name TEXT NOT NULL,
        email TEXT NOT NULL);
    CREATE TABLE profiles (user_id UUID PRIMARY KEY, writer BIGINT NOT NULL, bio TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now());
    INSERT INTO writers DEFAULT VALUES;
    INSERT INTO users VALUES
        ('00000000-0000-0000-0000-000000000001', 1, 'Ann', 'a@b.org'),
        ('00000000-0000-0000-0000-000000000002', 1, 'half', 'a@b.org');
    INSERT INTO profiles VALUES
        ('00000000-0000-0000-0000-000000000001', 1, 'I am Ann'),
        ('00000000-0000-0000-0000-000000000003', 1, 'other half')";

async fn a_book_without_a_counter_keeps_its_entries_and_loses_its_halves(db: Db) {
    db.make(SQLITE, POSTGRES).await;
    let book = Book::open(&db).await;
    assert_eq!(book.names().await, ["Ann"]);
    db.is_not_torn().await;
    assert_eq!(book.sign("Bob").await.number(), 2);
    book.stop().await;

    let book = Book::open(&db).await;
    assert_eq!(book.names().await, ["Bob", "Ann"]);
    assert_eq!(book.sign("Cy").await.number(), 3);
}
