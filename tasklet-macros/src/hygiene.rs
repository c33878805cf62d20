//! The spans and names of what we emit: ours to lints and to name lookup, the user's to the caret.

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// The span of a token of ours that an error, if there is one, should show at `place`.
///
/// Such a token counts as written by the macro: lints that speak of the user's style are silent,
/// and a local variable of this name cannot be seen by the user's code, nor hide a name of it.
pub(crate) fn at(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// Makes tokens of the user (the path in `crate = path`) ours.
///
/// `$crate` alone keeps its context, for that is all that it means.
pub(crate) fn adopt(tokens: TokenStream, place: Span) -> TokenStream {
    let adopt_one = |token| match token {
        TokenTree::Group(group) => {
            let mut adopted = Group::new(group.delimiter(), adopt(group.stream(), place));
            adopted.set_span(at(place));
            TokenTree::Group(adopted)
        }
        TokenTree::Ident(mut ident) if ident == "$crate" => {
            ident.set_span(ident.span().located_at(place));
            TokenTree::Ident(ident)
        }
        mut token => {
            token.set_span(at(place));
            token
        }
    };
    tokens.into_iter().map(adopt_one).collect()
}

/// Hands out names for parameters that have none, or whose name must be mentioned only by us.
#[derive(Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A name of ours that reads like one of the user's.
    pub(crate) fn fresh_like(&mut self, name: &Ident) -> Ident {
        let wish = name.to_string();
        self.fresh(if wish.starts_with("r#") { "arg_" } else { &wish }, name.span())
    }

    /// A name of ours, shown at `place`, that reads like `wish` in documentation.
    pub(crate) fn fresh(&mut self, wish: &str, place: Span) -> Ident {
        let mut name = wish.to_owned();
        for number in 2_u32.. {
            if self.taken.insert(name.clone()) {
                break;
            }
            name = format!("{wish}{number}");
        }
        Ident::new(&name, at(place))
    }
}
