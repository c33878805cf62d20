-- The book on a PostgreSQL server. Nothing ties the two halves: either may be written first.
-- A row of `writers` is a guestbook process that may still write; see postgres.rs.
CREATE TABLE IF NOT EXISTS writers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS users (
    id     UUID PRIMARY KEY,
    writer BIGINT NOT NULL,
    name   TEXT NOT NULL,
    email  TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS profiles (
    user_id    UUID PRIMARY KEY,
    writer     BIGINT NOT NULL,
    bio        TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
