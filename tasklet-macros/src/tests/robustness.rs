//! Nothing that a user may have half typed makes an attribute panic, or lose the function.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use proptest::prelude::*;

use super::expand;
use crate::args::Role;
use crate::{derive, must_await, pipeline};

const WORDS: [&str; 44] = [
    "self",
    "Self",
    "mut",
    "ref",
    "async",
    "await",
    "fn",
    "pub",
    "const",
    "unsafe",
    "extern",
    "default",
    "impl",
    "dyn",
    "for",
    "where",
    "let",
    "if",
    "match",
    "return",
    "move",
    "static",
    "crate",
    "struct",
    "yield",
    "r#type",
    "a",
    "_b",
    "_",
    "T",
    "Vec",
    "vec",
    "println",
    "Send",
    "on_drop",
    "tasklet",
    "allow",
    "cfg",
    "retries",
    "propagation",
    "manager",
    "read_only",
    "allow_existing",
    "transactional_async",
];

const PUNCTUATION: [char; 22] = [
    '#', '!', '?', '&', '*', '+', '-', '<', '>', '=', '|', ':', ';', ',', '.', '@', '$', '/', '%',
    '^', '~', '\'',
];

const HEADS: [&str; 5] = ["impl A for B", "mod a", "trait A", "struct A", "enum A"];

/// Any tokens at all, in groups of every kind.
fn soup() -> impl Strategy<Value = TokenStream> {
    let word = prop::sample::select(&WORDS[..]).prop_map(|word| {
        let span = Span::call_site();
        TokenTree::Ident(match word.strip_prefix("r#") {
            Some(raw) => Ident::new_raw(raw, span),
            None => Ident::new(word, span),
        })
    });
    let punct =
        (prop::sample::select(&PUNCTUATION[..]), any::<bool>()).prop_map(|(char, joint)| {
            let spacing = if joint { Spacing::Joint } else { Spacing::Alone };
            TokenTree::Punct(Punct::new(char, spacing))
        });
    let literal = prop_oneof![
        any::<u8>().prop_map(Literal::u8_suffixed),
        "[{}a-z:]{0,6}".prop_map(|text| Literal::string(&text)),
    ]
    .prop_map(TokenTree::Literal);
    let leaf = prop_oneof![6 => word, 6 => punct, 1 => literal];

    let delimiter = prop::sample::select(
        &[Delimiter::Brace, Delimiter::Bracket, Delimiter::None, Delimiter::Parenthesis][..],
    );
    let tree = leaf.prop_recursive(4, 48, 8, move |inner| {
        (delimiter.clone(), prop::collection::vec(inner, 0..8)).prop_map(|(delimiter, trees)| {
            TokenTree::Group(Group::new(delimiter, trees.into_iter().collect()))
        })
    });
    prop::collection::vec(tree, 0..10).prop_map(|trees| trees.into_iter().collect())
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(&Role::ALL[..])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tokens_expand(role in role(), args in soup(), item in soup()) {
        pipeline::run(role, args.clone(), item.clone());
        must_await::run(args, item.clone());
        derive::run(item);
    }

    #[test]
    fn any_arguments_leave_a_function(role in role(), args in soup(), value in soup()) {
        let args = quote::quote!(manager = #value, retries = #value, #args);
        let item = quote::quote!(async fn name(mut a: A, (b, C { d, .. }): C) -> R { a.await });
        let text = pipeline::run(role, args.clone(), item.clone()).to_string();
        prop_assert!(text.contains("fn name"), "{text}");
        let handler = quote::quote!(#[transactional_async(#args)] #item);
        let text = pipeline::run(Role::Toplevel, TokenStream::new(), handler).to_string();
        prop_assert!(text.contains("fn name"), "{text}");
    }

    #[test]
    fn any_tokens_in_an_item_expand(
        head in prop::sample::select(&HEADS[..]),
        inside in soup(),
    ) {
        let head: TokenStream = head.parse().expect("the head is made of tokens");
        let item = quote::quote!(#head { #inside });
        derive::run(item.clone());
        let text = must_await::run(TokenStream::new(), item.clone()).to_string();
        prop_assert!(text.starts_with(&head.to_string()), "{text}");
    }

    #[test]
    fn any_body_leaves_a_function(role in role(), body in soup(), output in "(-> (R|impl T|!))?") {
        let head: TokenStream = format!("async fn name(a: A, _b: B, (c, d): C) {output}")
            .parse()
            .expect("the head is made of tokens");
        let body = Group::new(Delimiter::Brace, body);
        let item = quote::quote!(#head #body);
        let questioned = must_await::run(TokenStream::new(), item.clone());
        for tokens in [pipeline::run(role, TokenStream::new(), item), questioned] {
            let text = tokens.to_string();
            prop_assert!(text.contains("fn name"), "{text}");
            prop_assert!(!text.contains("compile_error"), "{text}");
        }
    }

    #[test]
    fn any_parameters_and_output_expand(role in role(), inputs in soup(), output in soup()) {
        let item = quote::quote!(async fn name(#inputs) -> #output { a(_b).await });
        let questioned = must_await::run(TokenStream::new(), item.clone());
        for tokens in [pipeline::run(role, TokenStream::new(), item), questioned] {
            let text = tokens.to_string();
            prop_assert!(text.contains("fn name"), "{text}");
        }
    }
}

/// A real function, without each of its tokens in turn, as it is while somebody types it.
#[test]
fn a_function_that_lacks_a_token_expands() {
    let item: TokenStream =
        "#[doc = \"\"] #[cfg_attr(all(), inline)] pub(crate) async fn name<T: Send + 'static>(
            mut self: Arc<Self>, #[cfg(x)] mut a: Vec<&'static T>, (b, _): (u32, [u8; 3]),
        ) -> Result<impl Display + '_, E> where T: Clone {
            #![allow(unused)]
            let x = g(a, |y| y + 1).await?;
            match x { Some(z) if z => vec![1; 2], _ => format!(\"{x:?}\") }
        }"
        .parse()
        .expect("the test is made of tokens");
    let count = count(&item);
    assert!(100 < count, "the whole function is looked at");
    for role in Role::ALL {
        for missing in 0..count {
            let tokens = pipeline::run(role, TokenStream::new(), without(&item, missing));
            assert!(!tokens.is_empty());
        }
    }
}

fn count(tokens: &TokenStream) -> usize {
    let inside = |token: TokenTree| match token {
        TokenTree::Group(group) => count(&group.stream()),
        _ => 0,
    };
    tokens.clone().into_iter().map(|token| 1 + inside(token)).sum()
}

fn without(tokens: &TokenStream, missing: usize) -> TokenStream {
    fn step(tokens: TokenStream, left: &mut Option<usize>) -> TokenStream {
        let mut kept = TokenStream::new();
        for token in tokens {
            match left {
                Some(0) => {
                    *left = None;
                    continue;
                }
                Some(left) => *left -= 1,
                None => {}
            }
            kept.extend(Some(match token {
                TokenTree::Group(group) => {
                    let inside = step(group.stream(), left);
                    TokenTree::Group(Group::new(group.delimiter(), inside))
                }
                other => other,
            }));
        }
        kept
    }
    step(tokens.clone(), &mut Some(missing))
}

/// What cannot be read is given back, with one message, for rustc and the editor to see.
#[test]
fn what_is_not_read_is_given_back() {
    let item = "async fn name(a: ) -> { a. }";
    let text = expand(Role::Tasklet, "", item).to_string();
    assert!(text.starts_with("async fn name (a :) -> { a . }"), "{text}");
    assert_eq!(text.matches("compile_error").count(), 1, "{text}");
}
