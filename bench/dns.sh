#!/bin/bash
# dns.sh [ROUNDS] [QUESTIONS]: CPU time of a DNS question, 64 under way.
#
# The resolver of mxprobe, cache and checks and all, and miekg/dns's own way to ask (a socket for each question) to
# compare with, in turn. The server answers from a process of its own, so that only the client is in the figures. The
# ratio is the median of those of the rounds. Instructions are those in user space, by callgrind: what 10,000 questions
# more take.
cd "$(dirname "$0")/.."
. bench/lib.sh
rounds=${1:-7} questions=${2:-60000}
go test -trimpath -c -o "$work/dnsmx.test" ./dnsmx
machine
cd dnsmx

# The server would end with its standard input.
mkfifo "$work/input"
exec 3<> "$work/input"
MXPROBE_TEST_DNS_SERVER=1 $on_server "$work/dnsmx.test" <&3 > "$work/server" &
sinks+=($!)
until [ -s "$work/server" ]; do sleep 0.1; done
MXPROBE_TEST_DNS_AT=$(cat "$work/server")
export MXPROBE_TEST_DNS_AT

# ask NAME QUESTIONS [COMMAND ...] runs a benchmark, under a command.
ask() { "${@:3}" "$work/dnsmx.test" -test.run '^$' -test.bench "^Benchmark($1)\$" -test.benchtime "${2}x"; }
counted() {
  GODEBUG=asyncpreemptoff=1 GOMAXPROCS=1 ask "$1" "$2" valgrind --tool=callgrind --callgrind-out-file=/dev/null 2>&1 |
    sed -n 's/.*Collected : //p'
}

{
  for ((i = 0; i < rounds; i++)); do ask 'Exchange|Ask' "$questions" $on_client; done
  if have valgrind; then
    for name in Exchange Ask; do echo "instructions $name $(counted $name 4000) $(counted $name 14000)"; done
  fi
} | awk '
  /^instructions/ { instructions[$2] = sprintf("%.0f", ($4 - $3) / 10000) }
  /^Benchmark/ {
    sub(/^Benchmark/, "", $1); sub(/-[0-9]+$/, "", $1); n[$1]++
    for (i = 3; i < NF; i += 2) v[$1, $(i + 1), n[$1]] = $i
    v[$1, "ratio", n[$1]] = v[$1, "cpu-us/op", n[$1]] / v["Exchange", "cpu-us/op", n[$1]]
  }
  function median(name, figure,   i, j, k, t, a) {
    k = n[name]
    for (i = 1; i <= k; i++) a[i] = v[name, figure, i]
    for (i = 2; i <= k; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
    low = a[1]; high = a[k]
    return a[int((k + 1) / 2)]
  }
  function row(label, name,   r) {
    r = median(name, "ratio")
    printf "| %s | %.2f (%.2f to %.2f) | %.1f | %s | %d | %d |\n", label, r, low, high, median(name, "cpu-us/op"),
      name in instructions ? instructions[name] : "-", median(name, "allocs/op"), median(name, "B/op")
  }
  END {
    print "| client | CPU, Exchange = 1 | CPU of a question, µs | instructions | allocations | bytes |"
    print "|---|---|---|---|---|---|"
    row("miekg/dns Exchange", "Exchange"); row("mxprobe", "Ask")
  }'
