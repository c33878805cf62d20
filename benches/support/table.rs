//! The rows as Markdown: a line per work with its goals, then every contender's numbers.

use crate::goals::{GOALS, WORKS};
use crate::{Kind, Row};

/// Whether more of `unit` is better.
#[must_use]
pub fn is_rate(unit: &str) -> bool {
    matches!(unit, "req/s" | "%")
}

/// The whole table of `rows`, a work that has none left out.
#[must_use]
pub fn render(rows: &[Row]) -> String {
    let works = || WORKS.iter().filter(|work| rows_of(rows, work).next().is_some());
    let mut out = String::from(
        "| work | ours | fastest peer | peer ÷ ours | tokio | tokio ÷ ours | goals |\n\
         |---|--:|---|--:|--:|--:|---|\n",
    );
    works().for_each(|work| out += &summary(work, rows));
    out += "\n| work | contender | unit | best | median | ÷ ours |\n|---|---|---|--:|--:|--:|\n";
    works().for_each(|work| out += &contenders(work, rows));
    out
}

/// The rows of one work.
pub fn rows_of<'a>(rows: &'a [Row], work: &'a str) -> impl Iterator<Item = &'a Row> {
    rows.iter().filter(move |row| row.work == work)
}

/// A number with as many digits as are worth reading.
#[must_use]
pub fn number(value: f64) -> String {
    let digits = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

impl Row {
    /// The number that ratios and goals use: the best round of a cost, since whatever disturbs a
    /// run only adds to it, and the median of a rate, which has no such floor.
    #[must_use]
    pub fn figure(&self) -> f64 {
        if is_rate(&self.unit) { self.median } else { self.best }
    }

    /// Whether the contender is another library.
    #[must_use]
    pub fn is_peer(&self) -> bool {
        matches!(self.kind, Kind::Spawner | Kind::Joiner)
    }

    /// Whether the contender is one of tokio's ways.
    #[must_use]
    pub fn is_tokio(&self) -> bool {
        self.is_peer() && self.contender.starts_with("tokio")
    }

    /// The cheapest of `rows`.
    pub fn fastest<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<&'a Row> {
        rows.min_by(|a, b| a.figure().total_cmp(&b.figure()))
    }

    fn quantity(&self) -> String {
        let unit =
            if matches!(self.unit.as_str(), "allocations" | "calls") { "" } else { &self.unit };
        format!("{} {unit}", number(self.figure())).trim_end().to_owned()
    }
}

fn summary(work: &str, rows: &[Row]) -> String {
    let Some(ours) = rows_of(rows, work).find(|row| row.kind == Kind::Ours) else {
        return String::new();
    };
    let peer = Row::fastest(rows_of(rows, work).filter(|row| row.is_peer()));
    let tokio = Row::fastest(rows_of(rows, work).filter(|row| row.is_tokio()));
    let name = |row: &Row| format!("{} ({})", row.quantity(), row.contender);
    let cells = [
        work.to_owned(),
        ours.quantity(),
        peer.map_or("–".to_owned(), name),
        ratio(peer, ours),
        tokio.map_or("–".to_owned(), Row::quantity),
        ratio(tokio, ours),
        goals(ours, rows),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn ratio(other: Option<&Row>, ours: &Row) -> String {
    match other {
        Some(other) if ours.figure() > 0.0 => format!("{:.2}", other.figure() / ours.figure()),
        _ => "–".to_owned(),
    }
}

fn goals(ours: &Row, rows: &[Row]) -> String {
    let goals: Vec<String> = GOALS
        .iter()
        .filter(|goal| goal.work == ours.work)
        .map(|goal| match goal.is_met(ours, rows) {
            Some(true) => format!("{}: met", goal.rule),
            Some(false) => format!("{}: **not met**", goal.rule),
            None => format!("{}: not measured", goal.rule),
        })
        .collect();
    if goals.is_empty() { "–".to_owned() } else { goals.join("; ") }
}

fn contenders(work: &str, rows: &[Row]) -> String {
    let ours = rows_of(rows, work).find(|row| row.kind == Kind::Ours);
    let line = |row: &Row| {
        let name = match row.kind {
            Kind::Ours => format!("**{}**", row.contender),
            Kind::Spawner | Kind::Joiner => row.contender.clone(),
            Kind::Baseline => format!("*{}*", row.contender),
        };
        let [best, median] = [row.best, row.median].map(number);
        let ratio = ours.map_or("–".to_owned(), |ours| ratio(Some(row), ours));
        format!("| {work} | {name} | {} | {best} | {median} | {ratio} |\n", row.unit)
    };
    rows_of(rows, work).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goals::START_AWAIT;

    fn row(kind: Kind, contender: &str, nanos: f64) -> Row {
        Row {
            work: START_AWAIT.to_owned(),
            unit: "ns".to_owned(),
            kind,
            contender: contender.to_owned(),
            best: nanos,
            median: nanos + 1.0,
        }
    }

    #[test]
    fn a_work_shows_the_fastest_peer_and_tokio_and_whether_its_goals_are_met() {
        let rows = [
            row(Kind::Ours, "tasklet", 10.0),
            row(Kind::Joiner, "quick", 20.0),
            row(Kind::Spawner, "tokio a", 300.0),
            row(Kind::Spawner, "tokio b", 200.0),
        ];
        assert_eq!(
            summary(START_AWAIT, &rows),
            "| start + await, no suspension | 10 ns | 20 ns (quick) | 2.00 | 200 ns | 20.00 | \
             3 × faster than every spawning peer: met; 15 × faster than tokio: met; \
             ≤ 1.5 × `Box::new` + drop, as large as the cell: not measured |\n"
        );
    }

    #[test]
    fn every_contender_has_a_line_with_its_ratio_to_ours() {
        let rows = [row(Kind::Ours, "tasklet", 10.0), row(Kind::Baseline, "box", 4.0)];
        assert_eq!(
            contenders(START_AWAIT, &rows),
            "| start + await, no suspension | **tasklet** | ns | 10 | 11 | 1.00 |\n\
             | start + await, no suspension | *box* | ns | 4 | 5 | 0.40 |\n"
        );
    }
}
