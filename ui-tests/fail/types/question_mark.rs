//! A `?` converts into the error of the signature.

use std::future::ready;
use std::num::ParseIntError;

use tasklet_core::tasklet;

#[tasklet]
async fn awaits(path: String) -> Result<String, ParseIntError> {
    ready(()).await;
    Ok(std::fs::read_to_string(path)?)
}

#[tasklet]
async fn runs_inline(path: String) -> Result<String, ParseIntError> {
    Ok(std::fs::read_to_string(path)?)
}

#[tasklet]
async fn nothing(path: String) {
    ready(()).await;
    std::fs::read_to_string(path)?;
}

fn main() {}
