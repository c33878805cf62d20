-- The book in one SQLite file. Nothing ties the two tables: either half may be written first.
CREATE TABLE IF NOT EXISTS users (
    id    BLOB PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS profiles (
    user_id    BLOB PRIMARY KEY,
    bio        TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M', 'now'))
) STRICT, WITHOUT ROWID;
