//! Values that nobody keeps, in plain functions.
#![expect(unused_must_use, unused_variables, unused_assignments, reason = "it forgets on purpose")]

use std::rc::Rc;
use std::sync::Arc;

use findings::{start, start_even, start_fallible, start_local, try_start};
use tasklet_core::TaskletFuture;

macro_rules! quietly {
    ($call:expr) => {
        let _ = $call; //~ dropped TaskletFuture<u32>
    };
}

macro_rules! statement {
    ($call:expr) => {
        $call; //~ dropped TaskletFuture<u32>
    };
}

fn discarded() {
    start(1); //~ dropped TaskletFuture<u32>
    let _ = start(2); //~ dropped TaskletFuture<u32>
    _ = start(3); //~ dropped TaskletFuture<u32>
    start_fallible(4); //~ dropped TaskletFuture<Result<u32, String>>
    start_local(5); //~ dropped LocalTaskletFuture<u32>
    (start(6), 6).1; //~ dropped TaskletFuture<u32>
    let _ = try_start(7); //~ dropped TaskletFuture<u32>
    try_start(8).ok(); //~ dropped TaskletFuture<u32>
    start_even(9).is_some(); //~ dropped TaskletFuture<u32>
    Box::new(start(10)); //~ dropped TaskletFuture<u32>
    Rc::new(start(11)); //~ dropped TaskletFuture<u32>
    Arc::new(start(12)); //~ dropped TaskletFuture<u32>
    vec![start(13)]; //~ dropped TaskletFuture<u32>
    [start(14), start(15)]; //~ dropped TaskletFuture<u32>
    drop(start(16)); //~ dropped TaskletFuture<u32>
    { start(17) }; //~ dropped TaskletFuture<u32>
    start(18).done(); //~ dropped TaskletFuture<u32>
    Some(19).map(start); //~ dropped TaskletFuture<u32>
    match start(20) { _ => {} } //~ dropped TaskletFuture<u32>
}

fn through_macros() {
    quietly!(start(1));
    statement!(start(2));
}

fn underscore() {
    let _one = start(1);
} //~ dropped TaskletFuture<u32>

fn never_used() {
    let one = start(1);
} //~ dropped TaskletFuture<u32>

fn in_an_inner_scope() -> u32 {
    {
        let one = start(1);
    } //~ dropped TaskletFuture<u32>
    2
}

fn shadowed() -> TaskletFuture<u32> {
    let one = start(1);
    let one = start(2);
    one
} //~ dropped TaskletFuture<u32>

fn overwritten() -> TaskletFuture<u32> {
    let mut one = start(1);
    one = start(2); //~ dropped TaskletFuture<u32>
    one
}

fn half_of_a_tuple() -> TaskletFuture<u32> {
    let (one, _) = (start(1), start(2)); //~ dropped TaskletFuture<u32>
    one
}

fn one_of_an_array() -> TaskletFuture<u32> {
    let [one, _two, ..] = [start(1), start(2), start(3)]; //~ dropped TaskletFuture<u32>
    one
} //~ dropped TaskletFuture<u32>

fn value_of_an_if(first: bool) {
    if first {
        start(1)
    } else {
        start(2)
    }; //~ dropped TaskletFuture<u32>
}

fn array_at_the_end() {
    let both = [start(1), start(2)];
    assert!(!both[0].done());
} //~ dropped TaskletFuture<u32>

fn tuple_at_the_end() -> u32 {
    let pair = (3, start(1));
    pair.0
} //~ dropped TaskletFuture<u32>

fn nothing_but_a_look() -> bool {
    let one = start(1);
    one.done()
} //~ dropped TaskletFuture<u32>

fn parameter(_one: TaskletFuture<u32>) {} //~ dropped TaskletFuture<u32>

fn second_parameter(
    one: TaskletFuture<u32>,
    _two: TaskletFuture<u32>,
) -> TaskletFuture<u32> {
    one
} //~ dropped TaskletFuture<u32>

fn wildcard_parameter(
    one: TaskletFuture<u32>,
    _: TaskletFuture<u32>,
) -> TaskletFuture<u32> {
    one
} //~ dropped TaskletFuture<u32>

fn pattern_parameter(
    (one, _): (TaskletFuture<u32>, TaskletFuture<u32>),
) -> TaskletFuture<u32> {
    one
} //~ dropped TaskletFuture<u32>

fn main() {
    discarded();
    through_macros();
    underscore();
    never_used();
    in_an_inner_scope();
    shadowed().get_result();
    overwritten().get_result();
    half_of_a_tuple().get_result();
    one_of_an_array().get_result();
    value_of_an_if(true);
    array_at_the_end();
    tuple_at_the_end();
    nothing_but_a_look();
    parameter(start(1));
    second_parameter(start(1), start(2)).get_result();
    wildcard_parameter(start(1), start(2)).get_result();
    pattern_parameter((start(1), start(2))).get_result();
}
