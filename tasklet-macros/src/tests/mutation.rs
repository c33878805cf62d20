//! Real functions with a few tokens missing, doubled or swapped, as they are while somebody types:
//! no attribute panics on them, none loses an item, and the user's tokens come out as they went in.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use quote::{ToTokens as _, quote};
use syn::{DeriveInput, File, ItemFn};

use crate::args::Role;
use crate::{derive, must_await, pipeline};

/// Functions in which futures are started, kept and lost in many ways.
const FUNCTIONS: [&str; 8] = [
    "pub async fn f(id: u32, mut state: State<'static>) -> Result<u32, Error> {
        let user = load(id);
        let count = visits(id).await?;
        if count > 0 && !user.done() { return Ok(user.await); }
        let (a, b) = try_join!(user, load(id + 1))?;
        Ok(a + b + count)
    }",
    "async fn f(ids: Vec<u32>) -> usize {
        let mut futures: Vec<_> = ids.iter().map(|id| load(*id)).collect();
        while let Some(future) = futures.pop() {
            match future.await { Ok(0) => break, Ok(n) if n < 3 => continue, _ => {} }
        }
        'outer: for f in futures { loop { if c() { f.defer(); break 'outer; } } }
        futures.len()
    }",
    "async fn f(first: Option<TaskletFuture<u32>>) {
        let Some(x) = first else { return; };
        let y = if c() { Some(load(1)) } else { None };
        if let Some(y) = y && c() { y.await; } else if d() { drop(x); }
        let _ = load(2);
        _ = x;
        load(3);
    }",
    "async fn f(self: Arc<Self>, n: u32) -> impl Display {
        let x = put(n);
        let body = async move { x.await; ensure!(n > 0, \"no {n}\"); Ok::<_, Error>(()) };
        let call = |y: u32| { let z = put(y); move || z.get_result() };
        body.await?;
        select! { a = load(1) => a, _ = sleep(2) => bail!(\"late\") }
        format!(\"{n:?} {}\", call(1)())
    }",
    "fn f(mut pair: (A, A), list: &[A]) -> bool {
        let [first, .., last] = list else { panic!(\"short\") };
        let Point { x, y: mut other, .. } = point();
        pair.0 = load(1);
        pair.1 = take(&mut other, x?);
        let v = vec![load(1), load(2)?, load(3)];
        let w = vec![None; 3];
        sink(pair.1, v, { let t = load(4); t }, w)
    }",
    "async fn f(n: u8) -> u32 {
        let f = match n {
            0 => load(0),
            1 | 2 => { let f = load(1); f.done(); f }
            x @ 3..=9 if x % 2 == 0 => return 7,
            _ => 'block: { if c() { break 'block load(2); } load(3) }
        };
        let r: &mut _ = &mut f; r.wait();
        let s = unsafe { *p as u32 } + const { 1 };
        f.await + s
    }",
    "async fn f(m: HashMap<u32, A>) {
        for (key, value) in m { if key == 0 { value.cancel(); } else { tokio::spawn(value); } }
        let mut o = None;
        o.get_or_insert_with(|| load(1));
        std::mem::replace(&mut o, Some(load(2)));
        let x = loop { break load(3) };
        let x = { x };
        x.timeout(d).await.map_err(|late| late.into_inner().defer());
        macro_rules! inner { ($e:expr) => { $e.await }; }
        fn nested() { load(1); }
        inner!(load(4))
    }",
    "#[inline] pub(crate) async fn f<T: Send + 'static, const N: usize>(mut all: [A; N]) -> [T; N]
    where T: Clone {
        #![allow(unused)]
        let mut all = all.map(|a| a.shared());
        let closure = async |x: A| -> T { x.await };
        let range = ..=all.len();
        all[0] = load(1);
        let later = Struct { a: load(2), ..rest() };
        try_join_all(all).await?.try_into().unwrap_or_else(|_| unreachable!())
    }",
];

const BLOCKS: [&str; 3] = [
    "impl<T> Store<T> where T: Send {
        const N: usize = { fn inner() { load(1); } 1 };
        pub fn new() -> Self { let x = load(1); Self { x } }
        async fn get(&self, id: u32) -> Option<T> { let x = load(id); self.check()?; x.await }
        #[tasklet] async fn put(self: Arc<Self>) { load(1); }
    }",
    "mod handlers {
        use super::*;
        pub async fn a() { let x = load(1); }
        mod inner { #[must_await] fn b() { load(2); } }
        impl A { fn c(self) { let y = self.d; } }
    }",
    "trait Service: Sized {
        type Out; fn call(self) -> Self::Out; fn twice(self) { let x = self; } }",
];

const TYPES: [&str; 3] = [
    "#[must_await(crate = a::b)] pub struct S<'a, T: Clone = u8, const N: usize = 1>
    where T: Send { a: TaskletFuture<T>, pub b: [Option<T>; N], c: &'a str }",
    "enum E<T> { A(T, u32), B { x: Vec<TaskletFuture<T>> } = 3, C }",
    "struct Tuple(A, #[cfg(x)] pub(crate) B);",
];

/// What to do to one token, counted through all groups.
#[derive(Clone, Copy, Debug)]
enum Change {
    Delete,
    Double,
    /// With the next one.
    Swap,
}

fn changes() -> impl Strategy<Value = Vec<(Change, usize)>> {
    let change = prop::sample::select(&[Change::Delete, Change::Double, Change::Swap][..]);
    prop::collection::vec((change, 0..1000_usize), 0..4)
}

fn changed(text: &str, changes: &[(Change, usize)]) -> TokenStream {
    let tokens = text.parse().expect("the test is made of tokens");
    changes.iter().fold(tokens, |tokens, &(change, at)| {
        let at = at % count(&tokens).max(1);
        step(tokens, change, &mut Some(at))
    })
}

fn count(tokens: &TokenStream) -> usize {
    let inside = |token: TokenTree| match token {
        TokenTree::Group(group) => count(&group.stream()),
        _ => 0,
    };
    tokens.clone().into_iter().map(|token| 1 + inside(token)).sum()
}

/// Changes one token, so many tokens ahead.
fn step(tokens: TokenStream, change: Change, ahead: &mut Option<usize>) -> TokenStream {
    let mut changed = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match ahead {
            Some(0) => {
                *ahead = None;
                match change {
                    Change::Delete => {}
                    Change::Double => changed.extend([token.clone(), token]),
                    Change::Swap => changed.extend(tokens.next().into_iter().chain([token])),
                }
                continue;
            }
            Some(left) => *left -= 1,
            None => {}
        }
        changed.push(match token {
            TokenTree::Group(group) => {
                let inside = step(group.stream(), change, ahead);
                TokenTree::Group(Group::new(group.delimiter(), inside))
            }
            other => other,
        });
    }
    changed.into_iter().collect()
}

/// The expansion of each attribute that may stand on a function.
fn expansions(item: &TokenStream) -> Vec<(&'static str, TokenStream)> {
    let roles = [Role::Tasklet, Role::Synctasklet, Role::Toplevel];
    let of_role = |role: Role| (role.name(), pipeline::run(role, TokenStream::new(), item.clone()));
    let questioned = must_await::run(TokenStream::new(), item.clone());
    roles.into_iter().map(of_role).chain([("must_await", questioned)]).collect()
}

/// Each word and literal, in order. What syn prints anew may lack empty `<>` and an empty `where`,
/// and a `_` may have become a name.
fn words(tokens: TokenStream, out: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), out),
            TokenTree::Ident(word) if word == "_" || word == "where" => {}
            TokenTree::Ident(_) | TokenTree::Literal(_) => out.push(token.to_string()),
            TokenTree::Punct(_) => {}
        }
    }
}

/// The words of the first that do not come in the second, in their order: from the first one on.
fn lost(tokens: TokenStream, within: TokenStream) -> String {
    let (mut kept, mut all) = (Vec::new(), Vec::new());
    words(tokens, &mut kept);
    words(within, &mut all);
    let mut all = all.into_iter();
    let found = kept.iter().take_while(|word| all.any(|other| other == **word)).count();
    kept[found..].join(" ")
}

/// The same, with empty braces in the place of this body.
fn without_body(tokens: TokenStream, body: &str) -> TokenStream {
    let shorten = |token| match token {
        TokenTree::Group(group) if group.to_string() == body => {
            TokenTree::Group(Group::new(Delimiter::Brace, TokenStream::new()))
        }
        TokenTree::Group(group) => {
            let inside = without_body(group.stream(), body);
            TokenTree::Group(Group::new(group.delimiter(), inside))
        }
        other => other,
    };
    tokens.into_iter().map(shorten).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is in the braces, a function comes out; and nothing of the body is lost.
    #[test]
    fn a_changed_body_leaves_a_function(
        function in prop::sample::select(&FUNCTIONS[..]),
        changes in changes(),
    ) {
        let function: ItemFn = syn::parse_str(function).expect("it is a function");
        let ItemFn { vis, sig, .. } = &function;
        let body = changed(&function.block.to_token_stream().to_string(), &changes);
        // A change of the braces themselves is none of the body.
        prop_assume!(matches!(
            &body.clone().into_iter().collect::<Vec<_>>()[..],
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace
        ));
        let item = quote!(#vis #sig #body);
        for (name, expansion) in expansions(&item) {
            let hidden = without_body(expansion.clone(), &body.to_string());
            let parsed = syn::parse2::<File>(hidden.clone());
            prop_assert!(parsed.is_ok(), "`{name}` made no items:\n{item}\n{hidden}");
            // A function that is refused keeps its signature alone.
            if !expansion.to_string().contains("compile_error") {
                let lost = lost(body.clone(), expansion);
                prop_assert!(lost.is_empty(), "`{name}` lost `{lost}` of:\n{item}");
            }
        }
    }

    /// What was a function before is one afterwards, and has not become an error.
    #[test]
    fn a_changed_function_expands(
        function in prop::sample::select(&FUNCTIONS[..]),
        changes in changes(),
    ) {
        let item = changed(function, &changes);
        let is_function = syn::parse2::<ItemFn>(item.clone()).is_ok();
        for (name, expansion) in expansions(&item) {
            if is_function {
                let parsed = syn::parse2::<File>(expansion.clone());
                prop_assert!(parsed.is_ok(), "`{name}` made no items:\n{item}\n{expansion}");
            }
            prop_assert!(item.is_empty() || !expansion.is_empty());
        }
    }

    #[test]
    fn a_changed_block_of_functions_expands(
        block in prop::sample::select(&BLOCKS[..]),
        changes in changes(),
    ) {
        let item = changed(block, &changes);
        let is_item = syn::parse2::<File>(item.clone()).is_ok();
        let expansion = must_await::run(TokenStream::new(), item.clone());
        if is_item {
            let parsed = syn::parse2::<File>(expansion.clone());
            prop_assert!(parsed.is_ok(), "no items:\n{item}\n{expansion}");
        }
        let lost = lost(item.clone(), expansion);
        prop_assert!(lost.is_empty(), "lost `{lost}` of:\n{item}");
    }

    /// What derives, stands beside the type: it is a list of items, whatever the type is.
    #[test]
    fn a_changed_type_derives(
        ty in prop::sample::select(&TYPES[..]),
        changes in changes(),
    ) {
        let item = changed(ty, &changes);
        let is_type = syn::parse2::<DeriveInput>(item.clone()).is_ok();
        let expansion = derive::run(item.clone());
        let parsed = syn::parse2::<File>(expansion.clone());
        prop_assert!(!is_type || parsed.is_ok(), "no items:\n{item}\n{expansion}");
    }
}

/// What the fuzzer has found.
#[test]
fn odd_functions_expand() {
    for item in [
        // An empty statement is an expression without tokens.
        "async fn f(key: u32) -> u32 { ; let x = load(key);; x.await }",
    ] {
        let item: TokenStream = item.parse().expect("the test is made of tokens");
        for (name, expansion) in expansions(&item) {
            let parsed = syn::parse2::<File>(expansion.clone());
            assert!(parsed.is_ok(), "`{name}` made no items:\n{item}\n{expansion}");
        }
    }
}

/// Nothing is asked about most functions of a real crate: those come out as they are, to the token.
#[test]
fn what_asks_nothing_is_not_touched() {
    for item in [
        "fn f(a: &str, b: u32) -> String {
            let c = format!(\"{a}{b}\",); if b < 1 { c } else { a.into() } }",
        "impl A { fn f(&self) -> u32 { self.0.len() as u32 } }",
    ] {
        let item: TokenStream = item.parse().expect("the test is made of tokens");
        let expansion = must_await::run(TokenStream::new(), item.clone());
        assert_eq!(expansion.to_string(), item.to_string());
    }
}

/// A value that is asked about may hold another one that is. None is written down again for each
/// level that it stands in, or a deep function would take for ever.
#[test]
fn questions_do_not_multiply() {
    for [open, close] in [
        ["{ let _ = ", "; load(1) }"],
        ["{ drop(", "); load(1) }"],
        ["{ (", ", load(1)); load(2) }"],
        ["match Some(", ") { Some(_) => load(1), None => load(2) }"],
        ["if let Some(_) = Some(", ") { load(1) } else { load(2) }"],
        ["{ for _ in vec![", "] {} load(1) }"],
        ["sink(", ", { x?; load(1) })"],
        ["{ (move || { ", "; })(); load(1) }"],
        ["async move { ", "; load(1) }"],
        ["select! { _ = ", " => {} }"],
        ["pick(", ").map(|_| load(1))"],
    ] {
        let size = |depth| {
            let body = format!("{}load(0){}", open.repeat(depth), close.repeat(depth));
            let item = format!("async fn f() {{ let y = {body}; }}");
            let item = item.parse().expect("the test is made of tokens");
            must_await::run(TokenStream::new(), item).to_string().len()
        };
        let (small, large) = (size(3), size(9));
        assert!(large < 6 * small, "{open}…{close}: {small} grows to {large}");
    }
}
