//! How the parameters move into the body, and stay there until its end, as in an `async fn`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, Meta, Pat, PatIdent, PatType, Receiver, Signature, Token};

use crate::hygiene::{Names, at};
use crate::item::Body;
use crate::mentions::Mentions;

/// The parameters of one function, split into what the signature shows and what the body does.
///
/// A parameter that is captured whole lives in the coroutine once; one that is bound again lives
/// there twice, for rustc gives the capture and the variable each their place. So a name that the
/// body surely uses is only captured. Names that the body may not use are bound again, under the
/// user's span, for rustc to see whether they are.
///
/// Parameters are dropped in the reverse of their order, as in a plain function: variables are
/// dropped before captures, so that once a parameter is bound again, all behind it are, as a whole;
/// and captures are dropped in the order in which they are mentioned.
#[derive(Default)]
pub(super) struct Params {
    /// For the signature.
    pub(super) inputs: Punctuated<FnArg, Token![,]>,
    /// What the signature calls the typed ones.
    pub(super) names: Vec<Named>,
    /// `let _ = &a;`, last parameter first.
    captures: Vec<TokenStream>,
    /// `let mut a = a;`.
    bindings: Vec<TokenStream>,
    fresh: Names,
}

/// A parameter, and its name in the signature, which it has outside of the body.
pub(super) struct Named {
    pub(super) cfgs: Vec<Attribute>,
    pub(super) name: Ident,
    /// As the user wrote it.
    pub(super) pat: Pat,
}

impl Params {
    /// Input: `(self, a: A, mut b: B, (c, d): (C, D), _guard: G)`, and a body that uses `a`.
    ///
    /// Output: `(self, a: A, b: B, arg_: (C, D), _guard: G)`, and
    ///
    /// ```text
    /// let _ = &a; let _ = &self;
    /// let mut b = b; let arg_ = arg_; let (c, d) = arg_; let _guard = _guard;
    /// ```
    pub(super) fn new(sig: &Signature, body: &Body) -> Params {
        let mentions = Mentions::of(body);
        let mut params = Params::default();
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(receiver) => params.add_receiver(receiver),
                FnArg::Typed(typed) => params.add_typed(typed, &mentions),
            }
        }
        params.captures.reverse();
        params
    }

    /// Says that the function uses a variable, though its body may not.
    pub(super) fn add_use(&mut self, cfgs: &[Attribute], name: &Ident) {
        self.bindings.push(quote_spanned!(at(name.span())=> #(#cfgs)* let _ = &#name;));
    }

    fn add_receiver(&mut self, receiver: &Receiver) {
        self.inputs.push(FnArg::Receiver(receiver.clone()));
        self.capture(&[], &Ident::from(receiver.self_token));
    }

    fn add_typed(&mut self, typed: &PatType, mentions: &Mentions) {
        let attrs = Attrs::of(typed);
        let place = typed.pat.span();
        let pat = &typed.pat;
        let (name, binding) = match &**pat {
            Pat::Ident(binding) if is_simple(binding) && !is_unused(&binding.ident) => {
                let is_plain = binding.mutability.is_none() && attrs.inner.is_empty();
                let is_captured = is_plain && mentions.surely_uses(&binding.ident);
                (binding.ident.clone(), if is_captured { Binding::None } else { Binding::Whole })
            }
            Pat::Ident(binding) if is_simple(binding) => {
                let is_captured =
                    binding.mutability.is_none() && !mentions.may_mean(&binding.ident);
                let name = self.fresh.fresh_like(&binding.ident);
                (name, if is_captured { Binding::None } else { Binding::Whole })
            }
            Pat::Wild(_) => (self.fresh.fresh("arg_", place), Binding::None),
            _ => {
                let name = match only_binding(pat) {
                    Some(name) => self.fresh.fresh_like(name),
                    None => self.fresh.fresh("arg_", place),
                };
                (name, Binding::Parts)
            }
        };

        if binding != Binding::Whole {
            if self.bindings.is_empty() {
                self.capture(&attrs.cfgs, &name);
            } else {
                self.bind(&attrs.cfgs, &[], name.to_token_stream(), &name);
            }
        }
        if binding != Binding::None {
            self.bind(&attrs.cfgs, &attrs.inner, pat.to_token_stream(), &name);
        }
        self.inputs.push(FnArg::Typed(PatType {
            attrs: attrs.outer,
            pat: Box::new(Pat::Verbatim(name.to_token_stream())),
            colon_token: typed.colon_token,
            ty: typed.ty.clone(),
        }));
        self.names.push(Named { cfgs: attrs.cfgs, name, pat: Pat::clone(pat) });
    }

    fn capture(&mut self, cfgs: &[Attribute], name: &Ident) {
        self.captures.push(quote_spanned!(at(name.span())=> #(#cfgs)* let _ = &#name;));
    }

    fn bind(&mut self, cfgs: &[Attribute], inner: &[Attribute], pat: TokenStream, name: &Ident) {
        let place = at(name.span());
        self.bindings.push(quote_spanned!(place=> #(#cfgs)* #(#inner)* let #pat = #name;));
    }
}

/// How the body comes by the variables of a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    /// It has them already, for it captures the parameter.
    None,
    /// The parameter is moved into a variable.
    Whole,
    /// The parameter is taken apart. What no variable takes stays where it is.
    Parts,
}

impl ToTokens for Params {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Params { captures, bindings, .. } = self;
        tokens.extend(quote!(#(#captures)* #(#bindings)*));
    }
}

/// The attributes of one parameter, by where they belong.
#[derive(Default)]
struct Attrs {
    /// On the parameter in the signature.
    outer: Vec<Attribute>,
    /// On everything made of the parameter.
    cfgs: Vec<Attribute>,
    /// On the variable in the body: lint levels, since it is there that rustc judges it.
    inner: Vec<Attribute>,
}

impl Attrs {
    fn of(typed: &PatType) -> Attrs {
        let mut attrs = Attrs::default();
        for attr in &typed.attrs {
            if is_lint_level(attr) {
                attrs.inner.push(attr.clone());
                continue;
            }
            attrs.outer.push(attr.clone());
            if attr.path().is_ident("cfg") {
                attrs.cfgs.push(attr.clone());
            }
        }
        attrs
    }
}

/// `#[allow(…)]` and its kin, also inside a `#[cfg_attr(…)]`.
fn is_lint_level(attr: &Attribute) -> bool {
    const LEVELS: [&str; 5] = ["allow", "deny", "expect", "forbid", "warn"];

    let is_level = |word: &str| LEVELS.contains(&word);
    match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            list.tokens.clone().into_iter().any(|token| is_level(&token.to_string()))
        }
        meta => meta.path().get_ident().is_some_and(|name| is_level(&name.to_string())),
    }
}

fn is_simple(binding: &PatIdent) -> bool {
    binding.by_ref.is_none() && binding.subpat.is_none() && binding.attrs.is_empty()
}

/// Whether the user says by its name that a parameter is not used.
fn is_unused(name: &Ident) -> bool {
    name.to_string().starts_with('_')
}

/// The name for a pattern in the signature: `Json(user)` reads well as `user`.
fn only_binding(pat: &Pat) -> Option<&Ident> {
    #[derive(Default)]
    struct Bindings<'ast>(Vec<&'ast Ident>);

    impl<'ast> Visit<'ast> for Bindings<'ast> {
        fn visit_pat_ident(&mut self, binding: &'ast PatIdent) {
            self.0.push(&binding.ident);
            visit::visit_pat_ident(self, binding);
        }
    }

    let mut bindings = Bindings::default();
    bindings.visit_pat(pat);
    match bindings.0.as_slice() {
        [name] => Some(name),
        _ => None,
    }
}
