//! Each row is a body and what becomes of it.

use super::*;

#[track_caller]
fn check(kind: Kind, body: &str, expected: Result<(&str, &str, &str), &str>) {
    let found = Fields::parse(kind, body).map_err(|error| error.to_string());
    let found = found.and_then(Fields::check);
    let found = found
        .as_ref()
        .map(|s| (s.user.name.as_str(), s.user.email.as_str(), s.profile.bio.as_str()))
        .map_err(String::as_str);
    assert_eq!(found, expected, "{body:?}");
}

#[test]
fn a_form_and_the_same_in_json_make_one_signature() {
    let signature = Ok(("Ann Ö", "ann@example.org", "hi\nthere"));
    check(Kind::Form, "name=Ann+%C3%96&email=ann%40example.org&bio=hi%0D%0Athere", signature);
    let json = r#"{"name": " Ann Ö ", "email": "ann@example.org", "bio": "hi\nthere"}"#;
    check(Kind::Json, json, signature);
}

#[test]
fn the_bio_may_be_missing_and_the_rest_may_not() {
    check(Kind::Form, "name=Ann&email=ann@example.org", Ok(("Ann", "ann@example.org", "")));
    check(Kind::Form, "email=ann@example.org", Err("`name` is missing"));
    check(Kind::Form, "name=+&email=ann@example.org", Err("`name` is missing"));
    check(Kind::Json, r#"{"name": "Ann"}"#, Err("`email` is missing"));
    check(Kind::Json, r#"{"name": null, "email": "a@b.org"}"#, Err("`name` is missing"));
}

#[test]
fn a_field_may_be_as_long_as_its_limit_in_characters_and_no_longer() {
    let longest = "ö".repeat(NAME_CHARS_MAX);
    check(
        Kind::Form,
        &format!("name={longest}&email=a@b.org"),
        Ok((longest.as_str(), "a@b.org", "")),
    );
    let name = format!("name={longest}x&email=a@b.org");
    check(Kind::Form, &name, Err("`name` is longer than 80 characters"));
    let bio = format!("name=a&email=a@b.org&bio={}", "x".repeat(BIO_CHARS_MAX + 1));
    check(Kind::Form, &bio, Err("`bio` is longer than 1000 characters"));
    let email = format!("name=a&email={}@b.org", "x".repeat(EMAIL_CHARS_MAX));
    check(Kind::Form, &email, Err("`email` is longer than 254 characters"));
}

#[test]
fn what_is_not_text_is_refused() {
    check(Kind::Form, "name=%FF&email=a@b.org", Err("the body is not UTF-8"));
    check(Kind::Form, "name=a%00b&email=a@b.org", Err("`name` contains a control character"));
    check(Kind::Form, "name=a%0Ab&email=a@b.org", Err("`name` contains a control character"));
    check(
        Kind::Json,
        r#"{"name": "a", "email": "a@b.org", "bio": "\u0000"}"#,
        Err("`bio` contains a control character"),
    );
}

#[test]
fn an_email_must_look_like_one() {
    for email in ["ann", "ann@", "@example.org", "ann@exa mple.org", "a@b@c"] {
        let json = serde_json::json!({ "name": "Ann", "email": email }).to_string();
        check(Kind::Json, &json, Err("`email` is not an email address"));
    }
}

#[test]
fn a_field_sent_twice_is_refused() {
    let reason = "the form can not be read: duplicate field `name`";
    check(Kind::Form, "name=a&name=b&email=a@b.org", Err(reason));
}
