//! What every part of one expansion needs to know, and the calls into the runtime.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::Path;

use super::output::Output;
use crate::args::Config;
use crate::hygiene::{adopt, at};
use crate::item::Function;

/// One function, and how it is to be expanded.
pub(super) struct Plan<'a> {
    pub(super) function: &'a Function,
    pub(super) config: &'a Config,
    pub(super) output: Output,
    /// The span of our tokens: what is wrong with them is shown at the function's name.
    pub(super) place: Span,
    /// The path of the runtime's hidden names.
    pub(super) runtime: TokenStream,
}

/// Output: the path of the runtime's hidden names.
pub(crate) fn runtime(krate: &Path, place: Span) -> TokenStream {
    let krate = adopt(krate.to_token_stream(), place);
    quote_spanned!(at(place)=> #krate::__private)
}

impl Plan<'_> {
    pub(super) fn new<'a>(function: &'a Function, config: &'a Config) -> Plan<'a> {
        let name = function.sig.ident.span();
        let place = at(name);
        let runtime = runtime(&config.krate, name);
        let output = Output::of(&function.sig);
        Plan { function, config, output, place, runtime }
    }

    /// Output: `entry(info, work)`.
    pub(super) fn call(&self, entry: &str, work: &TokenStream) -> TokenStream {
        let (entry, info) = (self.entry(entry), self.info());
        quote_spanned!(self.place=> #entry(#info, #work))
    }

    /// Output: `entry(|| info, work, report)`, where the report finds the failure in a result.
    pub(super) fn call_with_report(&self, entry: &str, work: &TokenStream) -> TokenStream {
        let (entry, arguments) = (self.entry(entry), self.with_report(work));
        quote_spanned!(self.place=> #entry(#arguments))
    }

    /// Output: `|| info, work, report`.
    pub(super) fn with_report(&self, work: &TokenStream) -> TokenStream {
        let (info, report) = (self.info(), self.report());
        // A closure without captures, so that the name takes no room in the tasklet's cell.
        quote_spanned!(self.place=> || #info, #work, #report)
    }

    /// Output: the path of an entry of the runtime.
    pub(super) fn entry(&self, entry: &str) -> TokenStream {
        let Plan { place, runtime, .. } = self;
        let entry = Ident::new(entry, *place);
        quote_spanned!(*place=> #runtime::#entry)
    }

    /// Output: a closure that finds the failure in a result.
    pub(super) fn report(&self) -> TokenStream {
        let Plan { place, runtime, .. } = self;
        quote_spanned! {*place=>
            |result_: &_| {
                use #runtime::{ViaAny as _, ViaDebug as _, ViaDisplay as _, ViaErased as _};
                (&&&&#runtime::Probe(result_)).failure()
            }
        }
    }

    /// Output: the static that knows the tasklet's name.
    fn info(&self) -> TokenStream {
        self.made_info("new")
    }

    /// Output: the static that knows the transaction's name.
    pub(super) fn info_of_transaction(&self) -> TokenStream {
        self.made_info("transaction")
    }

    fn made_info(&self, maker: &str) -> TokenStream {
        let Plan { place, runtime, .. } = self;
        let mut name = Literal::string(&self.function.name());
        name.set_span(*place);
        let maker = Ident::new(maker, *place);
        quote_spanned!(*place=> const { &#runtime::Info::#maker(#name, ::core::module_path!()) })
    }

    /// Output: `entry(arguments)`, of an entry that wants a `Result` of its work. Should there be
    /// none, the place to blame is the function's output.
    pub(super) fn call_for_result(&self, entry: &str, arguments: &TokenStream) -> TokenStream {
        let place = at(self.output.place());
        let runtime = runtime(&self.config.krate, place);
        let entry = Ident::new(entry, place);
        quote_spanned!(place=> #runtime::#entry(#arguments))
    }

    /// Output: the path of the handle that a tasklet returns.
    pub(super) fn handle(&self) -> TokenStream {
        let place = self.output.place();
        let krate = adopt(self.config.krate.to_token_stream(), place);
        let name = if self.config.send { "TaskletFuture" } else { "LocalTaskletFuture" };
        let name = Ident::new(name, at(place));
        quote!(#krate::#name)
    }
}
