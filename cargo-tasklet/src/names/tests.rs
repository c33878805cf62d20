//! Names as the installed compilers write them.

use super::*;

#[test]
fn a_type_is_taken_apart() {
    let of = "core::result::Result<fn(u8) -> u8, alloc::vec::Vec<(u8, u16)>>";
    assert_eq!(head(of), "core::result::Result");
    assert_eq!(arguments(of), ["fn(u8) -> u8", "alloc::vec::Vec<(u8, u16)>"]);
    assert_eq!(arguments("[u8]"), [""; 0]);
}

/// As 1.95 and 1.97 (nightly) write them.
#[test]
fn symbols_of_both_compilers_are_understood() {
    let glue_of_both = [
        "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_place\
         INtNtCs4G05Mcdbrpc_12tasklet_core6future13TaskletFuturehEEBL_",
        "_RINvNtCs8NwYtU1Mohg_4core3ptr9drop_glue\
         INtNtCs2rBF6bMZ7F5_12tasklet_core6future13TaskletFuturehEEBG_",
    ];
    for symbol in glue_of_both {
        assert!(is_current(symbol) && may_be_glue(symbol));
        let function = demangle(symbol);
        assert_eq!(glue(&function), Some("tasklet_core::future::TaskletFuture<u8>"));
        assert!(glue(&function).is_some_and(owes));
    }
    let pop_of_both = [
        "_RNvMs_NtCslNYArtu3iFV_5alloc3vecINtB4_3VecjE3popCs4G05Mcdbrpc_12tasklet_core",
        "_RNvMs_NtCsbEht8wFNRx7_5alloc3vecINtB4_3VecjE3popCs2rBF6bMZ7F5_12tasklet_core",
    ];
    for symbol in pop_of_both {
        let function = demangle(symbol);
        assert_eq!(event(&function), Some(Event::Next("alloc::vec::Vec<usize>")));
    }
    let next_of_both = [
        "_RNvXsy_NtCsgEmfK2I1SDS_4core6optionINtB5_8IntoIterNtNtNtB7_4task4wake5WakerE\
         NtNtNtNtB7_4iter6traits8iterator8Iterator4nextCs4G05Mcdbrpc_12tasklet_core",
        "_RNvXsy_NtCs8NwYtU1Mohg_4core6optionINtB5_8IntoIterNtNtNtB7_4task4wake5WakerE\
         NtNtNtNtB7_4iter6traits8iterator8Iterator4nextCs2rBF6bMZ7F5_12tasklet_core",
    ];
    for symbol in next_of_both {
        let function = demangle(symbol);
        let of = "core::option::IntoIter<core::task::wake::Waker>";
        assert_eq!(event(&function), Some(Event::Next(of)));
    }
}

#[test]
fn what_skip_leaves_out_is_left_from_behind() {
    let skip = "core::iter::adapters::skip::Skip<alloc::vec::into_iter::IntoIter<u8>>";
    let front = format!("<{skip} as core::iter::traits::iterator::Iterator>::next");
    assert_eq!(event(&front), Some(Event::Next(skip)));
    let back = "core::iter::traits::double_ended::DoubleEndedIterator>::next_back";
    assert_eq!(event(&format!("<{skip} as {back}")), None);
}

#[test]
fn a_table_may_be_that_of_any_trait_but_those_of_std() {
    assert!(is_formatted("dyn core::fmt::Debug"));
    assert!(is_formatted("dyn a::Shown"));
    assert!(!is_formatted("dyn core::any::Any"));
}

#[test]
fn a_name_is_shortened_inside_and_out() {
    let name = "core::mem::drop::<tasklet_core::future::TaskletFuture<alloc::string::String>>";
    assert_eq!(short(name), "drop<TaskletFuture<String>>");
    assert_eq!(short("(u8, &mut [core::pin::Pin<u8>])"), "(u8, &mut [Pin<u8>])");
    assert_eq!(short("<a::b::C<d::E> as f::G>::h::{closure#0}"), "<C<E> as G>::h::{closure#0}");
    assert_eq!(short("a::b::{closure#0}::{closure#1}"), "b::{closure#0}::{closure#1}");
}

#[test]
fn the_futures_of_the_compiler_are_told_from_what_holds_them() {
    assert!(is_coroutine("drop_in_place<a::f::{async_fn_env#0}<u8, a::g::{closure_env#0}>>"));
    assert!(is_coroutine("drop_glue<a::f::{closure#0}::{async_block_env#1}>"));
    assert!(!is_coroutine("drop_in_place<a::f::{closure_env#0}<a::f::{async_fn_env#0}>>"));
    assert!(!is_coroutine("drop_in_place<alloc::boxed::Box<a::f::{async_fn_env#0}>>"));
}

#[test]
fn events_are_told_by_their_functions() {
    assert_eq!(event("<alloc::vec::Vec<u8>>::pop"), Some(Event::Next("alloc::vec::Vec<u8>")));
    assert_eq!(event("core::mem::take::<u8>"), Some(Event::Take));
    assert_eq!(event("<core::option::Option<fn() -> u8>>::take"), Some(Event::Take));
    let poll = "<a::F as core::future::future::Future>::poll";
    assert_eq!(event(poll), Some(Event::Poll("a::F")));
    assert_eq!(event("<core::pin::Pin<&mut u8>>::new_unchecked"), Some(Event::Same));
}

#[test]
fn an_iterator_owes_nothing_at_its_end_unless_its_closure_does() {
    let map = "core::iter::adapters::map::Map<alloc::vec::into_iter::IntoIter<u8>, \
               a::f::{closure#0}>";
    assert!(is_exhausted(map, &|of| !of.ends_with('}')));
    assert!(!is_exhausted(map, &|_| true));
    let take = "core::iter::adapters::take::Take<alloc::vec::into_iter::IntoIter<u8>>";
    assert!(!is_exhausted(take, &|_| true));
}
