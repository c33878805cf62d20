//! What stands in a macro call, and what the macros that everybody uses do with it.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Pat, Token};

/// Macros of std that evaluate each of their arguments, in place, and nothing else.
const EXPRESSIONS: [&str; 24] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "column",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "line",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "write",
    "writeln",
];

/// Macros of std whose arguments are not evaluated at all.
const INERT: [&str; 8] = [
    "cfg",
    "compile_error",
    "include_bytes",
    "include_str",
    "module_path",
    "option_env",
    "stringify",
    "thread_local",
];

/// The expressions that a call of a known macro evaluates; `None` if the macro is opaque.
///
/// `join!` and `try_join!` are opaque on purpose: they contain an await.
pub(crate) fn expressions(mac: &Macro) -> Option<Vec<Expr>> {
    let name = mac.path.segments.last()?.ident.to_string();
    match name.as_str() {
        name if INERT.contains(&name) => Some(Vec::new()),
        name if EXPRESSIONS.contains(&name) => mac.parse_body_with(separated_by_commas).ok(),
        "vec" => mac.parse_body_with(elements).ok(),
        "matches" => mac.parse_body_with(scrutinee_and_guard).ok(),
        _ => None,
    }
}

fn separated_by_commas(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    Ok(Punctuated::<Expr, Token![,]>::parse_terminated(input)?.into_iter().collect())
}

/// `a, b, c` or `a; length`.
fn elements(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let first = input.parse()?;
    let mut elements = vec![first];
    if input.parse::<Option<Token![;]>>()?.is_some() {
        elements.push(input.parse()?);
    } else if input.parse::<Option<Token![,]>>()?.is_some() {
        elements.extend(separated_by_commas(input)?);
    }
    Ok(elements)
}

/// `scrutinee, pattern if guard`.
fn scrutinee_and_guard(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    let mut expressions = vec![input.parse()?];
    input.parse::<Token![,]>()?;
    Pat::parse_multi_with_leading_vert(input)?;
    if input.parse::<Option<Token![if]>>()?.is_some() {
        expressions.push(input.parse()?);
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(expressions)
}

/// Macros that format their arguments, or compare them, and leave them in their place.
const LOOKS: [&str; 31] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "assert_matches",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "error",
    "event",
    "format",
    "format_args",
    "info",
    "log",
    "matches",
    "panic",
    "print",
    "println",
    "span",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "warn",
    "write",
    "writeln",
    "anyhow",
    "eyre",
];

/// A macro that leaves the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returning {
    /// Whenever control comes to it. Its name is for the message.
    Always(&'static str),
    /// Under a condition.
    Sometimes(&'static str),
}

/// Whether, and when, this macro returns from the function.
pub(crate) fn returning(mac: &Macro) -> Option<Returning> {
    match name(mac)?.as_str() {
        "bail" => Some(Returning::Always("bail!")),
        "ensure" => Some(Returning::Sometimes("ensure!")),
        "ready" => Some(Returning::Sometimes("ready!")),
        "throw" => Some(Returning::Always("throw!")),
        "whatever" => Some(Returning::Always("whatever!")),
        _ => None,
    }
}

/// The name of a macro that polls several futures and drops all but the first to be ready.
pub(crate) fn drops_losers(mac: &Macro) -> Option<&'static str> {
    let is_foreign = || {
        let owner = mac.path.segments.iter().rev().nth(1);
        owner.is_some_and(|owner| {
            ["tokio", "futures", "futures_util"].iter().any(|o| owner.ident == o)
        })
    };
    match name(mac)?.as_str() {
        "select" => Some("select!"),
        "select_biased" => Some("select_biased!"),
        "try_join" if is_foreign() => Some("try_join!"),
        _ => None,
    }
}

/// Whether the value of this macro is made of its arguments.
pub(crate) fn passes_on(mac: &Macro) -> bool {
    name(mac).is_some_and(|name| name == "vec" || name == "dbg")
}

/// Whether a macro leaves its arguments in their place.
pub(crate) fn only_looks(mac: &Macro) -> bool {
    name(mac).is_some_and(|name| LOOKS.contains(&name.as_str()) || INERT.contains(&name.as_str()))
}

/// Whether a macro never lets control go on.
pub(crate) fn diverges(mac: &Macro) -> bool {
    const DIVERGES: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];
    name(mac).is_some_and(|name| DIVERGES.contains(&name.as_str()))
}

/// Whether a value that this macro makes holds nothing but text, numbers or the like.
pub(crate) fn makes_plain_value(mac: &Macro) -> bool {
    let Some(name) = name(mac) else { return false };
    (EXPRESSIONS.contains(&name.as_str()) && name != "dbg")
        || INERT.contains(&name.as_str())
        || name == "matches"
}

/// The arguments of any macro, if they read as expressions between commas.
pub(crate) fn any_expressions(mac: &Macro) -> Option<Vec<Expr>> {
    expressions(mac).or_else(|| mac.parse_body_with(separated_by_commas).ok())
}

fn name(mac: &Macro) -> Option<String> {
    Some(mac.path.segments.last()?.ident.to_string())
}
