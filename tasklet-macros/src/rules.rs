//! Which function may carry which attribute: a flat list of rules, each with its message.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, Ident, Pat, Receiver, ReceiverKind};

use crate::args::{Config, OnDrop, Role, Shape};
use crate::borrows::first_borrow;
use crate::diagnostics::{self, Errors};
use crate::item::Function;

/// Applies every rule, so that all mistakes in one function are reported at once.
pub(crate) fn check(function: &Function, config: &Config, errors: &mut Errors) {
    check_qualifiers(function, config, errors);
    check_other_attributes(function, config, errors);
    if must_own_its_parameters(function, config) {
        check_parameters(function, config, errors);
    }
}

fn check_qualifiers(function: &Function, config: &Config, errors: &mut Errors) {
    let sig = &function.sig;
    let role = config.role;
    if let Some(role) = needs_async(config)
        && !function.is_async()
    {
        errors.push(diagnostics::not_async(role, sig.fn_token.span));
    }
    if let Some(constness) = &sig.constness {
        errors.push(diagnostics::const_function(role, constness.span));
    }
    if let Some(abi) = &sig.abi {
        errors.push(diagnostics::foreign_abi(role, abi));
    }
    if let Some(variadic) = &sig.variadic {
        errors.push(diagnostics::variadic(role, variadic.dots));
    }
}

/// The attribute that wants an async body, if one does.
fn needs_async(config: &Config) -> Option<Role> {
    match config.role {
        Role::Transactional | Role::NonTransactional => None,
        Role::Toplevel => {
            let inner = config.transaction().map(|transaction| transaction.role);
            inner.filter(|role| role.is_transactional_tasklet())
        }
        role => Some(role),
    }
}

fn check_other_attributes(function: &Function, config: &Config, errors: &mut Errors) {
    for attr in &function.attrs {
        let Some(other) = Role::of(attr) else { continue };
        // The first transaction of a toplevel was taken already.
        let role = match config.transaction() {
            Some(transaction) if other != Role::Toplevel => transaction.role,
            _ => config.role,
        };
        errors.push(diagnostics::together(role, other, attr.path()));
    }
}

/// Work that may go on when its caller has gone cannot hold the caller's references.
fn must_own_its_parameters(function: &Function, config: &Config) -> bool {
    match config.shape {
        Shape::Tasklet => true,
        Shape::Blocking => false,
        Shape::Toplevel => function.is_async() && config.on_drop == OnDrop::Finish,
    }
}

fn check_parameters(function: &Function, config: &Config, errors: &mut Errors) {
    let role = config.role;
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let Some(borrow) = borrow_of_self(receiver) else { continue };
                errors.push(match role {
                    Role::Toplevel => {
                        let name = Ident::from(receiver.self_token);
                        diagnostics::toplevel_borrows(Some(&name), borrow)
                    }
                    _ => diagnostics::borrowed_self(config.send, borrow),
                });
            }
            FnArg::Typed(typed) => {
                let Some(borrow) = first_borrow(&typed.ty) else { continue };
                let name = single_name(&typed.pat);
                errors.push(match role {
                    Role::Toplevel => diagnostics::toplevel_borrows(name, borrow),
                    _ => diagnostics::borrowed_parameter(name, borrow),
                });
            }
        }
    }
}

fn borrow_of_self(receiver: &Receiver) -> Option<TokenStream> {
    match &receiver.kind {
        ReceiverKind::Reference(..) => Some(receiver.to_token_stream()),
        ReceiverKind::Typed(_, ty) => first_borrow(ty),
        _ => None,
    }
}

fn single_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(binding) if binding.subpat.is_none() => Some(&binding.ident),
        _ => None,
    }
}
