//! `#[must_await]`: the flow analysis alone, on a function, or on all functions of a block of them.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser as _;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, ImplItemFn, Item, ItemFn, ItemMod, Path, Signature, TraitItemFn, parse_quote,
};

use crate::args::Role;
use crate::diagnostics::{self, Errors};
use crate::item::Function;
use crate::{derive, expand, flow};

/// Expands the attribute.
///
/// The item stays as it is, but for questions in dead code; one without questions is not touched.
pub(crate) fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = match args.is_empty() {
        true => None,
        false => derive::read.parse2(args).map_err(|error| errors.push(error)).ok(),
    };
    let krate = krate.unwrap_or_else(|| parse_quote!(::tasklet_core));
    let mut asker = Asker { krate, asked: false };
    let mut tokens = match asker.ask(item.clone()) {
        Ok(Some(questioned)) => questioned,
        Ok(None) => item,
        Err(error) => {
            errors.push(error);
            item
        }
    };
    errors.to_tokens(&mut tokens);
    tokens
}

struct Asker {
    krate: Path,
    /// Whether there is any question.
    asked: bool,
}

impl Asker {
    /// Gives the item with its questions, if it has some.
    fn ask(&mut self, item: TokenStream) -> syn::Result<Option<TokenStream>> {
        // What is no item may be a method, or half typed.
        match syn::parse2::<Item>(item.clone()) {
            Ok(Item::Fn(_) | Item::Verbatim(_)) | Err(_) => self.ask_function(item),
            Ok(Item::Mod(ItemMod { content: None, mod_token, .. })) => {
                Err(diagnostics::must_await_elsewhere(mod_token.span))
            }
            Ok(mut tree @ (Item::Impl(_) | Item::Mod(_) | Item::Trait(_))) => {
                self.visit_item_mut(&mut tree);
                Ok(self.asked.then(|| tree.to_token_stream()))
            }
            Ok(_) => match Function::foreign_keyword(item) {
                Some(word) => Err(diagnostics::must_await_elsewhere(word.span())),
                None => Ok(None),
            },
        }
    }

    fn ask_function(&mut self, item: TokenStream) -> syn::Result<Option<TokenStream>> {
        let Function { attrs, vis, defaultness, sig, body, .. } = Function::parse(item)?;
        let Some(mut block) = body.and_then(|body| body.block) else { return Ok(None) };
        self.check(&attrs, &sig, &mut block);
        Ok(self.asked.then(|| quote!(#(#attrs)* #vis #defaultness #sig #block)))
    }

    /// A function with an attribute of ours is checked by that.
    fn check(&mut self, attrs: &[Attribute], sig: &Signature, block: &mut Block) {
        if attrs.iter().any(|attr| Role::of(attr).is_some() || is_must_await(attr)) {
            return;
        }
        let questions = flow::check(sig, block);
        if !questions.is_empty() {
            self.asked = true;
            questions.weave(block, &expand::runtime(&self.krate, sig.ident.span()));
        }
    }
}

impl VisitMut for Asker {
    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        self.check(&function.attrs, &function.sig, &mut function.block);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        self.check(&function.attrs, &function.sig, &mut function.block);
    }

    fn visit_trait_item_fn_mut(&mut self, function: &mut TraitItemFn) {
        if let Some(block) = &mut function.default {
            self.check(&function.attrs, &function.sig, block);
        }
    }

    /// An inner module may have the attribute itself.
    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        if !module.attrs.iter().any(is_must_await) {
            visit_mut::visit_item_mod_mut(self, module);
        }
    }

    // No function is in these that is not in another function.
    fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
}

fn is_must_await(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "must_await")
}
