//! What an attribute stands on: the signature as a tree, the body as the tokens the user wrote.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{AttrStyle, Attribute, Block, LitStr, Signature, Token, Visibility};

/// A function, a method, or a trait's declaration of one.
pub(crate) struct Function {
    /// All attributes but ours, those from inside the body's braces included.
    pub(crate) attrs: Vec<Attribute>,
    /// What is left of an attribute below ours that ours has read.
    pub(crate) settled: Option<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    /// `None` for a declaration, which ends in a semicolon.
    pub(crate) body: Option<Body>,
}

/// A body is emitted as it was written, so that what syn does not understand (half-typed code, the
/// syntax of a newer compiler) is still rustc's to judge.
pub(crate) struct Body {
    pub(crate) tokens: Group,
    /// The same as a tree, if it is one.
    pub(crate) block: Option<Block>,
    /// The same with the questions of the flow analysis, if there are any.
    pub(crate) questioned: Option<TokenStream>,
}

impl Body {
    /// What is emitted.
    pub(crate) fn emitted(&self) -> TokenStream {
        self.questioned.clone().unwrap_or_else(|| self.tokens.to_token_stream())
    }
}

impl Function {
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Function> {
        parse_function.parse2(without_invisible_groups(item))
    }

    /// The word that says what an item is which is no function: `struct`, `use` …
    pub(crate) fn foreign_keyword(item: TokenStream) -> Option<Ident> {
        keyword.parse2(without_invisible_groups(item)).ok().filter(|word| word != "fn")
    }

    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    /// The name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.sig.ident.unraw().to_string()
    }
}

fn parse_function(input: ParseStream<'_>) -> syn::Result<Function> {
    let mut attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    let defaultness = input.parse()?;
    let sig = input.parse()?;
    let body = parse_body(input, &mut attrs)?;
    Ok(Function { attrs, settled: None, vis, defaultness, sig, body })
}

fn parse_body(input: ParseStream<'_>, attrs: &mut Vec<Attribute>) -> syn::Result<Option<Body>> {
    if input.parse::<Option<Token![;]>>()?.is_some() {
        return Ok(None);
    }
    let TokenTree::Group(tokens) = only_group(input.parse()?) else {
        return Err(input.error("expected a body in braces, or `;`"));
    };
    let (inner, tokens) = split_inner_attributes(tokens);
    attrs.extend(inner);
    let block = syn::parse2(tokens.to_token_stream()).ok();
    Ok(Some(Body { tokens, block, questioned: None }))
}

/// Inner attributes stand on the function, and would be refused on a block inside of it.
///
/// Input: `{ #![allow(unused)] rest }`. Output: `#[allow(unused)]` and `{ rest }`.
fn split_inner_attributes(tokens: Group) -> (Vec<Attribute>, Group) {
    let split = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_inner)?;
        Ok((attrs, input.parse::<TokenStream>()?))
    };
    match split.parse2(tokens.stream()) {
        Ok((mut attrs, rest)) if !attrs.is_empty() => {
            attrs.iter_mut().for_each(|attr| attr.style = AttrStyle::Outer);
            let mut body = Group::new(Delimiter::Brace, rest);
            body.set_span(tokens.span());
            (attrs, body)
        }
        _ => (Vec::new(), tokens),
    }
}

/// A body that came through a macro as `$body:block` is wrapped in an invisible group.
fn only_group(token: TokenTree) -> TokenTree {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            match only_token(group.stream()) {
                Some(inner) => only_group(inner),
                None => TokenTree::Group(group),
            }
        }
        other => other,
    }
}

/// An item that came through a macro as `$item:item` is wrapped in an invisible group.
fn without_invisible_groups(item: TokenStream) -> TokenStream {
    match only_token(item.clone()) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            without_invisible_groups(group.stream())
        }
        _ => item,
    }
}

fn only_token(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter();
    let first = tokens.next();
    if tokens.next().is_none() { first } else { None }
}

/// The word that says what kind of item this is: `fn`, `struct`, `impl` …
fn keyword(input: ParseStream<'_>) -> syn::Result<Ident> {
    const QUALIFIERS: [&str; 6] = ["async", "const", "unsafe", "extern", "default", "gen"];

    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let first = input.call(Ident::parse_any)?;
    let mut word = first.clone();
    while QUALIFIERS.iter().any(|qualifier| word == qualifier) {
        // The name of an ABI.
        input.parse::<Option<LitStr>>()?;
        word = input.call(Ident::parse_any)?;
    }
    input.parse::<TokenStream>()?;
    Ok(if word == "fn" { word } else { first })
}
