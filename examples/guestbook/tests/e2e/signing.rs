//! Good posts, from programs and from forms, and the pages that show them.

use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::support::{Book, Db, text};

crate::on_both!(
    a_program_signs_in_json_and_is_answered_in_json,
    a_form_is_answered_with_a_page_that_leads_back_to_the_book,
    the_book_shows_the_newest_entry_first_and_no_email,
    hostile_text_is_shown_as_text,
    text_of_every_alphabet_comes_back_as_it_was_sent,
    the_log_line_of_a_signature_counts_its_three_tasklets,
    a_restarted_book_shows_its_entries_and_counts_on,
);

async fn a_program_signs_in_json_and_is_answered_in_json(db: Db) {
    let book = Book::open(&db).await;
    let signing = book.sign("Ann").await;
    assert_eq!(signing.number(), 1);
    assert_eq!(signing.answer["name"], "Ann");
    assert_eq!(db.whole().await, ["Ann"]);
    assert_eq!(book.names().await, ["Ann"]);
}

async fn a_form_is_answered_with_a_page_that_leads_back_to_the_book(db: Db) {
    let book = Book::open(&db).await;
    let fields = [("name", "Ann"), ("email", "ann@example.org"), ("bio", "hello\r\nthere")];
    let request = book.post("/sign").header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
    let response = request.form(&fields).send().await.expect("an answer");
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    let page = text(Ok(response)).await;
    assert!(page.contains("Thank you, Ann"), "{page}");
    assert!(page.contains("You are visitor number 1."), "{page}");
    assert!(page.contains(r#"<a href="/">"#), "{page}");
    assert_eq!(db.whole().await, ["Ann"]);
    assert!(book.page().await.contains("<p>hello\nthere</p>"));
}

async fn the_book_shows_the_newest_entry_first_and_no_email(db: Db) {
    let book = Book::open(&db).await;
    for name in ["first", "second", "third"] {
        assert_eq!(book.sign(name).await.status, 201);
    }
    assert_eq!(book.names().await, ["third", "second", "first"]);
    let page = book.page().await;
    assert!(page.find("I am third") < page.find("I am first"), "{page}");
    assert!(!page.contains("ann@example.org"), "{page}");
}

async fn hostile_text_is_shown_as_text(db: Db) {
    let book = Book::open(&db).await;
    let script = "<script>alert(1)</script>";
    let fields =
        [("name", script), ("email", "a@example.org"), ("bio", "\"'><img src=x onerror=1>")];
    let thanks = text(book.post("/sign").form(&fields).send().await).await;
    for page in [thanks, book.page().await] {
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("<img"), "{page}");
        assert!(page.contains("script&#62;alert(1)"), "{page}");
    }
    let response = book.get("/").send().await.expect("the book");
    let policy = response.headers()["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(book.names().await, [script], "a program gets what was sent");
}

async fn text_of_every_alphabet_comes_back_as_it_was_sent(db: Db) {
    let book = Book::open(&db).await;
    let name = "Ωmέga 名前 שם 🦀 e\u{301} '; DROP TABLE users; --";
    assert_eq!(book.sign(name).await.status, 201);
    assert_eq!(book.names().await, [name]);
}

async fn the_log_line_of_a_signature_counts_its_three_tasklets(db: Db) {
    let book = Book::open(&db).await;
    book.sign("Ann").await;
    book.says(r#"method=POST path="/sign" status=201 tasklets=3 took="#, 1).await;
}

async fn a_restarted_book_shows_its_entries_and_counts_on(db: Db) {
    let book = Book::open(&db).await;
    book.sign("Ann").await;
    book.stop().await;
    let book = Book::open(&db).await;
    assert_eq!(book.names().await, ["Ann"]);
    assert_eq!(book.sign("Bob").await.number(), 2);
}
