//! Each kind of question that the attributes ask, about values that owe nothing.
//!
//! Wherever a future could be lost here, something else is; what is asked must be as silent as
//! the function itself.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::ready;
use std::mem;
use std::sync::{Arc, Mutex};

use tasklet_core::{TaskletFuture, must_await, synctasklet, tasklet, toplevel};

/// Two fields, of which one may be moved out.
#[derive(Debug, Clone, Default)]
pub struct Pair {
    /// The first.
    pub name: String,
    /// The second.
    pub list: Vec<u32>,
}

impl Pair {
    /// Changes it, and returns what nobody must use.
    pub fn touch(&mut self) -> usize {
        self.list.push(1);
        self.list.len()
    }
}

/// Does not return.
///
/// # Panics
///
/// Always.
#[must_await]
pub fn die() -> ! {
    panic!("at once")
}

/// Something that one may ignore.
#[must_await]
pub fn ignorable(list: &mut Vec<u32>) -> Option<u32> {
    list.pop()
}

/// Something that one should not.
#[must_await]
#[must_use = "it was computed for you"]
pub const fn used(number: u32) -> u32 {
    number + 1
}

/// What becomes of a text.
#[must_await]
#[must_use]
pub fn used_text(text: String) -> usize {
    text.into_boxed_str().len()
}

/// Calls as statements.
#[tasklet]
pub async fn statements(mut list: Vec<u32>, mut pair: Pair) -> usize {
    ignorable(&mut list);
    pair.touch();
    list.pop();
    list.first().copied().map(used);
    ready(ignorable(&mut list)).await;
    {
        ignorable(&mut list);
    }
    if list.is_empty() {
        ignorable(&mut list);
    } else {
        list.clear();
    }
    match list.len() {
        0 => _ = list.pop(),
        _ => list.push(1),
    }
    list.len()
}

/// `let _ =`, `_ =` and patterns that hold one, over values and over places.
#[toplevel]
pub async fn wild_patterns(list: Vec<u32>, pair: (String, Pair), text: &'static str) -> usize {
    let _ = used(1);
    let _ = text.parse::<u32>();
    let _: Result<u32, _> = text.parse();
    let _ = list.len();
    _ = used(2);
    let (_, kept) = pair;
    let Pair { name, .. } = kept;
    let [first, _, ..] = [1_usize, 2, 3, 4];
    let kept;
    (_, kept) = (String::new(), 1);
    name.len() + first + kept
}

/// Arms that swallow.
#[synctasklet]
pub async fn arms(number: Option<String>, result: Result<Vec<u32>, String>, wide: u8) -> usize {
    let known = match number {
        Some(_) => 1,
        None => 0,
    };
    let count = match (result, known) {
        (Ok(list), 0) => list.len(),
        (Ok(_), _) => 2,
        (Err(_), other) => other,
    };
    if let Some(_text) = ready(Some(String::new())).await {
        return count;
    }
    match wide {
        0..=9 => count,
        b'a' | b'b' => 7,
        _ => die(),
    }
}

/// Bindings of each kind that are never used up.
#[must_await]
#[must_use]
pub fn bindings(mut texts: Vec<String>, (left, _right): (String, String), _guard: Pair) -> usize {
    let _named = left.clone();
    let text = left;
    let Some(last) = texts.pop() else { return 0 };
    while let Some(next) = texts.pop() {
        if next.is_empty() {
            continue;
        }
        if let Some('a' | 'b') = next.chars().next() {
            break;
        }
    }
    text.len() + last.len()
}

/// Loops over iterators that are owned, left early.
///
/// # Errors
///
/// If a text is no number.
#[tasklet]
pub async fn loops(texts: Vec<String>) -> Result<u32, std::num::ParseIntError> {
    let mut sum = 0;
    for text in texts {
        let number: u32 = text.parse()?;
        sum += ready(number).await;
        if 100 < sum {
            break;
        }
    }
    'outer: for row in [vec![1, 2], vec![3]] {
        let boxed = Box::new(row.clone());
        for cell in row {
            match cell {
                1 => continue 'outer,
                2 => break 'outer,
                _ => sum += cell,
            }
        }
        sum += boxed.iter().sum::<u32>();
    }
    for _ in 0..3 {
        let value = String::from("a value of the loop");
        if sum == 7 {
            return Ok(sum);
        }
        sum += u32::try_from(value.len()).unwrap_or(0);
    }
    let found = 'block: {
        let held = Box::new([sum]);
        if sum == 9 {
            break 'block 0;
        }
        held.len()
    };
    Ok(sum + u32::from(found == 1))
}

/// Shadowed and overwritten.
#[must_await]
pub async fn hidden(text: String) -> usize {
    let text = text.trim().to_owned();
    let mut place = text.clone();
    let size = place.len();
    place = text;
    if size == 0 {
        place = String::new();
    }
    let mut slot = Some(place);
    let taken = slot.take();
    slot = ready(taken).await;
    let again = mem::take(&mut slot);
    let slot = again.map_or(0, |text| text.len());
    slot + size
}

/// Fields of tuples and of structs, of which some stay behind.
#[must_await]
pub async fn fields(pair: Pair, tuple: (String, Vec<u32>, Box<str>), wanted: bool) -> usize {
    let name = pair.name;
    let list = tuple.1;
    let both = (name, list);
    if wanted {
        return both.0.len();
    }
    ready(both.1).await.len()
}

/// Types that are known only later.
///
/// # Errors
///
/// If the text is no number.
#[tasklet]
pub async fn inferred_late(text: String) -> Result<u64, std::num::ParseIntError> {
    let parsed = text.parse()?;
    let mut list = Vec::new();
    let mut none = None;
    let mut map = HashMap::new();
    let default = Default::default();
    ready(()).await;
    if list.is_empty() {
        list.push(parsed);
        none = Some(parsed);
    }
    map.insert(none, default);
    let number = list.pop();
    Ok(number.or_else(|| map.remove(&None)).unwrap_or_default())
}

/// Closures with captures, parameters and bodies of their own.
#[must_await]
pub fn closures(texts: Vec<String>, held: Pair, shared: &Arc<Mutex<Vec<u32>>>) -> usize {
    let lengths = texts.iter().map(|text| {
        let copy = text.clone();
        if copy.is_empty() { 0 } else { copy.len() }
    });
    let total: usize = lengths.sum();
    texts.into_iter().map(used_text).for_each(|size| {
        if let Ok(mut list) = shared.lock() {
            list.push(1);
        }
        let _ = size;
    });
    let ignores = |_: String, (left, _): (u32, Vec<u32>)| left;
    let later = move || held.name.len();
    let pointer: fn(String) -> Option<usize> = |text| text.parse().ok();
    let boxed: Box<dyn Fn(Vec<u32>) -> usize> = Box::new(|list| {
        let Some(first) = list.first() else { return 0 };
        usize::try_from(*first).unwrap_or(1)
    });
    let number = usize::try_from(ignores(String::new(), (1, Vec::new()))).unwrap_or(0);
    if total == 0 {
        return number;
    }
    later() + pointer(String::new()).unwrap_or(0) + boxed(vec![1])
}

/// Blocks and closures that are async, awaited and not.
#[tasklet]
pub async fn async_blocks(name: String, wanted: bool) -> usize {
    let copy = name.clone();
    let later = async move { copy.len() };
    let block = async {
        let inner = String::from("inner");
        if wanted {
            return 0;
        }
        ready(inner.len()).await
    };
    let size = block.await;
    let start = async |text: String| ready(text).await.len();
    if wanted {
        return later.await;
    }
    size + start(name).await
}

/// Arguments that are made before another that may fail.
///
/// # Errors
///
/// If the text is no number.
#[must_await]
pub async fn arguments(text: &str) -> Result<usize, std::num::ParseIntError> {
    let more = (String::from("more"), text.parse::<usize>()?);
    let list = vec![1, 2, 3];
    let sum = statements(list, Pair { name: text.to_owned(), list: vec![text.parse()?] });
    Ok(sum.await + more.1)
}

/// Sizes and types that the caller chooses.
#[tasklet]
pub async fn generic<T, I, const N: usize>(values: [T; N], items: I, spare: T) -> usize
where
    T: Clone + Send + 'static,
    I: IntoIterator<Item = T, IntoIter: Send> + Send + 'static,
{
    let copy = spare.clone();
    let [first, ..] = [copy, spare];
    let mut count = ready(values.len()).await;
    for item in items {
        let held = item;
        count += 1;
        if 10 < count {
            break;
        }
        let _again = Some(held);
    }
    let _kept = first;
    count
}

/// Futures that are settled, among values that nobody settles.
#[tasklet]
pub async fn mixed(keys: Vec<u32>, names: BTreeMap<u32, String>) -> usize {
    let (number, future) = (1_usize, TaskletFuture::ready(2_usize));
    let mut queue: VecDeque<_> = keys.into_iter().map(TaskletFuture::ready).collect();
    let mut sum = number + future.await;
    while let Some(future) = queue.pop_front() {
        let key = future.await;
        let Some(name) = names.get(&key) else { continue };
        sum += name.len();
    }
    let optional = names.first_key_value().map(|(key, _)| TaskletFuture::ready(*key));
    if let Some(future) = optional {
        ready(future.await).await;
    }
    TaskletFuture::ready(sum).await
}

/// What follows a function that does not return.
#[must_await]
#[must_use]
pub fn diverging(text: Option<String>, held: Vec<u32>) -> usize {
    let copy = held.clone();
    let Some(text) = text else { die() };
    if text.is_empty() {
        die();
    }
    let number = match text.len() {
        0 => die(),
        1 => std::process::exit(1),
        size => size,
    };
    number + copy.len() + held.into_boxed_slice().len()
}

/// A whole implementation under one attribute.
#[derive(Debug, Default)]
pub struct Counter {
    last: Option<String>,
    list: Vec<u32>,
}

#[must_await]
impl Counter {
    /// As many as it had.
    pub const LIMIT: usize = 3;

    /// Changes it.
    pub fn count(&mut self, text: String) -> &mut Self {
        self.list.push(1);
        self.last = Some(text);
        self
    }

    /// Takes a part.
    #[must_use]
    pub fn into_last(self) -> Option<String> {
        self.last
    }

    /// Takes it, and uses nothing of it.
    #[must_use]
    pub fn swallowed(self, _other: Self, (_, number): (Self, usize)) -> usize {
        number
    }

    /// Statements over fields.
    pub async fn reset(&mut self, text: &str) -> usize {
        self.last.take();
        self.list.drain(..).for_each(drop);
        let mut other = Some(text.to_owned());
        mem::swap(&mut self.last, &mut other);
        let old = mem::replace(&mut self.list, Vec::with_capacity(Self::LIMIT));
        self.count(text.to_owned()).count(String::new());
        ready(old.len()).await
    }
}
