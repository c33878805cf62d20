#!/usr/bin/env bash
# What `cargo tasklet prove` costs beside `cargo build`, on the guestbook: cold, unchanged, and after
# an edit of one line, the two in turns. Wants a quiet machine, and ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-7}
folder=$(mktemp -d)
source=examples/guestbook/src/main.rs
cp "$source" "$folder/source"
trap 'cp "$folder/source" "$source"; rm -rf "$folder"' EXIT
unset CARGO_INCREMENTAL

cargo build --quiet --release -p cargo-tasklet --target-dir "$folder/tool"
build() { cargo build --quiet -p guestbook --target-dir "$folder/build"; }
prove() { "$folder/tool/release/cargo-tasklet" prove --quiet -p guestbook --target-dir "$folder/prove"; }

# The seconds of a command, and the largest memory of it and of all that it starts.
measure() {
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True)
seconds = time.monotonic() - start
kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{seconds:.2f} s, {kilobytes // 1024} MB")
PYTHON
}
export -f build prove
export folder

echo "cold, build:      $(measure bash -c build)"
echo "cold, prove:      $(measure bash -c prove)"
echo "unchanged, build: $(measure bash -c build)"
echo "unchanged, prove: $(measure bash -c prove)"
for round in $(seq "$rounds"); do
    echo "const _: u32 = $round;" >>"$source"
    echo "edit $round, build:    $(measure bash -c build)"
    echo "edit $round, prove:    $(measure bash -c prove)"
done
rm "$folder"/prove/tasklet-prove/*/proof-*.json
echo "proof alone:      $(measure bash -c prove)"
