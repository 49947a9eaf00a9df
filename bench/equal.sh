#!/bin/bash
# equal.sh [DOMAINS] [ADDRESSES]: connections, time and CPU of a list whose domains have their servers in common.
#
# A dialogue that is the same for every domain (EHLO, MAIL) and one that is not (@rcpt, under TLS where the server offers
# it, with reuse: true), each with and without --no-share. The servers are a sandbox, which writes down every session.
cd "$(dirname "$0")/.."
. bench/lib.sh
build
domains=${1:-10000} addresses=${2:-20}
{
  printf 'zones:\n  many.test: |\n'
  for i in $(seq 0 $((addresses - 1))); do echo "    mx$i A 192.0.2.$((10 + i))"; done
  for i in $(seq 0 $((domains - 1))); do echo "    d$i MX 10 mx$((i % addresses))"; done
  echo 'servers:'
  for i in $(seq 0 $((addresses - 1))); do printf '  - name: mx%d.many.test\n    tls: good\n' "$i"; done
} > "$work/world.yaml"
for i in $(seq 0 $((domains - 1))); do echo "d$i.many.test"; done > "$work/list"
printf 'name: hello\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n' > "$work/hello.yaml"
$on_server "$work/mxprobe" sandbox "$work/world.yaml" --dns-port 53531 --smtp-port 25251 --log > "$work/out" 2> "$work/log" &
sinks+=($!)
for _ in $(seq 100); do
  if grep -q 53531 "$work/out"; then break; fi
  sleep 0.1
done
machine
echo '| dialogue | | connections | seconds | CPU of a domain, µs |'
echo '|---|---|---|---|---|'
for dialogue in "$work/hello.yaml" @rcpt; do
  for flag in --no-share ''; do
    before=$(grep -c QUIT "$work/log" || true)
    begun=$(date +%s%N)
    # shellcheck disable=SC2086
    cpu=$( { TIMEFORMAT='%U %S'; time $on_client "$work/mxprobe" run "$dialogue" -d "@$work/list" --dns 127.0.0.1:53531 -p 25251 --allow-loopback \
      --helo client.example -f jsonl $flag > "$work/results"; } 2>&1 | tail -n 1)
    took=$(($(date +%s%N) - begun))
    sleep 1 # the log is written behind the sessions
    passed=$(grep -c '"type":"domain".*"status":"pass"' "$work/results" || true)
    awk -v name="$(basename "$dialogue")" -v flag="${flag:-shared and reused}" -v n=$(($(grep -c QUIT "$work/log") - before)) -v took="$took" -v cpu="$cpu" \
      -v all="$domains" -v passed="$passed" 'BEGIN {
        split(cpu, t, " ")
        printf "| %s | %s | %d | %.1f | %.0f |%s\n", name, flag, n, took / 1e9, (t[1] + t[2]) * 1e6 / all, passed == all ? "" : " only " passed " passed"
      }'
  done
done
