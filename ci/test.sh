#!/usr/bin/env bash
# Everything that must pass; installs the servers and the browser that the tests need first.
set -euo pipefail
cd "$(dirname "$0")/.."

# The tests start a PostgreSQL server and a headless Chromium of their own, and fail without them.
need() {
    local package=$1
    shift
    for candidate in "$@"; do
        if compgen -G "$candidate" > /dev/null || command -v "$candidate" > /dev/null; then
            return
        fi
    done
    echo "installing $package" >&2
    local sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package"
}
need postgresql '/usr/lib/postgresql/*/bin/initdb' '/usr/local/pgsql/bin/initdb'
need chromium chromium google-chrome
need chromium-driver chromedriver

cargo test --workspace "$@"
# The features are unified above; without any of them everything must hold, too.
cargo test -p tasklet-core
cargo test -p tests --no-default-features --test it --test drain
