//! What the command line says: where to listen, and which database keeps the book.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

/// A guestbook that keeps every entry it has said thanks for.
#[derive(Debug, clap::Parser)]
#[command(name = "guestbook", version)]
pub(crate) struct Args {
    /// Address and port to listen on; port 0 lets the system choose one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// A file for SQLite (made if it is missing), or a postgres:// URL.
    #[arg(long, value_name = "FILE|URL", default_value = "guestbook.db")]
    pub(crate) db: Database,

    /// How long requests in flight may take to finish after Ctrl-C or SIGTERM.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain: u32,
}

impl Args {
    /// How long a stopping guestbook waits for what is in flight.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.drain.into())
    }
}

/// Which database keeps the book.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// One file, for one guestbook process.
    Sqlite(PathBuf),
    /// A server, for as many guestbook processes as one likes.
    Postgres(Box<PgConnectOptions>),
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(text).map_err(|error| error.to_string())?;
            return Ok(Self::Postgres(Box::new(options.disable_statement_logging())));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        let path = path.unwrap_or(text);
        match path {
            "" => Err("the name of the database file is empty".to_owned()),
            ":memory:" => Err("a book in memory would not survive the program".to_owned()),
            _ if path.contains("://") => {
                Err("neither a file for SQLite nor a postgres:// URL".to_owned())
            }
            _ => Ok(Self::Sqlite(path.into())),
        }
    }
}

/// Names the database for messages, without the password a URL may hold.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or(options.get_username());
                write!(f, "PostgreSQL database {database} at {}", options.get_host())?;
                write!(f, ":{}", options.get_port())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let found = text.parse::<Database>().map(|database| database.to_string());
        let found = found.as_ref().map(String::as_str).map_err(String::as_str);
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn a_plain_name_is_a_sqlite_file() {
        check("guestbook.db", Ok("guestbook.db"));
        check("sqlite:a/b.db", Ok("a/b.db"));
        check("sqlite:///var/b.db", Ok("/var/b.db"));
    }

    #[test]
    fn a_postgres_url_is_named_without_its_password() {
        let name = "PostgreSQL database book at db.example:5433";
        check("postgres://ann:secret@db.example:5433/book", Ok(name));
        check("postgresql://ann:secret@db.example:5433/book", Ok(name));
    }

    #[test]
    fn what_is_neither_is_refused() {
        check("mysql://a/b", Err("neither a file for SQLite nor a postgres:// URL"));
        check("", Err("the name of the database file is empty"));
        check("sqlite::memory:", Err("a book in memory would not survive the program"));
    }
}
