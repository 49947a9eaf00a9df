#!/bin/bash
# growth.sh [SIZE ...]: what a target costs in lists of 10,000, 100,000 and 1,000,000, 256 at once.
#
# mxprobe looks up every domain (MX, A and AAAA, each domain with a host of its own) and plays one message with it,
# every step as JSON Lines. CPU time of a target and peak memory are to stay as they are while the list grows. The short
# lists are played several times, and the medians are printed.
cd "$(dirname "$0")/.."
. bench/lib.sh
build
sink server -dns
message > "$work/message.yaml"
machine
echo '| targets | CPU of a target, µs | peak, MiB |'
echo '|---|---|---|'
for n in "${@:-10000 100000 1000000}"; do
  for size in $n; do
    names "$size" > "$work/list"
    rounds=1
    if [ "$size" -le 10000 ]; then rounds=5; elif [ "$size" -le 100000 ]; then rounds=3; fi
    "$work/turns" -rounds "$rounds" -warm 0 -per "$size" "$size" \
      "$on_client $work/mxprobe run -d @$work/list --dns 127.0.0.1:$port -p $port --helo client.example --allow-loopback -j 256 -f jsonl $work/message.yaml" |
      awk -F '|' 'END { printf "|%s|%s|%s|\n", $2, $4, $7 }'
  done
done
