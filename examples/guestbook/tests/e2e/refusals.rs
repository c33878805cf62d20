//! Bad posts, each refused for the right reason, and nothing of them kept.

use reqwest::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Book, Db, text};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

crate::on_both!(
    a_bad_signature_is_refused_with_its_reason_and_not_kept,
    a_person_reads_the_reason_on_a_page,
    a_body_that_is_too_large_is_refused_and_the_book_goes_on,
    unknown_pages_and_methods_are_named_as_such,
);

async fn a_bad_signature_is_refused_with_its_reason_and_not_kept(db: Db) {
    let book = Book::open(&db).await;
    let refuse = async |kind: &str, body: &[u8], status: u16, reason: &str| {
        let request = book.post("/sign").header(ACCEPT, JSON).header(CONTENT_TYPE, kind);
        let response = request.body(body.to_vec()).send().await.expect("an answer");
        let body = String::from_utf8_lossy(body);
        assert_eq!(response.status(), status, "{kind}: {body}");
        let answer: Value = response.json().await.expect("JSON");
        let said = answer["error"].as_str().expect("a reason");
        assert!(said.contains(reason), "{kind}: {body}: {said}");
    };
    let long = "x".repeat(2000);
    let with = |name: &str, email: &str, bio: &str| {
        json!({ "name": name, "email": email, "bio": bio }).to_string().into_bytes()
    };

    refuse(FORM, b"", 400, "`name` is missing").await;
    refuse(FORM, b"name=Ann", 400, "`email` is missing").await;
    refuse(FORM, b"name=Ann&email=ann", 400, "`email` is not an email address").await;
    refuse(FORM, b"name=%FF&email=a@b.org", 400, "not UTF-8").await;
    refuse(FORM, b"name=\xff&email=a@b.org", 400, "not UTF-8").await;
    refuse(FORM, b"name=Ann&email=a@b.org&bio=%00", 400, "control character").await;
    refuse(JSON, b"{\"name\": \"\xff\"}", 400, "not UTF-8").await;
    refuse(JSON, br#"{"name": "Ann""#, 400, "the JSON can not be read: EOF").await;
    refuse(JSON, br#"{"name": 7}"#, 400, "invalid type: integer `7`").await;
    refuse(JSON, b"[]", 400, "expected an object with `name`").await;
    refuse(JSON, &with(&long, "a@b.org", ""), 400, "`name` is longer than 80").await;
    refuse(JSON, &with("Ann", "a@b.org", &long), 400, "`bio` is longer than 1000").await;
    refuse(JSON, &with("Ann", &format!("{long}@b.org"), ""), 400, "`email` is longer").await;
    refuse(JSON, &with("Ann\u{7}", "a@b.org", ""), 400, "control character").await;
    refuse("text/plain", b"name=Ann&email=a@b.org", 415, "send application/x-www-form").await;
    refuse("multipart/form-data; boundary=x", b"--x--", 415, "send application/x-www").await;

    assert!(book.names().await.is_empty());
    assert!(db.whole().await.is_empty());
    db.is_not_torn().await;
}

async fn a_person_reads_the_reason_on_a_page(db: Db) {
    let book = Book::open(&db).await;
    let fields = [("name", "Ann"), ("email", "<b>")];
    let request = book.post("/sign").header(ACCEPT, "text/html").form(&fields);
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 400);
    let page = text(Ok(response)).await;
    assert!(page.contains("`email` is not an email address"), "{page}");
    assert!(page.contains(r#"<a href="/">"#), "{page}");
}

async fn a_body_that_is_too_large_is_refused_and_the_book_goes_on(db: Db) {
    let book = Book::open(&db).await;
    for bytes in [20_000, 900_000] {
        let request = book.post("/sign").header(CONTENT_TYPE, FORM);
        let response = request.body("x".repeat(bytes)).send().await.expect("an answer");
        assert_eq!(response.status(), 413, "{bytes} bytes");
    }

    // A length that is only announced is refused before the body is sent.
    let mut stream = TcpStream::connect(book.address).await.expect("the book accepts");
    let head = format!(
        "POST /sign HTTP/1.1\r\nHost: guestbook\r\nContent-Type: {FORM}\r\n\
         Content-Length: 10000000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("the book reads");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");

    assert_eq!(book.sign("Ann").await.status, 201);
    assert_eq!(db.whole().await, ["Ann"]);
}

async fn unknown_pages_and_methods_are_named_as_such(db: Db) {
    let book = Book::open(&db).await;
    let response = book.get("/nowhere").header(ACCEPT, JSON).send().await.expect("an answer");
    assert_eq!(response.status(), 404);
    assert_eq!(text(Ok(response)).await, r#"{"error":"there is no such page"}"#);

    let response = book.get("/sign").send().await.expect("an answer");
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()[ALLOW], "POST");

    let response = book.get("/health").send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(text(Ok(response)).await, "ok\n");
}
