#!/bin/bash
# throughput.sh [ROUNDS] [SESSIONS] [AT-ONCE]: CPU time of a session, where there are many of them.
#
# mxprobe plays a list of SESSIONS targets (8,000), AT-ONCE of them (64) at the same time: one message each, with the
# verdict and every step as JSON Lines, and the manners of a list on, which do not slow down loopback. lock-step waits
# for each reply; pipelined is `pipeline: auto`. smtp-source sends as many messages, each over a connection of its own;
# zgrab2 asks for less (greeting, EHLO, HELP, QUIT). bench/floor plays the same dialogues as mxprobe with the net package
# alone, and neither judges nor reports. All play with the same server in turn, ROUNDS times (7).
cd "$(dirname "$0")/.."
. bench/lib.sh
rounds=${1:-7} sessions=${2:-8000} at_once=${3:-64}
build
sink server
domains "$sessions" > "$work/list"
message > "$work/lock-step.yaml"
message 'pipeline: auto' > "$work/pipelined.yaml"
probe="$on_client $work/mxprobe run -d @$work/list -p $port --helo client.example --allow-loopback -j $at_once -f jsonl"

programs=()
if have smtp-source; then
  programs+=(smtp-source "$on_client smtp-source -s $at_once -m $sessions -f probe@client.example -t kate@bench.example 127.0.0.1:$port")
fi
programs+=('mxprobe, lock-step' "$probe $work/lock-step.yaml" 'mxprobe, pipelined' "$probe $work/pipelined.yaml")
for how in lock-step pipelined; do
  flag=''
  if [ "$how" = pipelined ]; then flag=-pipelined; fi
  programs+=("a bare client in Go, $how" "$on_client $work/floor -port $port -sessions $sessions -at-once $at_once $flag")
done
if have zgrab2; then
  tr -d '[]' < "$work/list" > "$work/addresses"
  : > "$work/blocked"
  programs+=('zgrab2, no message' "$on_client zgrab2 smtp --port $port --send-ehlo-override --send-help --send-quit --senders $at_once --server-rate-limit=10000000 -b $work/blocked -f $work/addresses -o /dev/null")
fi
machine
"$work/turns" -rounds "$rounds" -per "$sessions" "${programs[@]}"
