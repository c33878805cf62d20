-- The book on a PostgreSQL server.
CREATE TABLE IF NOT EXISTS users (
    id    UUID PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS profiles (
    user_id    UUID PRIMARY KEY,
    bio        TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- How many have signed: one row.
CREATE TABLE IF NOT EXISTS visitors (
    signed BIGINT NOT NULL
);

-- An older book was written in two commits for each entry, by processes that `writers` told apart.
-- What they had acknowledged is whole, and nobody has seen the halves that they left.
DO $$
BEGIN
    IF to_regclass('writers') IS NOT NULL THEN
        DELETE FROM users WHERE NOT EXISTS (SELECT FROM profiles WHERE user_id = id);
        DELETE FROM profiles WHERE NOT EXISTS (SELECT FROM users WHERE user_id = id);
        ALTER TABLE users DROP COLUMN writer;
        ALTER TABLE profiles DROP COLUMN writer;
        DROP TABLE writers;
    END IF;
END $$;

INSERT INTO visitors
SELECT (SELECT count(*) FROM users) WHERE NOT EXISTS (SELECT FROM visitors);
