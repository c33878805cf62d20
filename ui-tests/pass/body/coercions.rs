//! Every exit coerces to the type of the signature, as in a plain function.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::ready;

use tasklet_core::{synctasklet, tasklet, toplevel};

type Failure = Box<dyn Error + Send + Sync>;

#[tasklet]
async fn boxes(first: bool) -> Box<dyn Fn() -> u32 + Send> {
    ready(()).await;
    if first {
        return Box::new(|| 1);
    }
    Box::new(|| 2)
}

#[tasklet]
async fn slices() -> &'static [u32] {
    ready(()).await;
    &[1, 2, 3]
}

#[tasklet]
async fn inferred_late(text: String) -> Result<Vec<u64>, Failure> {
    let number = text.parse()?;
    ready(()).await;
    let mut list = Vec::new();
    list.push(number);
    if list.is_empty() {
        Err("empty")?;
    }
    Ok(list)
}

#[tasklet]
async fn opaque(text: String) -> Result<impl Display + Debug + Send, Failure> {
    let number: u32 = ready(text.parse()).await?;
    if number == 0 {
        return Err("zero".into());
    }
    Ok(number)
}

#[tasklet]
async fn opaque_inline(text: String) -> Result<impl Display + Debug + Send, Failure> {
    let number: u32 = text.parse()?;
    Ok(number)
}

#[tasklet]
async fn function_pointer() -> fn(u32) -> u32 {
    ready(()).await;
    |number| number + 1
}

#[synctasklet]
async fn borrowed<'a>(list: &'a [String], name: &str) -> Option<&'a dyn Display> {
    let found = list.iter().find(|item| *item == name)?;
    ready(()).await;
    Some(found)
}

#[toplevel]
async fn handler(text: String) -> Result<impl Display, Failure> {
    let number: u32 = text.parse()?;
    Ok(ready(number).await)
}

#[toplevel]
fn handler_blocking(text: &str) -> Result<impl Display, Failure> {
    let number: u32 = text.parse()?;
    if number == 0 {
        return Err("zero".into());
    }
    Ok(number)
}

fn main() {
    assert_eq!(boxes(true).get_result()(), 1);
    assert_eq!(boxes(false).get_result()(), 2);
    assert_eq!(slices().get_result().len(), 3);
    assert_eq!(inferred_late("4".to_owned()).get_result().unwrap(), [4]);
    assert_eq!(opaque("4".to_owned()).get_result().unwrap().to_string(), "4");
    assert_eq!(opaque("0".to_owned()).get_result().unwrap_err().to_string(), "zero");
    assert_eq!(opaque_inline("4".to_owned()).get_result().unwrap().to_string(), "4");
    assert_eq!(function_pointer().get_result()(1), 2);
    assert!(borrowed(&["a".to_owned()], "a").is_some());
    assert_eq!(handler_blocking("4").unwrap().to_string(), "4");
    drop(handler("4".to_owned()));
}
