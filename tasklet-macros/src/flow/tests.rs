//! Findings on small bodies: what is found, and why.

use super::findings;

/// The findings about variables, in the order of their places.
#[track_caller]
fn check(body: &str, expected: &[&str]) {
    let source = format!("async fn f(c: bool) -> R {{\n{body};\nx()\n}}");
    let mut found = findings(&source);
    found.retain(|finding| !finding.starts_with("_: "));
    assert_eq!(found, expected, "{body}");
}

#[test]
fn a_path_that_forgets_is_found() {
    check(
        "let a = start();\nlet b = load()?;\ng(a, b)",
        &["a: the `?` on line 3 may return first"],
    );
    check(
        "let a = start();\nif c { a.await; }",
        &["a: not awaited when the condition on line 3 is false"],
    );
    check("let a = start();\nlet a = g();\nh(a)", &["a: shadowed on line 3, and never awaited"]);
    check(
        "let a = start();\nif a.done() { return 1; }\ng(a)",
        &["a: the `return` on line 3 leaves it behind"],
    );
    check(
        "loop { let a = start();\nif c { break; }\ng(a) }",
        &["a: the `break` on line 3 leaves it behind"],
    );
}

#[test]
fn a_path_that_takes_is_silent() {
    check("let a = start();\ng(a)", &[]);
    check("let a = start();\nlet b = start();\njoin!(a, b)", &[]);
    check("let a = start();\nif c { g(a) } else { h(a) }", &[]);
    check("let o = start_maybe();\nif let Some(a) = o { g(a) }", &[]);
    check("let mut o = None;\nwhile c { o.take().map(g); o = Some(start()); }\ng(o)", &[]);
    check("let a = start();\nlet task = async move { a.await };\ng(task)", &[]);
    check("#[cfg(x)]\nlet a = start();\n#[cfg(x)] g();", &[]);
}

#[test]
fn a_long_body_costs_no_more_than_its_length() {
    let lines = |n: usize| -> String {
        (0..n).map(|i| format!("let a{i} = start()?; if c {{ g(a{i}); }}\n")).collect()
    };
    let source = format!("fn f(c: bool) -> R {{ {} x() }}", lines(2_000));
    let named = findings(&source).into_iter().filter(|finding| finding.starts_with('a'));
    assert_eq!(named.count(), 2_000);
}
