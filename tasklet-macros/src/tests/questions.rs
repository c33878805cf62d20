//! The questions that are asked of types and bodies, each on a table of answers.

use quote::ToTokens as _;
use syn::{FnArg, Ident};

use crate::awaits::may_await;
use crate::borrows::first_borrow;
use crate::item::{Body, Function};
use crate::mentions::Mentions;

fn function(text: &str) -> Function {
    let tokens = text.parse().expect("the test is made of tokens");
    Function::parse(tokens).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn body(statements: &str) -> Body {
    function(&format!("async fn f() {{ {statements} }}")).body.expect("it has a body")
}

#[test]
fn bodies_that_await() {
    for statements in [
        "g().await",
        "let x = g().await;",
        "if c { 1 } else { g().await };",
        "for x in xs { f(x, g(x).await) }",
        "match x { Some(y) if y.await => 1, _ => 2 }",
        "S { field: g().await, ..rest }",
        "g().await?.h()",
        "let Some(x) = g().await else { return };",
        "loop { break g().await }",
        "unsafe { g().await }",
        "(|| 1)(g().await)",
        // Macros of std, whose arguments are read.
        "println!(\"{}\", g().await);",
        "vec![1, g().await]",
        "vec![g().await; 3]",
        "vec![0; g().await]",
        "matches!(g().await, Some(_))",
        "matches!(x, Some(y) if g(y).await)",
        "assert_eq!(vec![g().await], x)",
        "assert!(c, \"{x}\", x = g().await)",
        "std::dbg!(g().await)",
        // Macros that are not known.
        "join!(a, b)",
        "tokio::select! { x = a => x }",
        "wait!(a);",
        "let x = [wait!(a)];",
        // Macros that are known, with arguments that are not expressions.
        "format!(\"{}\", a => b)",
        // What syn does not read.
        "let x = ;",
        "yield 1;",
    ] {
        assert!(may_await(&body(statements)), "this may await: {statements}");
    }
}

#[test]
fn bodies_that_never_await() {
    for statements in [
        "",
        "1",
        "g()",
        "let x = async { g().await };",
        "let x = async move { wait!(a) };",
        "let x = || async { g().await };",
        "let x = async || g().await;",
        "async fn g() { h().await }",
        "macro_rules! wait { ($x:expr) => { $x.await } }",
        "impl S { async fn g() { h().await } }",
        "const { g() }",
        "let await_ = x.awaited;",
        "println!(\"{} {x}\", g());",
        "format!(\"{a} {b:?}\", b = g())",
        "vec![] as Vec<u32>;",
        "vec![async { g().await }];",
        "matches!(x, Some(1..=2) | None if c)",
        "stringify!(g().await)",
        "write!(out, \"{x}\")?; todo!()",
        "let x: mac!() = 1;",
        "let mac!(y) = x;",
        "#[some(attribute)] let x = 1;",
    ] {
        assert!(!may_await(&body(statements)), "this never awaits: {statements}");
    }
}

#[test]
fn types_that_borrow() {
    for (ty, borrow) in [
        ("&str", "&"),
        ("&mut T", "& mut"),
        ("&'a T", "'a"),
        ("&'_ T", "'_"),
        ("Vec<&str>", "&"),
        ("Cow<'_, str>", "'_"),
        ("Cow<'a, str>", "'a"),
        ("(u32, [&T; 3])", "&"),
        ("&'static &T", "&"),
        ("Box<dyn Fn(&str) + 'a>", "'a"),
        ("Box<dyn Fn(&'a str)>", "'a"),
        ("Box<dyn for<'b> Fn(&'b str) -> &'a str>", "'a"),
        ("impl Iterator<Item = &'a str>", "'a"),
        ("impl Trait + '_", "'_"),
        ("(Box<dyn for<'a> Fn(&'a str)>, &'a str)", "'a"),
        ("(fn(&str), &str)", "&"),
        ("*const &T", "&"),
        ("<&T as Trait>::Item", "&"),
    ] {
        assert_eq!(borrow_of(ty).as_deref(), Some(borrow), "this borrows: {ty}");
    }
}

#[test]
fn types_that_do_not_borrow() {
    for ty in [
        "String",
        "&'static str",
        "Vec<&'static mut T>",
        "Cow<'static, str>",
        "fn(&str) -> &str",
        "for<'a> fn(&'a str, Cow<'a, str>) -> &'a str",
        "Box<dyn Fn(&str, Cow<'_, str>) -> &str>",
        "Box<dyn for<'a> Fn(&'a str) -> &'a str + Send + 'static>",
        "impl FnOnce(&mut T) + 'static",
        "impl for<'a> Trait<'a, Item = &'a str>",
        "[u8; { let x: &str = \"\"; x.len() }]",
        "mac!(&str)",
    ] {
        assert_eq!(borrow_of(ty), None, "this does not borrow: {ty}");
    }
}

fn borrow_of(ty: &str) -> Option<String> {
    let function = function(&format!("async fn f(x: {ty}) {{}}"));
    let Some(FnArg::Typed(typed)) = function.sig.inputs.first() else { panic!("no type: {ty}") };
    first_borrow(&typed.ty).map(|tokens| tokens.to_token_stream().to_string())
}

#[test]
fn names_that_are_surely_used() {
    for statements in [
        "x",
        "g(x)",
        "x.field = 1;",
        "S { x }",
        "S { field: x }",
        "let y = || x;",
        "let y = async move { x.await };",
        "y = x;",
        "x += 1;",
        "format!(\"{x}\")",
        "println!(\"{0} {x:?}\", y)",
        "vec![x]",
    ] {
        assert!(mentions(statements).surely_uses(&name()), "this uses x: {statements}");
    }
}

#[test]
fn names_that_may_be_something_else() {
    for statements in [
        "",
        "y.x",
        "x()::y; let z: x = 1;",
        "x = 1;",
        "let x = x;",
        "|x| x",
        "if let Some(x) = y { x } else { z }",
        "fn g() { x }",
        "some_macro!(x)",
        "let y = ; x",
        "\"{x}\"",
        "format!(\"{{x\")",
    ] {
        assert!(!mentions(statements).surely_uses(&name()), "x may be another: {statements}");
    }
}

#[test]
fn names_that_are_not_mentioned() {
    for (statements, mentioned) in [
        ("x", true),
        ("some_macro!({ [x] })", true),
        ("\"{x}\"", true),
        ("y.x", true),
        ("", false),
        ("y(xs)", false),
    ] {
        assert_eq!(mentions(statements).may_mean(&name()), mentioned, "{statements}");
    }
}

#[test]
fn names_that_an_expression_may_read() {
    for (expression, read) in [
        ("x", true),
        ("x.field.clone()", true),
        ("g(&x)", true),
        ("vec![x]", true),
        ("some_macro!(x)", true),
        ("y.x", false),
        ("x::y()", false),
        ("self.x()", false),
        ("\"x\"", false),
    ] {
        let expr = syn::parse_str(expression).expect("the test is an expression");
        assert_eq!(Mentions::of_expression(&expr).may_read(&name()), read, "{expression}");
    }
}

fn mentions(statements: &str) -> Mentions {
    Mentions::of(&body(statements))
}

fn name() -> Ident {
    syn::parse_quote!(x)
}
