//! The words in an attribute's parentheses: first as they were written, then as they are meant.

mod transaction;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Ident, LitBool, LitStr, Path, Token, parse_quote};

use crate::diagnostics::{self, Errors};
pub(crate) use transaction::Transaction;

/// Which of our attributes is being expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The function starts its work at once and returns a handle.
    Tasklet,
    /// The function blocks until its work is done.
    Synctasklet,
    /// The function is a handler: it returns when everything started inside it is done.
    Toplevel,
    /// The function is a tasklet, whose body runs in a transaction.
    TransactionalAsync,
    /// The same, under NDB's other name.
    TransactionalTasklet,
    /// The function blocks until its transaction is done.
    Transactional,
    /// The body runs outside of any transaction.
    NonTransactional,
}

impl Role {
    pub(crate) const ALL: [Role; 7] = [
        Role::Tasklet,
        Role::Synctasklet,
        Role::Toplevel,
        Role::TransactionalAsync,
        Role::TransactionalTasklet,
        Role::Transactional,
        Role::NonTransactional,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Tasklet => "tasklet",
            Role::Synctasklet => "synctasklet",
            Role::Toplevel => "toplevel",
            Role::TransactionalAsync => "transactional_async",
            Role::TransactionalTasklet => "transactional_tasklet",
            Role::Transactional => "transactional",
            Role::NonTransactional => "non_transactional",
        }
    }

    /// The role that another attribute of the same function would give it.
    pub(crate) fn of(attr: &Attribute) -> Option<Role> {
        let last = &attr.path().segments.last()?.ident;
        Role::ALL.into_iter().find(|role| last == role.name())
    }

    /// Whether it makes the body a transaction.
    pub(crate) fn is_transaction(self) -> bool {
        self.is_transactional_tasklet() || self == Role::Transactional
    }

    /// Whether it makes the body a transaction, and the function a tasklet.
    pub(crate) fn is_transactional_tasklet(self) -> bool {
        matches!(self, Role::TransactionalAsync | Role::TransactionalTasklet)
    }

    /// Whether an `async fn` with it is a tasklet that is something more.
    pub(crate) fn makes_a_tasklet(self) -> bool {
        self.is_transactional_tasklet() || self == Role::NonTransactional
    }

    /// The arguments this attribute takes, for the answer to one that it does not.
    pub(crate) fn known_arguments(self) -> &'static str {
        match self {
            Role::Tasklet => "`?Send` and `crate = path`",
            Role::Synctasklet => "`crate = path`",
            Role::Toplevel => "`?Send`, `on_drop = \"cancel\"` and `crate = path`",
            Role::TransactionalAsync | Role::TransactionalTasklet => {
                "`retries`, `propagation`, `isolation`, `read_only`, `manager`, `?Send` and \
                 `crate = path`"
            }
            Role::Transactional => {
                "`retries`, `propagation`, `isolation`, `read_only`, `manager` and `crate = path`"
            }
            Role::NonTransactional => "`allow_existing = false`, `?Send` and `crate = path`",
        }
    }

    /// What a function with this attribute becomes.
    fn shape(self, is_async: bool) -> Shape {
        match self {
            Role::Tasklet | Role::TransactionalAsync | Role::TransactionalTasklet => Shape::Tasklet,
            Role::NonTransactional if is_async => Shape::Tasklet,
            Role::Synctasklet | Role::Transactional | Role::NonTransactional => Shape::Blocking,
            Role::Toplevel => Shape::Toplevel,
        }
    }
}

/// What a function becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A function that starts its work and returns a handle.
    Tasklet,
    /// A function that blocks.
    Blocking,
    /// A handler, async or not, as it was.
    Toplevel,
}

/// Where a body runs.
pub(crate) enum Within {
    /// Where it is called.
    Anything,
    /// In a transaction.
    Transaction(Box<Transaction>),
    /// In no transaction.
    NoTransaction {
        /// Whether it may be called in one all the same.
        allow_existing: bool,
    },
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
    allow_existing: Option<bool>,
    transaction: Transaction,
}

/// The arguments as meant: what expansion asks.
pub(crate) struct Config {
    pub(crate) role: Role,
    pub(crate) shape: Shape,
    pub(crate) within: Within,
    /// Whether the work must be able to move between threads.
    pub(crate) send: bool,
    pub(crate) on_drop: OnDrop,
    /// The path of tasklet-core, as the user's crate knows it.
    pub(crate) krate: Path,
}

impl Args {
    /// Reads every argument, and goes on behind one that cannot be read.
    pub(crate) fn parse(role: Role, tokens: TokenStream, errors: &mut Errors) -> Args {
        let mut args = Args {
            role,
            not_send: None,
            on_drop: None,
            krate: None,
            allow_existing: None,
            transaction: Transaction::new(role),
        };
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
            "allow_existing" if self.role == Role::NonTransactional => {
                self.parse_allow_existing(&name, input)
            }
            _ if self.role.is_transaction() && Transaction::knows(&name) => {
                self.transaction.parse(&name, input)
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
        let always_blocks = matches!(self.role, Role::Synctasklet | Role::Transactional);
        if always_blocks || rest.to_string() != "Send" {
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
        no_second(&self.krate.replace(path), name)
    }

    fn parse_on_drop(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let value = value_of(input)?;
        let word = syn::parse2::<LitStr>(value.clone()).map(|literal| literal.value());
        let choice = match word.as_deref() {
            Ok("finish") => OnDrop::Finish,
            Ok("cancel") => OnDrop::Cancel,
            _ => return Err(diagnostics::on_drop_value(name, value)),
        };
        no_second(&self.on_drop.replace((choice, name.span())), name)
    }

    fn parse_allow_existing(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let value = value_of(input)?;
        let choice = syn::parse2::<LitBool>(value.clone())
            .map_err(|_| diagnostics::allow_existing_value(name, value))?;
        no_second(&self.allow_existing.replace(choice.value), name)
    }

    /// Joins the arguments with the function they stand on. A toplevel may have those of a
    /// transaction beside its own.
    pub(crate) fn build(self, inner: Option<Args>, is_async: bool, errors: &mut Errors) -> Config {
        let role = self.role;
        let shape = role.shape(is_async);
        if shape != Shape::Tasklet && !is_async {
            let on_drop = self.on_drop.map(|(_, span)| ("on_drop", span));
            let not_send = self.not_send.map(|span| ("?Send", span));
            for (name, span) in not_send.into_iter().chain(on_drop) {
                errors.push(diagnostics::argument_of_what_blocks(role, name, span));
            }
        }
        let inner_not_send = inner.as_ref().is_some_and(|inner| inner.not_send.is_some());
        let mut krate = self.krate;
        let within = match inner {
            Some(inner) => {
                krate = krate.or(inner.krate);
                Within::Transaction(Box::new(inner.transaction))
            }
            None if role.is_transaction() => Within::Transaction(Box::new(self.transaction)),
            None if role == Role::NonTransactional => {
                Within::NoTransaction { allow_existing: self.allow_existing.unwrap_or(true) }
            }
            None => Within::Anything,
        };
        Config {
            role,
            shape,
            within,
            send: self.not_send.is_none() && !inner_not_send,
            on_drop: self.on_drop.map_or(OnDrop::Finish, |(choice, _)| choice),
            krate: krate.unwrap_or_else(|| parse_quote!(::tasklet_core)),
        }
    }
}

impl Config {
    /// The transaction that the body is.
    pub(crate) fn transaction(&self) -> Option<&Transaction> {
        match &self.within {
            Within::Transaction(transaction) => Some(transaction),
            Within::Anything | Within::NoTransaction { .. } => None,
        }
    }
}

/// Refuses an argument that was there already.
fn no_second<T>(former: &Option<T>, name: &Ident) -> syn::Result<()> {
    match former {
        None => Ok(()),
        Some(_) => {
            let written = name.to_token_stream();
            Err(diagnostics::duplicate_argument(&name.to_string(), written))
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
