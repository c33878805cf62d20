//! Functions that end, or go on, before they have awaited what they started.
#![expect(unused_must_use, unused_variables, reason = "it forgets on purpose")]

use findings::{parse, pause, start, start_even, try_start};
use tasklet_core::{TaskletFuture, synctasklet};

fn question_mark(text: &str) -> Result<u32, String> {
    let one = start(1);
    let key = parse(text)?;
    Ok(one.get_result() + key)
} //~ dropped TaskletFuture<u32>

fn question_mark_of_an_option(keys: &[u32]) -> Option<u32> {
    let one = start(1);
    let key = keys.first()?;
    Some(one.get_result() + key)
} //~ dropped TaskletFuture<u32>

fn later_argument(text: &str) -> Result<u32, String> {
    Ok(add(start(1), parse(text)?)) //~ dropped TaskletFuture<u32>
}

fn add(one: TaskletFuture<u32>, key: u32) -> u32 {
    one.get_result() + key
}

fn early_return(early: bool) -> u32 {
    let one = start(1);
    if early {
        return 0;
    }
    one.get_result()
} //~ dropped TaskletFuture<u32>

fn one_branch(wanted: bool) -> u32 {
    let one = start(1);
    if wanted {
        return one.get_result();
    }
    0
} //~ dropped TaskletFuture<u32>

fn one_arm(key: u32) -> u32 {
    let one = start(1);
    match key {
        0 => one.get_result(),
        _ => key,
    }
} //~ dropped TaskletFuture<u32>

fn break_between(keys: &[u32]) -> u32 {
    let mut sum = 0;
    for key in keys {
        let one = start(*key);
        if sum > 3 {
            break;
        }
        sum += one.get_result();
    } //~ dropped TaskletFuture<u32>
    sum
}

fn continue_between(keys: &[u32]) -> u32 {
    let mut sum = 0;
    for key in keys {
        let one = start(*key);
        if *key == 3 {
            continue;
        }
        sum += one.get_result();
    } //~ dropped TaskletFuture<u32>
    sum
}

fn labelled_break(rows: &[Vec<u32>]) -> u32 {
    let mut sum = 0;
    'rows: for row in rows {
        let one = start(1);
        for key in row {
            if *key == 0 {
                break 'rows;
            }
        }
        sum += one.get_result();
    } //~ dropped TaskletFuture<u32>
    sum
}

fn let_else(keys: &[u32]) -> u32 {
    let one = start(1);
    let Some(key) = keys.first() else {
        return 0;
    };
    one.get_result() + key
} //~ dropped TaskletFuture<u32>

fn swallowed_by_let_else(keys: &[u32]) -> u32 {
    let (1, one) = (keys.len(), start(1)) else {
        return 0;
    }; //~ dropped TaskletFuture<u32>
    one.get_result()
}

fn swallowed_by_an_arm(key: u32) -> u32 {
    match start_even(key) {
        Some(_) => 1,
        None => 0,
    } //~ dropped TaskletFuture<u32>
}

fn second_condition(key: u32) -> u32 {
    if let Some(one) = start_even(key)
        && key > 5
    {
        return one.get_result();
    } //~ dropped TaskletFuture<u32>
    0
}

fn rest_of_a_loop(keys: &[u32]) -> u32 {
    let all: Vec<_> = keys.iter().copied().map(start).collect();
    for one in all {
        let key = one.get_result();
        if key == 3 {
            return key;
        }
    } //~ dropped TaskletFuture<u32>
    0
}

fn last_of_a_loop(keys: &[u32]) -> u32 {
    let mut last = start(0);
    for key in keys {
        last = start(*key); //~ dropped TaskletFuture<u32>
    }
    last.get_result()
}

fn recursion(depth: u32) -> u32 {
    let one = start(depth);
    if depth == 0 {
        return 0;
    }
    recursion(depth - 1) + one.get_result()
} //~ dropped TaskletFuture<u32>

fn discarded_after_a_question_mark(key: u32) -> Result<(), String> {
    try_start(key)?; //~ dropped TaskletFuture<u32>
    Ok(())
}

async fn question_mark_async(text: &str) -> Result<u32, String> {
    let one = start(1);
    pause().await;
    let key = parse(text)?;
    Ok(one.await + key)
} //~ dropped TaskletFuture<u32>

async fn question_mark_after_an_await(key: u32) -> Result<u32, String> {
    let (one, two) = (try_start(key)?, findings::start_fallible(key));
    let two = two.await?;
    Ok(one.await + two)
} //~ dropped TaskletFuture<u32>

async fn return_async(early: bool) -> u32 {
    let one = start(1);
    pause().await;
    if early {
        return 0;
    }
    one.await
} //~ dropped TaskletFuture<u32>

async fn end_of_async() {
    let one = start(1);
    pause().await;
} //~ dropped TaskletFuture<u32>

async fn parameter_of_async(one: TaskletFuture<u32>) {
    pause().await;
} //~ dropped TaskletFuture<u32>

async fn rest_of_a_loop_async(keys: Vec<u32>) -> Result<u32, String> {
    let all: Vec<_> = keys.into_iter().map(findings::start_fallible).collect();
    let mut sum = 0;
    for one in all {
        sum += one.await?;
    } //~ dropped TaskletFuture<Result<u32, String>>
    Ok(sum)
}

async fn async_block() {
    async {
        let one = start(1);
        pause().await;
    } //~ dropped TaskletFuture<u32>
    .await;
}

async fn awaited_by_one_less() -> u32 {
    let _one = async { start(1) }.await;
    2
} //~ dropped TaskletFuture<u32>

async fn only_a_statement() {
    async { start(1) }.await; //~ dropped TaskletFuture<u32>
}

fn plain() {
    question_mark("1").unwrap_or_default();
    question_mark_of_an_option(&[]).unwrap_or_default();
    later_argument("1").unwrap_or_default();
    early_return(true);
    one_branch(true);
    one_arm(1);
    break_between(&[1]);
    continue_between(&[1]);
    labelled_break(&[]);
    let_else(&[1]);
    swallowed_by_let_else(&[1]);
    swallowed_by_an_arm(2);
    second_condition(2);
    rest_of_a_loop(&[1]);
    last_of_a_loop(&[1]);
    recursion(3);
    discarded_after_a_question_mark(2).unwrap_or_default();
}

#[synctasklet]
async fn main() {
    plain();
    question_mark_async("1").await.unwrap_or_default();
    question_mark_after_an_await(1).await.unwrap_or_default();
    return_async(true).await;
    end_of_async().await;
    parameter_of_async(start(1)).await;
    rest_of_a_loop_async(vec![1]).await.unwrap_or_default();
    async_block().await;
    awaited_by_one_less().await;
    only_a_statement().await;
}
