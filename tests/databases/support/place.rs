//! Where a test's database is: a file, or a database on the tests' server.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use crate::Server;

/// A new database of one test. A file is removed with the last clone of it.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file in a directory of its own.
    Sqlite(Arc<TempDir>),
    /// The URL of a database on a server.
    Postgres(String),
}

impl Place {
    /// A file that does not exist yet.
    ///
    /// # Panics
    ///
    /// If there is no room for temporary files.
    #[must_use]
    pub fn sqlite() -> Place {
        Place::Sqlite(Arc::new(tempfile::tempdir().expect("a directory")))
    }

    /// An empty database on the server that the tests share.
    ///
    /// # Panics
    ///
    /// If there is no server.
    pub async fn postgres() -> Place {
        Place::Postgres(Server::shared().new_database().await)
    }

    /// Its URL.
    ///
    /// # Panics
    ///
    /// If the directory of temporary files is no text.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Place::Sqlite(directory) => sqlite_url(&directory.path().join("test.db")),
            Place::Postgres(url) => url.clone(),
        }
    }
}

fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.to_str().expect("a path that is a text"))
}
