#!/bin/sh
# Run every test in two halves side by side: those that wait for real processes, and those that compute. Argument: PYTHON.
set -u
python=$1
waiting="tests/e2e tests/browser tests/drivers tests/simulators"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# shellcheck disable=SC2086  # the list is meant to be split
"$python" -m pytest $waiting >"$log" 2>&1 &
other=$!
ignored=$(for folder in $waiting; do printf ' --ignore %s' "$folder"; done)
# shellcheck disable=SC2086
"$python" -m pytest $ignored
computing=$?
echo "Waiting for the tests of the whole shop, of drivers and of the browser"
wait "$other"
real=$?
cat "$log"
[ "$computing" = 0 ] && [ "$real" = 0 ]
