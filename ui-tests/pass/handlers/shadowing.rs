//! Names that are used again for what a future has become.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[tasklet]
async fn get(name: String) -> Result<Option<String>, String> {
    std::future::ready(()).await;
    Ok((!name.is_empty()).then(|| name.to_uppercase()))
}

#[toplevel]
async fn step_by_step(user: String) -> Result<usize, String> {
    let user = get(user);
    let user = user.await;
    let user = user?;
    let Some(user) = user else { return Ok(0) };
    let user = user.trim();
    Ok(user.len())
}

#[toplevel]
async fn in_pairs(user: String, profile: String) -> Result<usize, String> {
    let (user, profile) = (get(user), get(profile));
    let (user, profile) = try_join!(user, profile)?;
    let (Some(user), Some(profile)) = (user, profile) else { return Ok(0) };
    Ok(user.len() + profile.len())
}

#[toplevel]
async fn in_conditions(user: Option<String>) -> Option<usize> {
    let user = user.map(get);
    if let Some(user) = user {
        let user = user.await;
        if let Ok(user) = user {
            return user.map(|user| user.len());
        }
    }
    None
}

#[toplevel]
async fn in_loops(names: Vec<String>) -> usize {
    let names = names.into_iter().map(get).collect::<Vec<_>>();
    let mut count = 0;
    for name in names {
        let name = name.await;
        let Ok(Some(name)) = name else { continue };
        count += name.len();
    }
    count
}

#[toplevel]
async fn by_a_closures_parameter(name: String) -> usize {
    let name = get(name);
    let length = |name: Option<String>| name.map_or(0, |name| name.len());
    let name = name.await.map(length);
    name.unwrap_or_default()
}

#[toplevel]
async fn in_an_inner_block(name: String) -> usize {
    let future = get(name.clone());
    let inner = {
        let future = get(name);
        let future = future.await;
        future.is_ok()
    };
    let future = future.await;
    usize::from(inner && future.is_ok())
}

#[synctasklet]
async fn main() {
    assert_eq!(step_by_step(" Ada ".to_owned()).await, Ok(3));
    assert_eq!(in_pairs("Ada".to_owned(), "counts".to_owned()).await, Ok(9));
    assert_eq!(in_conditions(Some("Ada".to_owned())).await, Some(3));
    assert_eq!(in_loops(vec!["Ada".to_owned(), String::new()]).await, 3);
    assert_eq!(by_a_closures_parameter("Ada".to_owned()).await, 3);
    assert_eq!(in_an_inner_block("Ada".to_owned()).await, 1);
}
