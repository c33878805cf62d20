//! The arguments of a transaction.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens as _;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative as _;
use syn::{Expr, ExprLit, Lit, Token, UnOp};

use super::{Role, no_second, rest_of_argument, value_of};
use crate::diagnostics;

/// What an attribute says of its transaction.
pub(crate) struct Transaction {
    /// Which attribute says it.
    pub(crate) role: Role,
    pub(crate) retries: Option<Expr>,
    pub(crate) propagation: Option<Word>,
    pub(crate) isolation: Option<Word>,
    pub(crate) read_only: Option<Span>,
    pub(crate) manager: Option<Expr>,
}

/// A word among several, and the variant that it means.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    pub(crate) variant: &'static str,
    pub(crate) place: Span,
}

const PROPAGATIONS: [(&str, &str); 4] = [
    ("nested", "Nested"),
    ("mandatory", "Mandatory"),
    ("allowed", "Allowed"),
    ("independent", "Independent"),
];

const ISOLATIONS: [(&str, &str); 3] = [
    ("serializable", "Serializable"),
    ("repeatable_read", "RepeatableRead"),
    ("read_committed", "ReadCommitted"),
];

impl Transaction {
    pub(super) fn new(role: Role) -> Transaction {
        Transaction {
            role,
            retries: None,
            propagation: None,
            isolation: None,
            read_only: None,
            manager: None,
        }
    }

    /// Whether an argument of this name is a transaction's.
    pub(super) fn knows(name: &Ident) -> bool {
        const NAMES: [&str; 5] = ["retries", "propagation", "isolation", "read_only", "manager"];

        NAMES.iter().any(|known| name == known)
    }

    /// Reads an argument whose name is known.
    pub(super) fn parse(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match name.to_string().as_str() {
            "retries" => self.parse_retries(name, input),
            "propagation" => {
                let word = word_of(&PROPAGATIONS, input)?;
                let word = word.map_err(|value| diagnostics::propagation_value(name, value))?;
                no_second(&self.propagation.replace(word), name)
            }
            "isolation" => {
                let word = word_of(&ISOLATIONS, input)?;
                let word = word.map_err(|value| diagnostics::isolation_value(name, value))?;
                no_second(&self.isolation.replace(word), name)
            }
            "read_only" => {
                let value = rest_of_argument(input)?;
                if !value.is_empty() {
                    return Err(diagnostics::read_only_value(value));
                }
                no_second(&self.read_only.replace(name.span()), name)
            }
            _ => {
                let manager = expression_of(input)?
                    .map_err(|value| diagnostics::manager_value(name, value))?;
                no_second(&self.manager.replace(manager), name)
            }
        }
    }

    fn parse_retries(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let retries =
            expression_of(input)?.map_err(|value| diagnostics::retries_value(name, value))?;
        if !may_be_a_number(&retries) {
            return Err(diagnostics::retries_value(name, retries.into_token_stream()));
        }
        no_second(&self.retries.replace(retries), name)
    }

    /// Whether it surely runs once, so that nothing need be there twice.
    pub(crate) fn is_once(&self) -> bool {
        match self.retries.as_ref().map(ungrouped) {
            Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => {
                number.base10_parse::<u32>().is_ok_and(|number| number == 0)
            }
            _ => false,
        }
    }
}

/// What came through a macro as `$retries:expr` is wrapped in an invisible group.
fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        other => other,
    }
}

/// False for what would be refused by its type, in words about a method that nobody has called.
fn may_be_a_number(expr: &Expr) -> bool {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Int(number) => number.base10_parse::<u32>().is_ok(),
            _ => false,
        },
        Expr::Unary(unary) => !matches!(unary.op, UnOp::Neg(_)),
        _ => true,
    }
}

/// The word behind `=`, or what stands there instead.
fn word_of(
    known: &[(&str, &'static str)],
    input: ParseStream<'_>,
) -> syn::Result<Result<Word, TokenStream>> {
    let value = value_of(input)?;
    let Ok(word) = syn::parse2::<Ident>(value.clone()) else { return Ok(Err(value)) };
    let variant = known.iter().find(|(name, _)| word == name);
    let word = variant.map(|(_, variant)| Word { variant, place: word.span() });
    Ok(word.ok_or(value))
}

/// The expression behind `=`, or what stands there instead.
fn expression_of(input: ParseStream<'_>) -> syn::Result<Result<Expr, TokenStream>> {
    // A comma may belong to the expression: `Pool::<A, B>::new()`.
    let ahead = input.fork();
    ahead.parse::<Option<Token![=]>>()?;
    match ahead.parse::<Expr>() {
        Ok(expr) if ahead.is_empty() || ahead.peek(Token![,]) => {
            input.advance_to(&ahead);
            Ok(Ok(expr))
        }
        _ => Ok(Err(value_of(input)?)),
    }
}
