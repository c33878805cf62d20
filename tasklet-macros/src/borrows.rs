//! Does a parameter of this type hold a borrow that may end before the tasklet does?

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{
    BoundLifetimes, Expr, GenericParam, Lifetime, ParenthesizedGenericArguments, TraitBound, Type,
    TypeFnPtr, TypeReference,
};

/// The tokens of the first borrow that syntax can see.
///
/// `'static` borrows nothing. A lifetime that the type itself introduces (`for<'a>`, and what is
/// left out in `fn(&T)` and `Fn(&T)`) is chosen anew by each caller and borrows nothing either.
pub(crate) fn first_borrow(ty: &Type) -> Option<TokenStream> {
    let mut finder = Finder::default();
    finder.visit_type(ty);
    finder.found
}

#[derive(Default)]
struct Finder<'ast> {
    found: Option<TokenStream>,
    /// Lifetimes of the `for<…>` around the place that is looked at.
    introduced: Vec<&'ast Lifetime>,
    /// Whether an elided lifetime here is introduced by a function type around it.
    elision_is_free: bool,
}

impl<'ast> Finder<'ast> {
    fn borrows(&mut self, borrow: &impl ToTokens) {
        self.found.get_or_insert_with(|| borrow.to_token_stream());
    }

    fn inside_function_type(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.elision_is_free, true);
        visit(self);
        self.elision_is_free = outside;
    }

    /// `for<'a>` reaches to the end of the bound or type that it begins.
    fn with_introduced(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = self.introduced.len();
        visit(self);
        self.introduced.truncate(outside);
    }
}

impl<'ast> Visit<'ast> for Finder<'ast> {
    fn visit_bound_lifetimes(&mut self, bound: &'ast BoundLifetimes) {
        self.introduced.extend(bound.lifetimes.iter().filter_map(|param| match param {
            GenericParam::Lifetime(param) => Some(&param.lifetime),
            _ => None,
        }));
    }

    fn visit_type_fn_ptr(&mut self, pointer: &'ast TypeFnPtr) {
        self.with_introduced(|finder| {
            finder.inside_function_type(|finder| visit::visit_type_fn_ptr(finder, pointer));
        });
    }

    fn visit_trait_bound(&mut self, bound: &'ast TraitBound) {
        self.with_introduced(|finder| visit::visit_trait_bound(finder, bound));
    }

    fn visit_parenthesized_generic_arguments(
        &mut self,
        fn_sugar: &'ast ParenthesizedGenericArguments,
    ) {
        self.inside_function_type(|finder| {
            visit::visit_parenthesized_generic_arguments(finder, fn_sugar);
        });
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        match &reference.lifetime {
            Some(lifetime) => self.visit_lifetime(lifetime),
            None if self.elision_is_free => {}
            None => {
                let ampersand = &reference.and_token;
                let mutability = &reference.mutability;
                self.borrows(&quote!(#ampersand #mutability));
            }
        }
        self.visit_type(&reference.elem);
    }

    /// The length of an array is a world of its own.
    fn visit_expr(&mut self, _: &'ast Expr) {}

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        let is_free = lifetime.ident == "static"
            || (lifetime.ident == "_" && self.elision_is_free)
            || self.introduced.iter().any(|introduced| introduced.ident == lifetime.ident);
        if !is_free {
            self.borrows(lifetime);
        }
    }
}
