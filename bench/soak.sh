#!/bin/bash
# soak.sh [TARGETS] [AT-ONCE]: a long list in one process, with servers of which one in a hundred is ill, in ten ways.
#
# Every target (100,000) has to have its result, once, in order, with the verdict that its server deserves; the server
# has to have seen as many; goroutines, descriptors and memory have to stay as they were soon after the beginning. Says
# pass or fail, and ends with the status that goes with it.
cd "$(dirname "$0")/.."
. bench/lib.sh
go build -trimpath -o "$work/" ./bench/sink ./bench/soak
machine
"$work/soak" -sink "$work/sink" -n "${1:-100000}" -at-once "${2:-256}"
