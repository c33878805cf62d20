//! The few arguments of the programs: switches, and numbers.

use std::process::exit;

/// The arguments that nobody has asked for yet.
#[derive(Debug)]
pub struct Args {
    usage: &'static str,
    left: Vec<String>,
}

impl Args {
    /// Those of this process.
    #[must_use]
    pub fn new(usage: &'static str) -> Args {
        Args { usage, left: std::env::args().skip(1).collect() }
    }

    /// Whether a switch is there.
    pub fn has(&mut self, name: &str) -> bool {
        let at = self.left.iter().position(|arg| arg == name);
        at.map(|at| self.left.remove(at)).is_some()
    }

    /// What stands after a name.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|arg| arg == name)?;
        self.left.remove(at);
        if at < self.left.len() { Some(self.left.remove(at)) } else { self.refuse(name) }
    }

    /// The number after a name.
    pub fn number(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        text.parse().ok().or_else(|| self.refuse(&text))
    }

    /// Expects that nothing is left.
    pub fn end(&self) {
        if let Some(left) = self.left.first() {
            self.refuse(left)
        }
    }

    /// Ends the process: an argument is wrong.
    fn refuse(&self, what: &str) -> ! {
        eprintln!("wrong argument: {what}\nusage: {}", self.usage);
        exit(2);
    }
}
