#!/bin/bash
# provider.sh [SESSIONS]: one, two and four workers of a fleet with servers of one provider, 2,000 sessions of 50 ms.
#
# The workers are runs of the engine with a connection each to a NATS server, and share what the provider is burdened with:
# 8 sessions at once, then 100 new connections a second. They are to take as long together as one does alone, and the
# servers count that the limit is kept. The last column is what sharing costs: entries written to the bus for a session.
cd "$(dirname "$0")/.."
. bench/lib.sh
machine
echo '| limit | workers | sessions | seconds | of one worker | writes a session |'
echo '|---|---|---|---|---|---|'
MXPROBE_BENCH_SESSIONS=${1:-2000} go test -v -count=1 -timeout 20m -run '^TestMoreWorkersAreNoFasterWhereAProviderBinds$' ./internal/fleet/manners | grep "^|\|FAIL\|_test.go"
