-- A profile may not be empty: that is the write which fails.
CREATE TABLE IF NOT EXISTS users (name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS profiles (bio TEXT NOT NULL CHECK (bio <> '')) STRICT;
