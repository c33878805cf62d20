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

/// `role` stands above `other` on one function.
pub(crate) fn together(role: Role, other: Role, path: impl ToTokens) -> Error {
    let (above, below) = (role.name(), other.name());
    let message = match (role, other) {
        _ if role == other => format!("this function has a `#[{above}]` already: remove this one"),
        (_, Role::Toplevel) if role.is_transaction() => {
            format!(
                "all of the transaction is in the handler: write `#[toplevel]` above `#[{above}]`"
            )
        }
        (Role::Toplevel, Role::NonTransactional) => {
            "a handler is outside of any transaction: remove `#[non_transactional]`".to_owned()
        }
        (Role::Tasklet, inner) | (inner, Role::Tasklet) if inner.makes_a_tasklet() => {
            let inner = inner.name();
            format!("`#[{inner}]` makes a tasklet already: remove `#[tasklet]`")
        }
        (Role::Tasklet, Role::Transactional) | (Role::Transactional, Role::Tasklet) => {
            "a tasklet in a transaction is a `#[transactional_async]`: write that instead of both"
                .to_owned()
        }
        (Role::Synctasklet, Role::Transactional) | (Role::Transactional, Role::Synctasklet) => {
            "`#[transactional]` blocks already: remove `#[synctasklet]`".to_owned()
        }
        (Role::Synctasklet, inner) | (inner, Role::Synctasklet) if inner.is_transaction() => {
            "a function that blocks for its transaction is a `#[transactional]`: write that \
             instead of both"
                .to_owned()
        }
        _ => format!("a function is either a `#[{above}]` or a `#[{below}]`: remove one of them"),
    };
    Error::new_spanned(path, message)
}

/// An async handler, above whose body stands a `#[transactional]`.
pub(crate) fn async_handler_that_blocks(path: impl ToTokens) -> Error {
    let message = "`#[transactional]` blocks, which an async handler must not: write \
                   `#[transactional_async]`";
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

pub(crate) fn argument_of_what_blocks(role: Role, argument: &str, span: Span) -> Error {
    let what = if role == Role::Toplevel { "handler" } else { "function" };
    Error::new(
        span,
        format!(
            "`{argument}` has no meaning for a {what} that blocks: write `async fn`, or remove it"
        ),
    )
}

pub(crate) fn retries_value(name: &Ident, value: TokenStream) -> Error {
    let message = "`retries` is a number: write `retries = 3`, or `retries = 0` for one attempt";
    Error::new_spanned(value_or_name(name, value), message)
}

pub(crate) fn propagation_value(name: &Ident, value: TokenStream) -> Error {
    let message = "`propagation` is one of `nested`, `mandatory`, `allowed` and `independent`: \
                   write one of these";
    Error::new_spanned(value_or_name(name, value), message)
}

pub(crate) fn isolation_value(name: &Ident, value: TokenStream) -> Error {
    let message = "`isolation` is one of `serializable`, `repeatable_read` and `read_committed`: \
                   write one of these";
    Error::new_spanned(value_or_name(name, value), message)
}

pub(crate) fn read_only_value(value: TokenStream) -> Error {
    Error::new_spanned(value, "`read_only` has no value: write it alone")
}

pub(crate) fn manager_value(name: &Ident, value: TokenStream) -> Error {
    let message =
        "`manager` is the database that the transaction is of: write `manager = database`";
    Error::new_spanned(value_or_name(name, value), message)
}

pub(crate) fn allow_existing_value(name: &Ident, value: TokenStream) -> Error {
    let message = "`allow_existing` is either `true` or `false`: write one of these";
    Error::new_spanned(value_or_name(name, value), message)
}

/// A value that is missing is blamed on the argument's name.
fn value_or_name(name: &Ident, value: TokenStream) -> TokenStream {
    if value.is_empty() { name.to_token_stream() } else { value }
}
