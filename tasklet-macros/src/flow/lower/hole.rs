//! The parts of a value that a pattern does not take, each as a pattern that takes it alone.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::spanned::Spanned as _;
use syn::{Ident, Pat, PatIdent};

use crate::flow::visible::are_conditional;
use crate::hygiene::at;

/// A part of a value that a pattern does not take.
pub(super) struct Hole {
    /// The pattern with a name for that part, and with no other name.
    pub(super) pattern: TokenStream,
    pub(super) name: Ident,
    /// Where the user wrote that it is not taken.
    pub(super) place: Span,
    /// The name of the variable, if one takes it that nobody uses.
    pub(super) user_name: Option<String>,
}

/// The place of a hole, and its name.
type IsHole<'a> = dyn Fn(&Pat) -> Option<(Span, Option<String>)> + 'a;

impl Hole {
    pub(super) fn of(pattern: TokenStream, pat: &Pat) -> Hole {
        let place = pat.span();
        Hole { pattern, name: Ident::new("hole_", Span::mixed_site()), place, user_name: None }
    }

    fn inside(self, around: impl FnOnce(TokenStream) -> TokenStream) -> Hole {
        Hole { pattern: around(self.pattern), ..self }
    }
}

/// Each part of a pattern that is a hole: `_` and its like, but not the whole.
pub(super) fn holes(pat: &Pat, is_hole: &IsHole<'_>) -> Vec<Hole> {
    match pat {
        Pat::Guard(guarded) => holes(&guarded.pat, is_hole),
        Pat::Paren(paren) => holes(&paren.pat, is_hole),
        Pat::Type(typed) => holes(&typed.pat, is_hole),
        Pat::Or(or) => or.cases.iter().flat_map(|pat| holes(pat, is_hole)).collect(),
        Pat::Tuple(tuple) => each_hole(tuple.elems.iter(), is_hole, |elems| quote!((#elems))),
        Pat::Slice(slice) => each_hole(slice.elems.iter(), is_hole, |elems| quote!([#elems])),
        Pat::TupleStruct(tuple) if tuple.qself.is_none() => {
            let path = &tuple.path;
            each_hole(tuple.elems.iter(), is_hole, |elems| quote!(#path(#elems)))
        }
        Pat::Struct(fields) if fields.qself.is_none() => {
            let path = &fields.path;
            let sure = fields.fields.iter().filter(|field| !are_conditional(&field.attrs));
            let holes = sure.flat_map(|field| {
                let member = &field.member;
                let holes = hole_or_inner(&field.pat, is_hole).into_iter();
                holes.map(move |hole| hole.inside(|inner| quote!(#path { #member: #inner, .. })))
            });
            holes.collect()
        }
        _ => Vec::new(),
    }
}

/// The same where the pattern is a part of another, so that it may itself be a hole.
fn hole_or_inner(pat: &Pat, is_hole: &IsHole<'_>) -> Vec<Hole> {
    let Some((place, user_name)) = is_hole(pat) else { return holes(pat, is_hole) };
    let name = Ident::new("hole_", at(place));
    vec![Hole { pattern: name.to_token_stream(), name, place, user_name }]
}

/// The elements of a tuple with one hole, and `_` for all others.
fn each_hole<'p>(
    elems: impl Iterator<Item = &'p Pat> + Clone,
    is_hole: &IsHole<'_>,
    around: impl Fn(TokenStream) -> TokenStream,
) -> Vec<Hole> {
    let mut found = Vec::new();
    for (position, elem) in elems.clone().enumerate() {
        for hole in hole_or_inner(elem, is_hole) {
            found.push(hole.inside(|inner| {
                let all = elems.clone().enumerate().map(|(index, other)| match other {
                    _ if index == position => inner.clone(),
                    Pat::Rest(rest) => rest.to_token_stream(),
                    Pat::Ident(PatIdent { subpat: Some((_, rest)), .. })
                        if matches!(**rest, Pat::Rest(_)) =>
                    {
                        quote!(..)
                    }
                    _ => quote!(_),
                });
                around(quote!(#(#all,)*))
            }));
        }
    }
    found
}
