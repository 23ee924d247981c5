#!/bin/sh
# Run lint and every test: three shares side by side, for most tests wait; then the browser. Argument: PYTHON.
set -u
python=$1
shop="tests/e2e tests/broken tests/lane"
devices="tests/drivers tests/simulators tests/vision"
later="tests/browser tests/storm"
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

"${MAKE:-make}" --no-print-directory lint >"$logs/lint" 2>&1 &
linting=$!
# shellcheck disable=SC2086  # the lists are meant to be split
"$python" -m pytest $shop >"$logs/shop" 2>&1 &
selling=$!
# shellcheck disable=SC2086
"$python" -m pytest $devices >"$logs/devices" 2>&1 &
driving=$!
ignored=$(for folder in $shop $devices $later; do printf ' --ignore %s' "$folder"; done)
# shellcheck disable=SC2086
"$python" -m pytest $ignored
computing=$?
# Bad days need a processor and nobody's time: they get what all others leave (SCHED_IDLE). Not from the beginning: where
# both cores never rest, devices' answers come too late.
leftover=$(chrt --idle 0 true 2>/dev/null && echo "chrt --idle 0" || echo "nice -n 19")
$leftover "$python" -m pytest tests/storm >"$logs/storm" 2>&1 &
storming=$!
wait "$linting"
clean=$?
cat "$logs/lint"
echo "Waiting for the tests of devices and of the whole shop"
wait "$driving"
driven=$?
cat "$logs/devices"
wait "$selling"
sold=$?
cat "$logs/shop"
echo "The browser's turn: a page is best judged on a box that does little else"
"$python" -m pytest tests/browser/test_console.py >"$logs/console" 2>&1 &
console=$!
"$python" -m pytest tests/browser/test_pages.py >"$logs/pages" 2>&1 &
pages=$!
"$python" -m pytest tests/browser --ignore tests/browser/test_console.py --ignore tests/browser/test_pages.py
others=$?
wait "$console"
seen=$?
cat "$logs/console"
wait "$pages"
paged=$?
cat "$logs/pages"
wait "$storming"
stormed=$?
cat "$logs/storm"
for ended in "$clean" "$computing" "$driven" "$sold" "$others" "$seen" "$paged" "$stormed"; do
    [ "$ended" = 0 ] || exit 1
done
