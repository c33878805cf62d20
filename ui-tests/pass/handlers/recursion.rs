//! Tasklets that call themselves and each other.
#![forbid(unused, unreachable_code)]

use tasklet_core::prelude::*;

#[tasklet]
async fn fib(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let (a, b) = (fib(n - 1), fib(n - 2));
    a.await + b.await
}

#[tasklet]
async fn is_even(n: u32) -> bool {
    if n == 0 { true } else { is_odd(n - 1).await }
}

#[tasklet]
async fn is_odd(n: u32) -> bool {
    match n {
        0 => false,
        _ => {
            let future = is_even(n - 1);
            future.await
        }
    }
}

struct Tree {
    value: u32,
    children: Vec<Tree>,
}

#[tasklet]
async fn sum(tree: Tree) -> u32 {
    let Tree { value, children } = tree;
    let futures: Vec<_> = children.into_iter().map(sum).collect();
    let mut total = value;
    for future in futures {
        total += future.await;
    }
    total
}

#[tasklet]
async fn deepest(tree: Tree) -> Result<u32, String> {
    let Some(most) = tree.children.iter().map(|child| child.value).max() else {
        return Ok(1);
    };
    if most == 0 {
        return Err("nothing below".to_owned());
    }
    let depths: Vec<_> = tree.children.into_iter().map(deepest).collect();
    let depths = depths.try_join_all().await?;
    Ok(1 + depths.into_iter().max().unwrap_or_default())
}

#[tasklet]
async fn count_down(n: u32) -> u32 {
    let rest = n.checked_sub(1).map(count_down);
    let Some(rest) = rest else { return 0 };
    1 + rest.await
}

fn main() {
    assert_eq!(fib(10).get_result(), 55);
    assert!(is_even(10).get_result());
    let tree = |value, children| Tree { value, children };
    let small = || tree(1, vec![tree(2, vec![]), tree(3, vec![tree(4, vec![])])]);
    assert_eq!(sum(small()).get_result(), 10);
    assert_eq!(deepest(small()).get_result(), Ok(3));
    assert_eq!(count_down(5).get_result(), 5);
}
