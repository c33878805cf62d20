//! Puts an attribute on every function of a source file, in the lines where the functions begin.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, Signature, Visibility};

/// What is put in front of a function.
pub(crate) const ATTRIBUTE: &str = "#[::tasklet_core::must_await] ";

/// A function with a body, by its lines in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) is_async: bool,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
    /// In bytes from the beginning of the file.
    position: usize,
}

/// The functions of a file that may be annotated, or `None` if it is not a file of Rust.
pub(crate) fn functions(text: &str) -> Option<Vec<Function>> {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    // What stands before the first item keeps its place: syn would cut it off.
    let file: syn::File = text[mark..].parse::<TokenStream>().ok().and_then(parsed)?;
    let mut finder = Finder { functions: Vec::new() };
    finder.visit_file(&file);
    let mut functions = finder.functions;
    for function in &mut functions {
        function.position += mark;
    }
    functions.sort_by_key(|function| function.position);
    Some(functions)
}

/// The file with the attribute in front of each of `functions`.
pub(crate) fn annotated(text: &str, functions: &[Function]) -> String {
    let mut out = String::with_capacity(text.len() + functions.len() * ATTRIBUTE.len());
    let mut copied = 0;
    for function in functions {
        out += &text[copied..function.position];
        out += ATTRIBUTE;
        copied = function.position;
    }
    out + &text[copied..]
}

fn parsed<T: syn::parse::Parse>(tokens: TokenStream) -> Option<T> {
    syn::parse2(tokens).ok()
}

struct Finder {
    functions: Vec<Function>,
}

impl Finder {
    fn add(&mut self, visibility: Option<&Visibility>, signature: &Signature, body: &Block) {
        // The compiler runs it in constants, where the questions could not stand.
        if signature.constness.is_some() {
            return;
        }
        let head = quote!(#visibility #signature);
        let first = head.into_iter().next().expect("a function has a head").span();
        self.functions.push(Function {
            name: signature.ident.to_string(),
            is_async: signature.asyncness.is_some(),
            first_line: first.start().line,
            last_line: body.span().end().line,
            position: first.byte_range().start,
        });
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.add(Some(&item.vis), &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.add(Some(&item.vis), &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(None, &item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    /// `cfg_feature! { … }` wraps whole items, and hands them on as they are.
    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        if is_condition(&item.mac)
            && let Some(file) = parsed::<syn::File>(item.mac.tokens.clone())
        {
            self.visit_file(&file);
        }
    }

    fn visit_impl_item_macro(&mut self, item: &'a syn::ImplItemMacro) {
        let tokens = &item.mac.tokens;
        if is_condition(&item.mac)
            && let Some(block) = parsed::<syn::ItemImpl>(quote!(impl Whatever { #tokens }))
        {
            self.visit_item_impl(&block);
        }
    }
}

fn is_condition(call: &syn::Macro) -> bool {
    call.path.segments.last().is_some_and(|name| name.ident.to_string().starts_with("cfg_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_with_a_body_is_annotated_in_its_own_line() {
        let text = "\u{feff}#![deny(warnings)]\n\
            /// Documented.\n#[inline]\npub(crate) async fn a() { fn inner() {} }\n\
            const fn constant() {}\n\
            impl S { pub fn b(&self) {}\n cfg_x! { unsafe fn c() {} } }\n\
            trait T { fn declared(); fn d() {} }\n\
            cfg_net! { mod m { fn é() {} fn f() {} } }\n\
            macro_rules! m { () => { fn not_seen() {} } }\n";
        let functions = functions(text).expect("a file of Rust");
        let names: Vec<_> = functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["a", "inner", "b", "c", "d", "é", "f"]);
        assert_eq!(functions.iter().filter(|function| function.is_async).count(), 1);
        let annotated = annotated(text, &functions);
        assert_eq!(annotated.lines().count(), text.lines().count());
        assert_eq!(annotated.replace(ATTRIBUTE, ""), text);
        for place in ["pub(crate) async fn a", "fn inner", "pub fn b", "unsafe fn c", "fn é"] {
            assert!(annotated.contains(&format!("{ATTRIBUTE}{place}")), "{place}: {annotated}");
        }
    }
}
