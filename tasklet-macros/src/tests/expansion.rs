//! Whole expansions: they stay thin, and one can read here what a user's function becomes.

use expect_test::{ExpectFile, expect_file};

use super::expand;
use crate::args::Role;

#[track_caller]
fn check(role: Role, args: &str, item: &str, expected: &ExpectFile) {
    let tokens = expand(role, args, item);
    let file = syn::parse2(tokens).expect("an expansion is made of items");
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn a_body_that_awaits_is_started() {
    check(
        Role::Tasklet,
        "",
        "/// Docs.
        pub async fn f(a: A, mut b: B, (c, d): (C, D), _: E, _guard: G) -> R {
            g(a, b, c, d).await
        }",
        &expect_file!["expansion/a_body_that_awaits_is_started.txt"],
    );
}

#[test]
fn a_body_that_never_awaits_runs_at_the_call() {
    check(
        Role::Tasklet,
        "?Send",
        "async fn f(self: Rc<Self>, a: A, unused: B) -> Result<impl Display, E> { g(a) }",
        &expect_file!["expansion/a_body_that_never_awaits_runs_at_the_call.txt"],
    );
}

#[test]
fn a_declaration_stays_one() {
    let tokens = expand(Role::Tasklet, "", "async fn f(self: Arc<Self>, a: A);");
    expect_file!["expansion/a_declaration_stays_one.txt"].assert_eq(&format!("{tokens}\n"));
}

#[test]
fn a_synctasklet_returns_what_its_body_does() {
    check(
        Role::Synctasklet,
        "crate = a::b",
        "async fn f(&self, a: &str) -> ! { g(a).await }",
        &expect_file!["expansion/a_synctasklet_returns_what_its_body_does.txt"],
    );
}

#[test]
fn a_toplevel_stays_async() {
    check(
        Role::Toplevel,
        "on_drop = \"cancel\"",
        "async fn f(Json(a): Json<A>) -> impl Reply { g(a).await }",
        &expect_file!["expansion/a_toplevel_stays_async.txt"],
    );
}

#[test]
fn a_toplevel_that_blocks_gets_a_closure() {
    check(
        Role::Toplevel,
        "",
        "fn f(&mut self, a: &str) -> R { g(a) }",
        &expect_file!["expansion/a_toplevel_that_blocks_gets_a_closure.txt"],
    );
}

#[test]
fn a_refused_function_keeps_its_signature() {
    check(
        Role::Tasklet,
        "",
        "#[expect(unused)] pub async fn f(mut self, mut a: &str, (b, c): B) -> R { g(a).await }",
        &expect_file!["expansion/a_refused_function_keeps_its_signature.txt"],
    );
}

#[test]
fn a_refused_function_with_an_opaque_result_keeps_its_body_too() {
    check(
        Role::Tasklet,
        "",
        "async fn f(a: &str) -> impl Display { g(a).await }",
        &expect_file!["expansion/a_refused_function_with_an_opaque_result_keeps_its_body_too.txt"],
    );
}

#[test]
fn a_transaction_gives_each_attempt_fresh_arguments() {
    check(
        Role::TransactionalAsync,
        "retries = 5, isolation = read_committed, read_only, manager = db",
        "async fn f(self: Arc<Self>, a: A, State(db): State<Db>) -> Result<T, E> { g(a).await }",
        &expect_file!["expansion/a_transaction_gives_each_attempt_fresh_arguments.txt"],
    );
}

#[test]
fn a_transaction_without_retries_moves_its_arguments() {
    check(
        Role::Transactional,
        "retries = 0, propagation = independent",
        "fn f(&mut self, a: &A) -> Result<T, E> { g(a) }",
        &expect_file!["expansion/a_transaction_without_retries_moves_its_arguments.txt"],
    );
}

#[test]
fn a_toplevel_that_is_a_transaction_stays_async() {
    check(
        Role::Toplevel,
        "",
        "#[transactional_async(manager = a.db)] async fn f(a: A) -> Result<T, E> { g(a).await }",
        &expect_file!["expansion/a_toplevel_that_is_a_transaction_stays_async.txt"],
    );
}

#[test]
fn a_function_outside_of_transactions_is_started_there() {
    check(
        Role::NonTransactional,
        "allow_existing = false",
        "async fn f(a: A) -> Result<T, E> { g(a).await }",
        &expect_file!["expansion/a_function_outside_of_transactions_is_started_there.txt"],
    );
}
