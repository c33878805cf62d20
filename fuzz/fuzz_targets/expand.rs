//! Any text that is made of tokens, as the item that an attribute stands on: nothing panics, and
//! what was a function stays one.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprClosure, File, Item, Meta};

// A crate of procedural macros cannot be linked to, so its modules are compiled in. In their eyes
// they stand at the root.
#[path = "../../tasklet-macros/src"]
mod source {
    pub(crate) mod args;
    pub(crate) mod awaits;
    pub(crate) mod borrows;
    pub(crate) mod derive;
    pub(crate) mod diagnostics;
    pub(crate) mod expand;
    pub(crate) mod flow;
    pub(crate) mod hygiene;
    pub(crate) mod item;
    pub(crate) mod macros;
    pub(crate) mod mentions;
    pub(crate) mod must_await;
    pub(crate) mod pipeline;
    pub(crate) mod question;
    pub(crate) mod rules;
}
use source::{
    args, awaits, borrows, derive, diagnostics, expand, flow, hygiene, item, macros, mentions,
    must_await, pipeline, question, rules,
};

use args::Role;

/// A parser goes down into groups by calling itself, and so does the compiler's own.
const DEPTH_MAX: usize = 32;
const ITEMS_MAX: usize = 32;

fuzz_target!(|text: &str| -> Corpus {
    let Ok(tokens) = text.parse::<TokenStream>() else { return Corpus::Reject };
    if DEPTH_MAX < depth(&tokens) {
        return Corpus::Reject;
    }
    expand_all(&TokenStream::new(), &tokens);
    if let Ok(file) = syn::parse2::<File>(tokens) {
        file.items.into_iter().take(ITEMS_MAX).for_each(expand_item);
    }
    // What is remembered of each text would fill the memory.
    proc_macro2::extra::invalidate_current_thread_spans();
    Corpus::Keep
});

fn depth(tokens: &TokenStream) -> usize {
    let inside = |token| match token {
        TokenTree::Group(group) => 1 + depth(&group.stream()),
        _ => 0,
    };
    tokens.clone().into_iter().map(inside).max().unwrap_or(0)
}

/// An item with the arguments that an attribute of ours has on it, which is taken off.
fn expand_item(mut item: Item) {
    let attrs = match &mut item {
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        _ => return,
    };
    let is_ours = |attr: &Attribute| {
        let last = attr.path().segments.last();
        Role::of(attr).is_some() || last.is_some_and(|last| last.ident == "must_await")
    };
    let args = match attrs.iter().position(is_ours).map(|index| attrs.remove(index).meta) {
        Some(Meta::List(list)) => list.tokens,
        _ => TokenStream::new(),
    };
    let is_function = matches!(item, Item::Fn(_)) && !LooseLet::is_in(&item);
    for expansion in expand_all(&args, &item.to_token_stream()) {
        assert!(
            !is_function || syn::parse2::<File>(expansion.clone()).is_ok(),
            "no items came out of a function:\n{expansion}"
        );
    }
}

/// `|| let x = y`, which syn reads and rustc refuses: what is asked about `x` stands in braces, in
/// which syn refuses it too.
struct LooseLet(bool);

impl LooseLet {
    fn is_in(item: &Item) -> bool {
        let mut finder = LooseLet(false);
        finder.visit_item(item);
        finder.0
    }
}

impl<'ast> Visit<'ast> for LooseLet {
    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        self.0 |= matches!(*closure.body, Expr::Let(_));
        visit::visit_expr_closure(self, closure);
    }
}

fn expand_all(args: &TokenStream, item: &TokenStream) -> Vec<TokenStream> {
    let of_role = |role| pipeline::run(role, args.clone(), item.clone());
    let questioned = must_await::run(args.clone(), item.clone());
    derive::run(item.clone());
    Role::ALL.into_iter().map(of_role).chain([questioned]).collect()
}
