//! The life of one expansion: parse, gate, expand, and what is emitted when a gate stays shut.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::args::{Args, Config, Role};
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::{expand, rules};

/// Expands one attribute on one item.
///
/// Each phase may assume that the one before it passed, and all problems of one phase are reported
/// together. Whatever is wrong, an item with the real signature comes out, so that the user reads
/// about the mistake alone and not about every caller of a function that has vanished.
pub(crate) fn run(role: Role, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(role, args, &mut errors);

    let function = match Function::parse(role, item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            return with_errors(&errors, item);
        }
    };

    let config = args.build(function.is_async(), &mut errors);
    rules::check(&function, &config, &mut errors);

    let expansion = if errors.is_empty() {
        expand::function(&function, &config)
    } else {
        with_errors(&errors, expand::fallback(&function, &config))
    };
    print_if_asked(&function, &config, &expansion);
    expansion
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
