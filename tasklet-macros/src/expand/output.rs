//! The type that a body evaluates to, in the places where expansion has to name it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, ReturnType, Signature, Type, TypeInfer};

use crate::hygiene::at;

/// What stands behind the arrow, or would stand there.
pub(super) struct Output {
    /// As the signature has it; `()` if it has nothing.
    ty: TokenStream,
    /// With `_` for each `impl Trait`, since a body cannot name that.
    inferable: TokenStream,
    never: bool,
    first: Span,
    last: Span,
}

impl Output {
    pub(super) fn of(sig: &Signature) -> Output {
        let name = sig.ident.span();
        match &sig.output {
            ReturnType::Default => {
                let unit = quote_spanned!(name=> ());
                Output::new(unit.clone(), unit, false)
            }
            ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)) => {
                // `!` can be named behind an arrow only.
                let place = at(name);
                let nothing = quote_spanned!(place=> ::core::convert::Infallible);
                Output::new(nothing.clone(), nothing, true)
            }
            ReturnType::Type(_, ty) => {
                let mut inferable = (**ty).clone();
                InferImplTrait.visit_type_mut(&mut inferable);
                Output::new(ty.to_token_stream(), inferable.into_token_stream(), false)
            }
        }
    }

    fn new(ty: TokenStream, inferable: TokenStream, never: bool) -> Output {
        let mut spans = ty.clone().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        let last = spans.last().unwrap_or(first);
        Output { ty, inferable, never, first, last }
    }

    /// Whether the function is declared never to return.
    pub(super) fn is_never(&self) -> bool {
        self.never
    }

    /// Whether the type is one that has no values, as far as syntax can tell.
    ///
    /// Such a value as an argument makes rustc call all that follows unreachable, in a macro too.
    pub(super) fn is_uninhabited(&self) -> bool {
        self.never || self.ty.to_string().ends_with("Infallible")
    }

    /// Whether a body is needed to know the type.
    pub(super) fn is_opaque(&self) -> bool {
        self.ty.to_string() != self.inferable.to_string()
    }

    /// The type as a body can name it.
    pub(super) fn inferable(&self) -> &TokenStream {
        &self.inferable
    }

    /// Output: `handle<R>`, with the place of `R`. The last token has the user's own span, because
    /// with it ends the signature, and rustc would else show the attribute in its stead.
    pub(super) fn inside(&self, handle: &TokenStream) -> TokenStream {
        let ty = &self.ty;
        let less = quote_spanned!(at(self.first)=> <);
        let greater = quote_spanned!(self.last=> >);
        quote!(#handle #less #ty #greater)
    }

    /// The place of the type, for tokens that should be blamed for it.
    pub(super) fn place(&self) -> Span {
        self.first
    }

    /// Output: `if let Some(r_) = never::<R>() { return r_; }`, or nothing for an `impl Trait`.
    ///
    /// `r_` has the span of the user's own type, without a trace of the macro, because rustc shows
    /// it as the place where the type of the body comes from.
    pub(super) fn forced(&self, runtime: &TokenStream) -> TokenStream {
        let ty = &self.inferable;
        if ty.to_string() == "_" {
            return TokenStream::new();
        }
        let result = Ident::new("r_", self.first);
        quote_spanned! {at(self.first)=>
            if let ::core::option::Option::Some(#result) = #runtime::never::<#ty>() {
                return #result;
            }
        }
    }
}

struct InferImplTrait;

impl VisitMut for InferImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(opaque) = ty {
            let underscore_token = syn::Token![_](opaque.impl_token.span);
            *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token });
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}
