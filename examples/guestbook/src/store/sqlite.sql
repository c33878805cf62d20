-- The book in one SQLite file.
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

-- How many have signed: one row.
CREATE TABLE IF NOT EXISTS visitors (
    signed INTEGER NOT NULL
) STRICT;

-- An older book, which has no counter yet, was written in two commits for each entry. What was
-- acknowledged is whole, and nobody has seen the halves that a crash left.
DELETE FROM users
WHERE NOT EXISTS (SELECT 1 FROM visitors) AND id NOT IN (SELECT user_id FROM profiles);
DELETE FROM profiles
WHERE NOT EXISTS (SELECT 1 FROM visitors) AND user_id NOT IN (SELECT id FROM users);

INSERT INTO visitors
SELECT (SELECT count(*) FROM users) WHERE NOT EXISTS (SELECT 1 FROM visitors);
