//! Plain functions that take the result of each future they start, or hand the future on.

use std::thread;

use correct::{parse, start, start_even, start_fallible, try_start};
use tasklet_core::{Context, JoinAll, TaskletFuture, TryJoinAll};

fn at_once() -> u32 {
    start(1).get_result()
}

fn one_after_the_other() -> u32 {
    let one = start(1);
    let two = start(2);
    println!("both are started");
    one.get_result() + two.get_result()
}

fn asked_before(text: &str) -> Result<u32, String> {
    let key = parse(text)?;
    let one = start(key);
    Ok(one.get_result())
}

fn question_mark_after() -> Result<u32, String> {
    let one = start_fallible(1);
    let key = one.get_result()?;
    Ok(key + start_fallible(2).get_result()?)
}

fn fallible_start(key: u32) -> Result<u32, String> {
    let one = try_start(key)?;
    Ok(one.get_result())
}

fn on_both_branches(wanted: bool) -> u32 {
    let one = start(1);
    if wanted { one.get_result() } else { one.get_result() + 1 }
}

fn in_all_arms(key: u32) -> u32 {
    let one = start(1);
    match key {
        0 => one.get_result(),
        1 => {
            one.defer();
            1
        }
        _ => {
            one.cancel();
            2
        }
    }
}

fn before_a_return(early: bool) -> u32 {
    let one = start(1);
    if early {
        return one.get_result();
    }
    one.get_result() + 1
}

fn settled_before_break(keys: &[u32]) -> u32 {
    let mut sum = 0;
    for key in keys {
        let one = start(*key);
        if sum > 3 {
            one.cancel();
            break;
        }
        if *key == 3 {
            one.defer();
            continue;
        }
        sum += one.get_result();
    }
    sum
}

fn optional(key: u32) -> u32 {
    match start_even(key) {
        Some(one) => one.get_result(),
        None => 0,
    }
}

fn mapped(key: u32) -> u32 {
    start_even(key).map_or(0, TaskletFuture::get_result)
}

fn if_let_without_else(key: u32) -> u32 {
    let mut sum = 0;
    if let Some(one) = start_even(key) {
        sum += one.get_result();
    }
    sum
}

fn let_else(key: u32) -> u32 {
    let Some(one) = start_even(key) else {
        return 0;
    };
    one.get_result()
}

fn results(key: u32) -> u32 {
    match try_start(key) {
        Ok(one) => one.get_result(),
        Err(_) => 0,
    }
}

fn rebound() -> u32 {
    let one = start(1);
    let one = one.get_result();
    let mut two = start(one);
    let key = two.get_result();
    two = start(key);
    two.get_result()
}

fn pair() -> (u32, TaskletFuture<u32>) {
    (1, start(1))
}

fn tuple() -> u32 {
    let (key, one) = pair();
    key + one.get_result()
}

fn fields_of_a_tuple() -> u32 {
    let pair = (start(1), start(2));
    pair.0.get_result() + pair.1.get_result()
}

fn array() -> u32 {
    let [one, two] = [start(1), start(2)];
    one.get_result() + two.get_result()
}

fn joined() -> u32 {
    let (one, two) = (start(1), start(2)).join_all().get_result();
    let all = vec![start(3), start(4)].join_all().get_result();
    let three = [start(5), start(6)].join_all().get_result();
    one + two + all.len() as u32 + three[0]
}

fn try_joined() -> Result<u32, String> {
    let all = vec![start_fallible(1), start_fallible(2)].try_join_all().get_result()?;
    Ok(all.into_iter().sum())
}

fn boxed() -> u32 {
    let one = Box::new(start(1));
    (*one).get_result()
}

fn closure() -> u32 {
    let one = start(1);
    let later = move || one.get_result();
    later()
}

fn by_a_helper() -> u32 {
    finish(start(1)) + finish_any(start(2), TaskletFuture::get_result)
}

fn finish(one: TaskletFuture<u32>) -> u32 {
    one.get_result()
}

fn finish_any<T, R>(value: T, finish: impl FnOnce(T) -> R) -> R {
    finish(value)
}

fn recursion(depth: u32) -> u32 {
    let one = start(depth);
    if depth == 0 {
        return one.get_result();
    }
    recursion(depth - 1) + one.get_result()
}

fn looked_at() -> u32 {
    let mut one = start(1);
    while !one.done() {
        one.wait();
    }
    one.get_result()
}

fn on_another_thread() -> u32 {
    let one = thread::spawn(|| start(1).get_result());
    one.join().unwrap_or_default()
}

fn main() {
    Context::builder().build().block_on(async {
        assert_eq!((at_once(), one_after_the_other()), (1, 3));
        assert_eq!((asked_before("1"), question_mark_after()), (Ok(1), Ok(5)));
        assert_eq!((fallible_start(2), on_both_branches(true)), (Ok(2), 1));
        assert_eq!((in_all_arms(0), in_all_arms(1), in_all_arms(2)), (1, 1, 2));
        assert_eq!((before_a_return(true), settled_before_break(&[1, 3])), (1, 1));
        assert_eq!((optional(2), mapped(2), if_let_without_else(2), let_else(2)), (2, 2, 2, 2));
        assert_eq!((results(1), rebound(), tuple(), fields_of_a_tuple(), array()), (0, 1, 2, 3, 3));
        assert_eq!((joined(), try_joined()), (10, Ok(5)));
        assert_eq!((boxed(), closure(), by_a_helper(), recursion(2)), (1, 1, 3, 3));
        assert_eq!((looked_at(), on_another_thread()), (1, 1));
    });
}
