//! The words in an attribute's parentheses: first as they were written, then as they are meant.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Ident, LitStr, Path, Token, parse_quote};

use crate::diagnostics::{self, Errors};

/// Which of our attributes is being expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The function starts its work at once and returns a handle.
    Tasklet,
    /// The function blocks until its work is done.
    Synctasklet,
    /// The function is a handler: it returns when everything started inside it is done.
    Toplevel,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Tasklet => "tasklet",
            Role::Synctasklet => "synctasklet",
            Role::Toplevel => "toplevel",
        }
    }

    /// The role that another attribute of the same function would give it.
    pub(crate) fn of(attr: &Attribute) -> Option<Role> {
        let last = &attr.path().segments.last()?.ident;
        [Role::Tasklet, Role::Synctasklet, Role::Toplevel]
            .into_iter()
            .find(|role| last == role.name())
    }

    /// The arguments this attribute takes, for the answer to one that it does not.
    pub(crate) fn known_arguments(self) -> &'static str {
        match self {
            Role::Tasklet => "`?Send` and `crate = path`",
            Role::Synctasklet => "`crate = path`",
            Role::Toplevel => "`?Send`, `on_drop = \"cancel\"` and `crate = path`",
        }
    }
}

/// What becomes of a toplevel whose future is dropped before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDrop {
    /// Its work goes on without it. This is the default.
    Finish,
    /// Its work is stopped.
    Cancel,
}

/// The arguments as written, each with the place to blame.
pub(crate) struct Args {
    role: Role,
    not_send: Option<Span>,
    on_drop: Option<(OnDrop, Span)>,
    krate: Option<Path>,
}

/// The arguments as meant: what expansion asks.
pub(crate) struct Config {
    pub(crate) role: Role,
    /// Whether the work must be able to move between threads.
    pub(crate) send: bool,
    pub(crate) on_drop: OnDrop,
    /// The path of tasklet-core, as the user's crate knows it.
    pub(crate) krate: Path,
}

impl Args {
    /// Reads every argument, and goes on behind one that cannot be read.
    pub(crate) fn parse(role: Role, tokens: TokenStream, errors: &mut Errors) -> Args {
        let mut args = Args { role, not_send: None, on_drop: None, krate: None };
        let read_all = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.parse_one(input) {
                    errors.push(error);
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = read_all.parse2(tokens) {
            errors.push(error);
        }
        args
    }

    /// Reads up to the next comma, also when what stands there is refused.
    fn parse_one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Token![?]) {
            return self.parse_not_send(input);
        }
        let Ok(name) = input.call(Ident::parse_any) else {
            return Err(diagnostics::unknown_argument(self.role, rest_of_argument(input)?));
        };
        match name.to_string().as_str() {
            "crate" => self.parse_crate(&name, input),
            "on_drop" if self.role == Role::Toplevel => self.parse_on_drop(&name, input),
            "on_drop" => {
                rest_of_argument(input)?;
                Err(diagnostics::on_drop_elsewhere(&name, self.role))
            }
            _ => {
                rest_of_argument(input)?;
                Err(diagnostics::unknown_argument(self.role, name.into_token_stream()))
            }
        }
    }

    fn parse_not_send(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let question = input.parse::<Token![?]>()?;
        let rest = rest_of_argument(input)?;
        let written = quote!(#question #rest);
        if self.role == Role::Synctasklet || rest.to_string() != "Send" {
            return Err(diagnostics::unknown_argument(self.role, written));
        }
        match self.not_send.replace(question.span) {
            None => Ok(()),
            Some(_) => Err(diagnostics::duplicate_argument("?Send", written)),
        }
    }

    fn parse_crate(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let value = value_of(input)?;
        let path = Path::parse_mod_style
            .parse2(value.clone())
            .map_err(|_| diagnostics::crate_without_path(name, value))?;
        match self.krate.replace(path) {
            None => Ok(()),
            Some(_) => Err(diagnostics::duplicate_argument("crate", name.to_token_stream())),
        }
    }

    fn parse_on_drop(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let value = value_of(input)?;
        let word = syn::parse2::<LitStr>(value.clone()).map(|literal| literal.value());
        let choice = match word.as_deref() {
            Ok("finish") => OnDrop::Finish,
            Ok("cancel") => OnDrop::Cancel,
            _ => return Err(diagnostics::on_drop_value(name, value)),
        };
        match self.on_drop.replace((choice, name.span())) {
            None => Ok(()),
            Some(_) => Err(diagnostics::duplicate_argument("on_drop", name.to_token_stream())),
        }
    }

    /// Joins the arguments with the function they stand on.
    pub(crate) fn build(self, is_async: bool, errors: &mut Errors) -> Config {
        let blocks = self.role == Role::Toplevel && !is_async;
        if blocks {
            let on_drop = self.on_drop.map(|(_, span)| ("on_drop", span));
            let not_send = self.not_send.map(|span| ("?Send", span));
            for (name, span) in not_send.into_iter().chain(on_drop) {
                errors.push(diagnostics::argument_of_a_blocking_toplevel(name, span));
            }
        }
        Config {
            role: self.role,
            send: self.not_send.is_none(),
            on_drop: self.on_drop.map_or(OnDrop::Finish, |(choice, _)| choice),
            krate: self.krate.unwrap_or_else(|| parse_quote!(::tasklet_core)),
        }
    }
}

/// The tokens behind `=`, or nothing if there is no `=`.
fn value_of(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    input.parse::<Option<Token![=]>>()?;
    rest_of_argument(input)
}

/// Takes what is left before the next comma.
fn rest_of_argument(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        rest.extend(Some(input.parse::<proc_macro2::TokenTree>()?));
    }
    Ok(rest)
}
