#!/bin/bash
# CPU time of a DNS question, 64 under way: the resolver of mxprobe, and the
# library's own way to ask (a socket for each question) to compare with, in
# turn. The server answers from a process of its own, so that only the client
# is in the figures. Ratios of one run are the result, microseconds are not.
#   dns.sh [ROUNDS] [QUESTIONS]
set -euo pipefail
rounds=${1:-7} questions=${2:-60000}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
go test -c -o "$work/dnsmx.test" ./dnsmx
cd dnsmx
for ((i = 0; i < rounds; i++)); do
  "$work/dnsmx.test" -test.run '^$' -test.bench '^Benchmark(Exchange|Ask)$' -test.benchtime "${questions}x"
done | awk '
  /^Benchmark/ { sub(/-[0-9]+$/, "", $1); for (i = 3; i < NF; i++) if ($(i + 1) == "cpu-us/op") { n[$1]++; v[$1, n[$1]] = $i } }
  function median(name, k,   i, j, t, a) {
    for (i = 1; i <= k; i++) a[i] = v[name, i]
    for (i = 2; i <= k; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
    return a[int((k + 1) / 2)]
  }
  END {
    exchange = median("BenchmarkExchange", n["BenchmarkExchange"]); ask = median("BenchmarkAsk", n["BenchmarkAsk"])
    printf "%-28s %8s %8s\n%-28s %8.2f %8.2f\n%-28s %8.2f %8.2f\n", "CPU of a question", "us", "ratio", "miekg/dns Exchange", exchange, 1, "mxprobe", ask, ask / exchange
  }'
