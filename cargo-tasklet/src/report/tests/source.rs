//! What is underlined.

use super::{Scene, dropped};
use crate::report::source::Sources;

/// What is underlined in a line, from this column on.
fn underlined(line: &str, column: u32) -> Option<String> {
    let scene = Scene::new(line);
    let place = dropped(scene.main(1, column)).place;
    let excerpt = Sources::new(&scene.root()).excerpt(&place)?;
    Some(excerpt.token().to_owned())
}

/// The same, from where this is in the line.
#[track_caller]
fn check(line: &str, from: &str, expected: &str) {
    let at = line.find(from).expect("it is in the line");
    let column = u32::try_from(at + 1).expect("lines are short");
    assert_eq!(underlined(line, column).as_deref(), Some(expected), "in {line}");
}

#[test]
fn a_token_is_underlined_as_a_whole() {
    check("    let age = age.parse()?;", "?", "?");
    check("    } // the end", "}", "}");
    check("    drop(put(1));", "drop", "drop");
    check("    core::mem::drop(put(1));", "core", "core::mem::drop");
    check("    Vec::<u8>::new();", "Vec", "Vec");
    check("    r#type.await", "r#", "r#type");
    check("    &mut_user;", "&", "&mut_user");
    check("    sleep(SECOND).await", ".await", ".");
    check("    sleep(SECOND).await;", "t;", "await");
    check("    #[tasklet(crate = a[0])] fn f() {}", "#", "#[tasklet(crate = a[0])]");
    check("    put(\"die Straße\");", "\"", "\"die Straße\"");
    check("    let größe = put(1);", "größe", "größe");
    check("    put(\"never closed", "\"", "\"");
}

#[test]
fn without_a_column_all_of_the_line_is_underlined() {
    assert_eq!(underlined("    drop(put(1));  ", 0).as_deref(), Some("drop(put(1));"));
    assert_eq!(underlined("    drop(put(1));", 99).as_deref(), Some("drop(put(1));"));
    assert_eq!(underlined("ß();", 2).as_deref(), Some("ß();"));
    assert_eq!(underlined("    ", 0), None);
    assert_eq!(underlined("", 1), None);
}

/// The line that the scope begins in whose last line is that of this text.
fn beginning(text: &str) -> Option<String> {
    let scene = Scene::new(text);
    let last = text.lines().count();
    let column = text.lines().last()?.find('}')? + 1;
    let number = |n: usize| u32::try_from(n).expect("texts are short");
    let place = dropped(scene.main(number(last), number(column))).place;
    let excerpt = Sources::new(&scene.root()).excerpt(&place)?;
    Some(excerpt.text[excerpt.opening?].to_owned())
}

#[test]
fn a_scope_begins_where_its_function_or_block_does() {
    assert_eq!(beginning("fn f() {\n    if a {\n    }\n}\n").as_deref(), Some("fn f() {"));
    assert_eq!(beginning("fn f() {\n    if a {\n    }\n").as_deref(), Some("if a {"));
    let long = "pub fn f<T>(\n    a: T,\n) -> T\nwhere\n    T: A,\n{\n    a\n}\n";
    assert_eq!(beginning(long).as_deref(), Some("pub fn f<T>("));
    assert_eq!(beginning("if a {\n    1\n} else {\n    2\n}\n").as_deref(), Some("} else {"));
}

#[test]
fn nothing_is_said_of_the_beginning_of_a_scope_that_is_set_otherwise() {
    assert_eq!(beginning("fn f() {}\n"), None);
    assert_eq!(beginning("  fn f() {\n}\n"), None);
    assert_eq!(beginning("const A: u8 = 1;\n}\n"), None);
    assert_eq!(beginning("}\n"), None);
}
