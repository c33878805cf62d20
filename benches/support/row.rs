//! One measured number, and how it travels from a question to the table: as a line of text.

use std::str::FromStr;

/// What a contender is to us, which decides what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// This project.
    Ours,
    /// A library whose tasks go on by themselves once they are started.
    Spawner,
    /// A library that polls futures inside the task that awaits them.
    Joiner,
    /// What the work costs at the least; nobody's competitor.
    Baseline,
}

/// One contender's result in one piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The work, as the table shows it.
    pub work: String,
    /// The unit of both numbers. Less is better in all of them but `req/s`.
    pub unit: String,
    /// What the contender is to us.
    pub kind: Kind,
    /// Who did the work.
    pub contender: String,
    /// The best of all rounds.
    pub best: f64,
    /// The median of all rounds.
    pub median: f64,
}

impl Row {
    /// The row as a line of text, without its line break.
    #[must_use]
    pub fn to_line(&self) -> String {
        let Self { work, unit, kind, contender, best, median } = self;
        let kind = match kind {
            Kind::Ours => "ours",
            Kind::Spawner => "spawner",
            Kind::Joiner => "joiner",
            Kind::Baseline => "baseline",
        };
        format!("{work}\t{unit}\t{kind}\t{contender}\t{best}\t{median}")
    }
}

/// A line that is not a [`Row`].
#[derive(Debug, PartialEq, Eq)]
pub struct NotARow(String);

impl FromStr for Row {
    type Err = NotARow;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        parse(line).ok_or_else(|| NotARow(line.to_owned()))
    }
}

fn parse(line: &str) -> Option<Row> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    Some(Row {
        work: next()?.to_owned(),
        unit: next()?.to_owned(),
        kind: match next()? {
            "ours" => Kind::Ours,
            "spawner" => Kind::Spawner,
            "joiner" => Kind::Joiner,
            "baseline" => Kind::Baseline,
            _ => return None,
        },
        contender: next()?.to_owned(),
        best: next()?.parse().ok()?,
        median: next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_survives_being_written_and_read() {
        let row = Row {
            work: "start, await".to_owned(),
            unit: "ns".to_owned(),
            kind: Kind::Spawner,
            contender: "tokio".to_owned(),
            best: 1.25,
            median: 1.5,
        };
        assert_eq!(row.to_line().parse(), Ok(row));
    }

    #[test]
    fn a_line_with_a_field_missing_is_not_a_row() {
        assert!("work\tns\tspawner\ttokio\t1".parse::<Row>().is_err());
    }
}
