//! What the handlers of the question `compile_time` speak of.

use std::fmt;
use std::num::ParseIntError;

#[derive(Debug, Clone)]
pub struct User {
    pub id: u64,
    pub name: String,
    pub friends: Vec<u64>,
}

#[derive(Debug, Clone)]
pub struct Profile {
    pub user: u64,
    pub city: Option<String>,
    pub words: Vec<String>,
    pub visits: u64,
}

#[derive(Debug)]
pub struct Page {
    pub title: String,
    pub lines: Vec<String>,
    pub footer: Option<String>,
}

impl Page {
    pub fn new(title: String) -> Self {
        Self { title, lines: Vec::new(), footer: None }
    }

    pub fn line(&mut self, line: String) {
        self.lines.push(line);
    }
}

#[derive(Debug)]
pub enum Failure {
    NotFound(u64),
    Denied { reason: String },
    Full,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(id) => write!(f, "{id} is not there"),
            Self::Denied { reason } => write!(f, "denied: {reason}"),
            Self::Full => write!(f, "full"),
        }
    }
}

impl From<ParseIntError> for Failure {
    fn from(error: ParseIntError) -> Self {
        Self::Denied { reason: error.to_string() }
    }
}
