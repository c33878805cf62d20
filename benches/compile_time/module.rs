//! Ten functions of about thirty lines, as handlers and what they call are written. The question
//! `compile_time` repeats this file as one module after the other, with another attribute.

use std::collections::{BTreeMap, HashMap};
use std::future::ready;

use crate::types::{Failure, Page, Profile, User};
use crate::{join, try_join};

#[measured]
pub async fn load_user(id: u64) -> Result<User, Failure> {
    if id == 0 {
        return Err(Failure::NotFound(id));
    }
    let key = format!("user/{id}");
    let text = ready(Some(key.len())).await;
    let Some(length) = text else {
        return Err(Failure::NotFound(id));
    };
    let friends: Vec<u64> = (1..=length as u64).filter(|friend| *friend != id).collect();
    let name = match friends.len() {
        0 => "nobody".to_owned(),
        1..=9 => format!("user {id} with {} friends", friends.len()),
        _ => {
            let most = friends.iter().copied().max().unwrap_or_default();
            format!("user {id}, popular up to {most}")
        }
    };
    let mut user = User { id, name, friends };
    user.friends.sort_unstable_by(|a, b| b.cmp(a));
    while user.friends.len() > 5 {
        user.friends.pop();
    }
    if user.name.is_empty() {
        return Err(Failure::Denied { reason: key });
    }
    ready(()).await;
    Ok(user)
}

#[measured]
pub async fn load_profile(id: u64) -> Result<Option<Profile>, Failure> {
    let known = ready(id % 3 != 0).await;
    if !known {
        return Ok(None);
    }
    let words: Vec<String> = ["likes", "reads", "writes"]
        .iter()
        .enumerate()
        .map(|(at, word)| format!("{word} {}", id + at as u64))
        .collect();
    let mut visits = 0;
    for word in &words {
        if word.ends_with('7') {
            continue;
        }
        visits += word.len() as u64;
        if visits > 1_000 {
            break;
        }
    }
    let city = if visits % 2 == 0 { Some("Paris".to_owned()) } else { None };
    let profile = Profile { user: id, city, words, visits };
    match ready(profile.visits).await {
        0 => Err(Failure::Denied { reason: "no visits".to_owned() }),
        _ => Ok(Some(profile)),
    }
}

#[measured]
pub async fn count_visit(id: u64, weight: u32) -> u64 {
    let mut total = u64::from(weight);
    let mut by_hour: BTreeMap<u8, u64> = BTreeMap::new();
    for hour in 0..24_u8 {
        let visits = id.wrapping_mul(u64::from(hour)) % 11;
        if visits == 0 {
            continue;
        }
        *by_hour.entry(hour).or_default() += visits;
    }
    ready(()).await;
    let busiest = by_hour.iter().max_by_key(|(_, visits)| **visits);
    if let Some((hour, visits)) = busiest {
        total += u64::from(*hour) * visits;
    }
    let factor = match weight {
        0 => 1,
        1..=9 => 2,
        _ if id > 100 => 3,
        _ => 4,
    };
    total *= factor;
    let rest = loop {
        total /= 2;
        if total < 1_000 {
            break total;
        }
    };
    ready(rest).await
}

#[measured]
pub async fn show(id: u64, title: String) -> Result<Page, Failure> {
    let user = load_user(id);
    let profile = load_profile(id);
    let (user, profile) = try_join!(user, profile)?;
    let mut page = Page::new(title);
    page.line(format!("Hello, {}!", user.name));
    if let Some(profile) = &profile {
        page.line(format!("{} visits", profile.visits));
        if let Some(city) = profile.city.as_deref() {
            page.line(format!("from {city}"));
        }
        for word in profile.words.iter().filter(|word| !word.is_empty()) {
            page.line(word.clone());
        }
    } else {
        page.line("no profile".to_owned());
    }
    let visits = count_visit(id, 1).await;
    if visits > 500 {
        page.line("a popular page".to_owned());
    }
    let longest = page.lines.iter().map(String::len).max().unwrap_or(0);
    if longest > 200 {
        return Err(Failure::Denied { reason: format!("{longest} columns") });
    }
    page.footer = Some(format!("{visits} in all, {} lines", page.lines.len()));
    Ok(page)
}

#[measured]
pub async fn sign(id: u64, message: String, tags: Vec<String>) -> Result<u64, Failure> {
    let message = message.trim().to_owned();
    if message.is_empty() {
        return Err(Failure::Denied { reason: "an empty message".to_owned() });
    }
    let number: u64 = match tags.first() {
        Some(tag) => tag.parse()?,
        None => 0,
    };
    let user = load_user(id).await?;
    let visit = count_visit(user.id, 2);
    let profile = load_profile(number + user.id);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for tag in tags {
        let tag = tag.to_lowercase();
        *seen.entry(tag).or_insert(0) += 1;
    }
    let (visits, profile) = join!(visit, profile);
    let profile = profile?;
    let weight = seen.values().copied().filter(|times| *times > 1).sum::<usize>();
    let city = profile.and_then(|profile| profile.city).unwrap_or_else(|| "nowhere".to_owned());
    let line = format!("{message} ({city}, {weight})");
    let stored = ready(line.len() as u64 + visits).await;
    if stored == 0 { Err(Failure::Full) } else { Ok(stored) }
}

#[measured]
pub async fn friends(id: u64, limit: usize) -> Result<Vec<User>, Failure> {
    let user = load_user(id).await?;
    let mut started = Vec::new();
    for friend in user.friends.iter().take(limit) {
        started.push(load_user(*friend));
    }
    let mut friends = Vec::with_capacity(started.len());
    let mut missing = 0_usize;
    for friend in started {
        match friend.await {
            Ok(friend) if friend.name.is_empty() => missing += 1,
            Ok(friend) => friends.push(friend),
            Err(Failure::NotFound(_)) => missing += 1,
            Err(failure) => {
                let text = failure.to_string();
                friends.push(User { id: 0, name: text, friends: Vec::new() });
            }
        }
    }
    friends.sort_by(|a, b| a.name.cmp(&b.name));
    friends.dedup_by_key(|friend| friend.id);
    if missing > limit / 2 {
        return Err(Failure::Denied { reason: format!("{missing} of {limit} are missing") });
    }
    let total: u64 = friends.iter().map(|friend| friend.friends.len() as u64).sum();
    ready(total).await;
    Ok(friends)
}

#[measured]
pub async fn search(words: Vec<String>, page: Option<u32>) -> Result<Page, Failure> {
    let page = page.unwrap_or(1).max(1);
    let mut result = Page::new(format!("page {page}"));
    for (at, word) in words.iter().enumerate() {
        let id = at as u64 + u64::from(page);
        let user = match load_user(id).await {
            Ok(user) => user,
            Err(Failure::NotFound(missing)) => {
                result.line(format!("{missing} is not there"));
                continue;
            }
            Err(other) => return Err(other),
        };
        let is_match = user.name.contains(word.as_str())
            || user.friends.iter().any(|friend| friend.to_string() == *word);
        if !is_match {
            continue;
        }
        if let Some(profile) = load_profile(user.id).await?
            && profile.visits > 10
        {
            result.line(format!("{}: {} visits", user.name, profile.visits));
        }
        if result.lines.len() > 50 {
            break;
        }
    }
    result.footer = (!result.lines.is_empty()).then(|| words.join(", "));
    Ok(result)
}

#[measured]
pub async fn report(from: u64, to: u64) -> Result<BTreeMap<String, u64>, Failure> {
    let Some(length) = to.checked_sub(from) else {
        return Err(Failure::Denied { reason: format!("{from} is behind {to}") });
    };
    let mut cities: BTreeMap<String, u64> = BTreeMap::new();
    let mut id = from;
    while id < to {
        let first = load_profile(id);
        let second = load_profile(id + 1);
        let first = first.await;
        let second = second.await;
        for profile in [first?, second?].into_iter().flatten() {
            let city = profile.city.unwrap_or_default();
            let visits = cities.entry(city).or_default();
            *visits = visits.saturating_add(profile.visits);
        }
        id += 2;
    }
    let mut rest = length;
    let average = loop {
        if cities.values().sum::<u64>() < rest {
            break rest;
        }
        rest = rest.saturating_mul(2).max(1);
    };
    cities.retain(|_, visits| *visits <= average);
    ready(()).await;
    Ok(cities)
}

#[measured]
pub async fn rename(id: u64, name: String, profile: Profile) -> Result<User, Failure> {
    let current = load_user(id);
    let stored = if profile.user == id {
        load_profile(id).await
    } else {
        let other = load_profile(profile.user).await;
        other.map(|other| other.filter(|other| other.visits >= profile.visits))
    };
    let mut current = current.await?;
    let stored = stored?;
    let before = std::mem::replace(&mut current.name, name);
    if before == current.name {
        return Ok(current);
    }
    let is_allowed = |name: &str| !name.is_empty() && name.chars().all(char::is_alphanumeric);
    if !is_allowed(&current.name) {
        return Err(Failure::Denied { reason: format!("{:?} is no name", current.name) });
    }
    let words = match stored {
        Some(Profile { words, visits, .. }) if visits > 0 => words,
        Some(_) => Vec::new(),
        None => profile.words,
    };
    let visits = count_visit(id, words.len() as u32).await;
    current.friends.extend(words.iter().map(|word| word.len() as u64));
    current.friends.push(visits);
    ready(()).await;
    Ok(current)
}

#[measured]
pub async fn repeat(id: u64, attempts: u32) -> Result<Page, Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    let mut attempt = 0;
    let page = 'attempts: loop {
        attempt += 1;
        let title = format!("attempt {attempt} of {attempts}");
        let shown = show(id + u64::from(attempt), title).await;
        match shown {
            Ok(page) => break 'attempts Some(page),
            Err(Failure::Full) => break 'attempts None,
            Err(failure) => failures.push(failure),
        }
        if attempt >= attempts {
            break 'attempts None;
        }
        let pause = 1_u64 << attempt.min(10);
        ready(pause).await;
    };
    let signed = sign(id, format!("{attempt} attempts"), vec![attempt.to_string()]);
    let number = signed.await?;
    let Some(mut page) = page else {
        let last = failures.pop();
        return Err(last.unwrap_or(Failure::NotFound(number)));
    };
    for (at, failure) in failures.iter().enumerate() {
        page.line(format!("{at}: {failure}"));
    }
    Ok(page)
}
