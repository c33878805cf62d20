//! The life of one expansion: parse, gate, expand, and what is emitted when a gate stays shut.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Meta, parse_quote};

use crate::args::{Args, Config, Role};
use crate::diagnostics::{self, Errors};
use crate::item::{Body, Function};
use crate::{expand, flow, rules};

/// The argument of an attribute below a toplevel, which has done what the attribute said.
const SETTLED: &str = "__settled";

/// Expands one attribute on one item.
///
/// Each phase may assume that the one before it passed, and all problems of one phase are reported
/// together. Whatever is wrong, an item with the real signature comes out, so that the user reads
/// about the mistake alone and not about every caller of a function that has vanished.
pub(crate) fn run(role: Role, args: TokenStream, item: TokenStream) -> TokenStream {
    if role.is_transaction() && args.to_string() == SETTLED {
        return item;
    }
    let mut errors = Errors::default();
    let args = Args::parse(role, args, &mut errors);

    let mut function = match Function::parse(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(match Function::foreign_keyword(item.clone()) {
                Some(word) => diagnostics::not_a_function(role, word.span()),
                None => error,
            });
            return with_errors(&errors, item);
        }
    };

    let inner = take_transaction(role, &mut function, &mut errors);
    let config = args.build(inner, function.is_async(), &mut errors);
    rules::check(&function, &config, &mut errors);

    let expansion = if errors.is_empty() {
        ask(&mut function, &config);
        expand::function(&function, &config)
    } else {
        with_errors(&errors, expand::fallback(&function, &config))
    };
    print_if_asked(&function, &config, &expansion);
    expansion
}

/// A toplevel may be a transaction, too: what the attribute below says is its business then. The
/// attribute stays, and does nothing any more, so that nobody's import of it is unused.
fn take_transaction(role: Role, function: &mut Function, errors: &mut Errors) -> Option<Args> {
    if role != Role::Toplevel {
        return None;
    }
    let is_transaction = |attr: &Attribute| Role::of(attr).is_some_and(Role::is_transaction);
    let position = function.attrs.iter().position(is_transaction)?;
    let attr = function.attrs.remove(position);
    let inner = Role::of(&attr)?;
    let (path, settled) = (attr.path(), Ident::new(SETTLED, Span::call_site()));
    function.settled = Some(parse_quote!(#[#path(#settled)]));
    if inner == Role::Transactional && function.is_async() {
        errors.push(diagnostics::async_handler_that_blocks(attr.path()));
    }
    let args = match attr.meta {
        Meta::List(list) => list.tokens,
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    Some(Args::parse(inner, args, errors))
}

/// Follows the paths of the body, and weaves in what only the compiler can answer.
fn ask(function: &mut Function, config: &Config) {
    let Some(Body { block: Some(block), questioned, .. }) = &mut function.body else { return };
    // A copy, since the phases to come look at the body as the user wrote it.
    let mut tree = block.clone();
    let questions = flow::check(&function.sig, &tree);
    if !questions.is_empty() {
        questions.weave(&mut tree, &expand::runtime(&config.krate, function.sig.ident.span()));
        *questioned = Some(tree.to_token_stream());
    }
}

fn with_errors(errors: &Errors, item: TokenStream) -> TokenStream {
    let mut tokens = item;
    errors.to_tokens(&mut tokens);
    tokens
}

/// `TASKLET_EXPAND=name cargo check` prints what a function of that name became.
fn print_if_asked(function: &Function, config: &Config, expansion: &TokenStream) {
    let name = function.name();
    if std::env::var_os("TASKLET_EXPAND").is_some_and(|wanted| wanted == *name) {
        eprintln!("// `#[{}]` made of `{name}`:\n{expansion}", config.role.name());
    }
}
