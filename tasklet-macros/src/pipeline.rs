//! The life of one expansion: parse, gate, expand, and what is emitted when a gate stays shut.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::args::{Args, Config, Role};
use crate::diagnostics::{self, Errors};
use crate::item::{Body, Function};
use crate::{expand, flow, rules};

/// Expands one attribute on one item.
///
/// Each phase may assume that the one before it passed, and all problems of one phase are reported
/// together. Whatever is wrong, an item with the real signature comes out, so that the user reads
/// about the mistake alone and not about every caller of a function that has vanished.
pub(crate) fn run(role: Role, args: TokenStream, item: TokenStream) -> TokenStream {
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

    let config = args.build(function.is_async(), &mut errors);
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
