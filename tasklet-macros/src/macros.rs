//! What stands in a macro call, where the macro is one whose arguments are known to be expressions.

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
