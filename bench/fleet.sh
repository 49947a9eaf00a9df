#!/bin/bash
# fleet.sh [DOMAINS] [LIST]: one, two and four workers over DOMAINS (480) whose servers take 50 ms for every answer, four
# sessions at once for each worker; then a LIST (100,000; 0 for none) through the bus with a dialogue that takes no time.
#
# The first table has the time from submit to the end of collect, and what part of one worker's it is. The second part says
# what a domain costs beside its dialogue: time and CPU to hand it in, to work it off and to collect it, and its bytes in the
# stream of results before the server packs them. The NATS server is the one that the tests use, and keeps files.
cd "$(dirname "$0")/.."
. bench/lib.sh
domains=${1:-480} long=${2:-100000}
.ci/build "$work/mxprobe" "$work/mxprobe-fleet"
go build -trimpath -o "$work/" ./bench/sink github.com/nats-io/nats-server/v2

# bus starts a server on a free port, with files of its own; MXPROBE_NATS says where.
bus() {
  "$work/nats-server" -js -sd "$work/jetstream" -a 127.0.0.1 -p -1 --ports_file_dir "$work" > "$work/nats.log" 2>&1 &
  local server=$!
  sinks+=("$server")
  for _ in $(seq 100); do
    MXPROBE_NATS=$(sed -n 's/.*"nats":\["\([^"]*\)".*/\1/p' "$work/nats-server_$server.ports" 2> /dev/null | tr -d " " || true)
    if [ -n "$MXPROBE_NATS" ]; then export MXPROBE_NATS; return; fi
    sleep 0.1
  done
  echo 'the NATS server did not start' >&2
  exit 1
}

# workers N starts them, and waits until each is ready.
workers() {
  local i
  for i in $(seq "$1"); do
    "$work/mxprobe-fleet" work --name "w$1-$i" --until-done 2> "$work/worker$1-$i" &
  done
}

machine
bus
sink slow -delay 50ms
domains "$domains" > "$work/list"
printf 'version: 1\nrun: "@rcpt"\nflags: {port: %d, helo: client.example, allow-loopback: true, jobs: 4}\n' "$port" > "$work/job.yaml"
echo '| workers | seconds | of one worker'"'"'s |'
echo '|---|---|---|'
for n in 1 2 4; do
  "$work/mxprobe-fleet" submit "$work/job.yaml" -d "@$work/list" --id "with-$n" 2> /dev/null > /dev/null
  started=$(date +%s.%N)
  workers "$n"
  "$work/mxprobe-fleet" collect "with-$n" -q > "$work/report" || { cat "$work/report"; exit 1; }
  seconds=$(awk -v a="$started" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
  if [ "$n" = 1 ]; then one=$seconds; fi
  awk -v n="$n" -v s="$seconds" -v one="$one" 'BEGIN { printf "| %d | %.2f | %.2f |\n", n, s, s / one }'
  sleep 2
done
if [ "$long" -gt 0 ]; then
  echo
  MXPROBE_FLEET_NATS=$MXPROBE_NATS MXPROBE_FLEET_DOMAINS=$long go test -count=1 -timeout 2h -run '^TestListGoesThroughTheBus$' -v ./internal/fleet/work | sed -n 's/^ *list_unix_test.go:[0-9]*: //p'
  du -sh "$work/jetstream" | awk '{ print "The server has " $1 "B of files." }'
fi
