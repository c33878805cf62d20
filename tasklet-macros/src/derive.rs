//! `#[derive(MustAwait)]`: a type owes what its fields owe.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::ParseStream;
use syn::{
    Attribute, Data, DeriveInput, GenericParam, Generics, Meta, Path, Token, Type, parse_quote,
};

use crate::diagnostics::{self, Errors};
use crate::flow::type_owes_nothing;
use crate::hygiene::{adopt, at};

/// Expands the derive on one struct or enum.
///
/// Output, for each field that is not plainly harmless, where `N` counts the fields of all
/// variants:
///
/// ```text
/// impl<generics, P, D> MustAwait<Field<N, P>, Below<D>> for Name<generics>
/// where FieldType: MustAwait<P, D> {}
/// ```
///
/// The parameter `P` keeps the bound open, so that rustc does not look for itself whether a field
/// of a type without parameters ever fulfils it. A field that owes nothing makes an impl that never
/// applies. `D` counts down, since a type may contain itself.
pub(crate) fn run(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let krate = krate(&input.attrs, &mut errors);
    if let Data::Union(union) = &input.data {
        errors.push(diagnostics::must_await_of_a_union(union.union_token.span));
    }
    let impls = field_types(&input.data)
        .enumerate()
        .filter(|(_, ty)| !type_owes_nothing(ty))
        .map(|(index, ty)| for_field(&input, index, ty, &krate));
    quote!(#(#impls)* #errors)
}

/// The types of all fields, in the order in which they stand.
fn field_types(data: &Data) -> impl Iterator<Item = &Type> {
    let fields: Vec<_> = match data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(_) => Vec::new(),
    };
    fields.into_iter().map(|field| &field.ty)
}

fn for_field(input: &DeriveInput, index: usize, ty: &Type, krate: &Path) -> TokenStream {
    let place = at(input.ident.span());
    let name = &input.ident;
    let runtime = adopt(quote!(#krate::__private), place);
    let [way, depth] = ["P", "D"].map(|wish| fresh(wish, input, place));
    let mut generics: Generics = input.generics.clone();
    generics.params.extend([&way, &depth].map(|name| -> GenericParam { parse_quote!(#name) }));
    let bound = quote_spanned!(place=> #ty: #runtime::MustAwait<#way, #depth>);
    generics.make_where_clause().predicates.push(parse_quote!(#bound));
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, ty_generics, _) = input.generics.split_for_impl();
    quote_spanned! {place=>
        #[automatically_derived]
        impl #impl_generics
            #runtime::MustAwait<#runtime::Field<#index, #way>, #runtime::Below<#depth>>
            for #name #ty_generics #where_clause
        {
        }
    }
}

/// A name like `wish` that is nowhere in the item: a parameter would hide it.
fn fresh(wish: &str, input: &DeriveInput, place: Span) -> Ident {
    let mut taken = HashSet::new();
    collect_words(input.to_token_stream(), &mut taken);
    let mut name = wish.to_owned();
    while taken.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, place)
}

fn collect_words(tokens: TokenStream, words: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                words.insert(word.to_string());
            }
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The path of tasklet-core: `#[must_await(crate = path)]` on the type.
fn krate(attributes: &[Attribute], errors: &mut Errors) -> Path {
    let mut krate = None;
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("must_await"));
    for attribute in ours {
        let read = match &attribute.meta {
            Meta::List(list) => list.parse_args_with(|input: ParseStream<'_>| read(input)),
            meta => Err(diagnostics::unknown_derive_argument(meta.to_token_stream())),
        };
        match read {
            Ok(path) if krate.is_none() => krate = Some(path),
            Ok(_) => errors
                .push(diagnostics::duplicate_argument("crate", attribute.meta.to_token_stream())),
            Err(error) => errors.push(error),
        }
    }
    krate.unwrap_or_else(|| parse_quote!(::tasklet_core))
}

/// Reads `crate = path`.
pub(crate) fn read(input: ParseStream<'_>) -> syn::Result<Path> {
    if !input.peek(Token![crate]) {
        return Err(diagnostics::unknown_derive_argument(input.parse()?));
    }
    let name: Ident = input.parse::<Token![crate]>().map(|word| Ident::new("crate_", word.span))?;
    input.parse::<Option<Token![=]>>()?;
    let fork = input.fork();
    match input.call(Path::parse_mod_style) {
        Ok(path) => {
            input.parse::<Option<Token![,]>>()?;
            Ok(path)
        }
        Err(_) => Err(diagnostics::crate_without_path(&name, fork.parse()?)),
    }
}
