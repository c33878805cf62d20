//! Every message of these attributes: one constructor each, one sentence, one way out.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Error, Ident};

use crate::args::Role;

/// The problems found so far, in the order of their finding.
#[derive(Default)]
pub(crate) struct Errors(Vec<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().map(Error::to_compile_error));
    }
}

// What an attribute may stand on.

pub(crate) fn not_a_function(role: Role, found: Span) -> Error {
    let name = role.name();
    Error::new(found, format!("`#[{name}]` belongs on a function: move it to the one it is for"))
}

pub(crate) fn must_await_elsewhere(found: Span) -> Error {
    let message = "`#[must_await]` belongs on a function, an `impl` block, a trait or a `mod` with \
                   its content: move it to one of these";
    Error::new(found, message)
}

pub(crate) fn not_async(role: Role, fn_token: Span) -> Error {
    let name = role.name();
    Error::new(fn_token, format!("`#[{name}]` needs an async body: write `async fn`"))
}

pub(crate) fn const_function(role: Role, const_token: Span) -> Error {
    let name = role.name();
    Error::new(
        const_token,
        format!("a `#[{name}]` works with the event loop, which no `const fn` has: remove `const`"),
    )
}

pub(crate) fn foreign_abi(role: Role, abi: impl ToTokens) -> Error {
    let name = role.name();
    Error::new_spanned(abi, format!("a `#[{name}]` is called from Rust alone: remove this ABI"))
}

pub(crate) fn variadic(role: Role, dots: impl ToTokens) -> Error {
    let name = role.name();
    Error::new_spanned(
        dots,
        format!("a `#[{name}]` keeps its parameters, which `...` has none of: remove it"),
    )
}

pub(crate) fn must_await_of_a_union(union_token: Span) -> Error {
    Error::new(
        union_token,
        "nobody knows which field of a union holds the future: make it an enum, or remove \
         `MustAwait`",
    )
}

pub(crate) fn doubled(role: Role, other: Role, path: impl ToTokens) -> Error {
    let name = role.name();
    let other = other.name();
    let message = if name == other {
        format!("this function has a `#[{name}]` already: remove this one")
    } else {
        format!("a function is either a `#[{name}]` or a `#[{other}]`: remove one of them")
    };
    Error::new_spanned(path, message)
}

// What a parameter may be.

/// `name` is `None` for a pattern that has no single name.
pub(crate) fn borrowed_parameter(name: Option<&Ident>, borrow: TokenStream) -> Error {
    let name = name_of_parameter(name);
    Error::new_spanned(
        borrow,
        format!(
            "a tasklet may outlive its call, so it cannot borrow {name}: take an owned value \
             instead, such as `String` or `Arc<T>`"
        ),
    )
}

pub(crate) fn borrowed_self(send: bool, borrow: TokenStream) -> Error {
    let owner = if send { "Arc" } else { "Rc" };
    Error::new_spanned(
        borrow,
        format!(
            "a tasklet may outlive its call, so it cannot borrow `self`: write \
             `self: {owner}<Self>` instead"
        ),
    )
}

/// `name` is `None` for a pattern that has no single name.
pub(crate) fn toplevel_borrows(name: Option<&Ident>, borrow: TokenStream) -> Error {
    let name = name_of_parameter(name);
    Error::new_spanned(
        borrow,
        format!(
            "a toplevel is finished even if its caller drops it, so it cannot borrow {name}: \
             write `#[toplevel(on_drop = \"cancel\")]` to stop it then"
        ),
    )
}

fn name_of_parameter(name: Option<&Ident>) -> String {
    name.map_or_else(|| "this parameter".to_owned(), |name| format!("`{name}`"))
}

// What may stand in an attribute's parentheses.

pub(crate) fn unknown_argument(role: Role, written: TokenStream) -> Error {
    let name = role.name();
    let known = role.known_arguments();
    Error::new_spanned(written, format!("unknown argument: `#[{name}]` knows {known}"))
}

pub(crate) fn unknown_derive_argument(written: TokenStream) -> Error {
    let message = "unknown argument: `#[must_await]` knows `crate = path`";
    Error::new_spanned(written, message)
}

pub(crate) fn duplicate_argument(argument: &str, written: TokenStream) -> Error {
    Error::new_spanned(written, format!("`{argument}` is already given: remove this one"))
}

pub(crate) fn on_drop_elsewhere(name: &Ident, role: Role) -> Error {
    let role = role.name();
    Error::new_spanned(
        name,
        format!(
            "`on_drop` belongs on `#[toplevel]`: a `#[{role}]` always runs to its end, so \
                 remove it"
        ),
    )
}

pub(crate) fn on_drop_value(name: &Ident, value: TokenStream) -> Error {
    let message = "`on_drop` is either `\"finish\"` or `\"cancel\"`: write one of these";
    Error::new_spanned(value_or_name(name, value), message)
}

pub(crate) fn crate_without_path(name: &Ident, value: TokenStream) -> Error {
    let message = "`crate` is the path of tasklet-core in your crate: write `crate = that::path`";
    Error::new_spanned(value_or_name(name, value), message)
}

pub(crate) fn argument_of_a_blocking_toplevel(argument: &str, span: Span) -> Error {
    Error::new(
        span,
        format!(
            "`{argument}` has no meaning for a handler that blocks: write `async fn`, or remove it"
        ),
    )
}

/// A value that is missing is blamed on the argument's name.
fn value_or_name(name: &Ident, value: TokenStream) -> TokenStream {
    if value.is_empty() { name.to_token_stream() } else { value }
}
