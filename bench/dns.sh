#!/bin/bash
# dns.sh [ROUNDS] [QUESTIONS]: CPU time of a DNS question, 64 under way.
#
# The resolver of mxprobe, cache and checks and all, and miekg/dns's own way to ask (a socket for each question) to
# compare with, in turn. The server answers from a process of its own, so that only the client is in the figures. The
# ratio is the median of those of the rounds.
cd "$(dirname "$0")/.."
. bench/lib.sh
rounds=${1:-7} questions=${2:-60000}
go test -trimpath -c -o "$work/dnsmx.test" ./dnsmx
machine
echo '| client | CPU, Exchange = 1 | CPU of a question, µs | allocations | bytes |'
echo '|---|---|---|---|---|'
cd dnsmx
for ((i = 0; i < rounds; i++)); do
  "$work/dnsmx.test" -test.run '^$' -test.bench '^Benchmark(Exchange|Ask)$' -test.benchtime "${questions}x"
done | awk '
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
    printf "| %s | %.2f (%.2f to %.2f) | %.1f | %d | %d |\n", label, r, low, high, median(name, "cpu-us/op"), median(name, "allocs/op"), median(name, "B/op")
  }
  END { row("miekg/dns Exchange", "Exchange"); row("mxprobe", "Ask") }'
