#!/bin/bash
# many.sh [ROUNDS] [SESSIONS]: SESSIONS (10,000) at once, with 50 ms for each flight, and what a session costs that waits.
#
# The first table has CPU and wall time of all of them, started together: the longest path is 350 ms in lock-step and
# 200 ms pipelined. The second has the memory of a session that waits for the reply to EHLO, plain and under TLS: peak
# memory of many less that of 100, over the difference. smtp-source has no report and plays lock-step.
cd "$(dirname "$0")/.."
. bench/lib.sh
rounds=${1:-7} sessions=${2:-10000}
build
if [ "$(ulimit -n)" -lt $((sessions + 100)) ]; then
  echo "a process may open $(ulimit -n) files here; that many sessions need $((sessions + 100))" >&2
  exit 1
fi
message > "$work/lock-step.yaml"
message 'pipeline: auto' > "$work/pipelined.yaml"
message | sed 's/^  - MAIL/  - STARTTLS\n  - EHLO client.example\n&/' > "$work/TLS.yaml"

# commands PORT N SCENARIO... sets $programs: smtp-source and mxprobe, N sessions at once.
commands() {
  local port=$1 n=$2 scenario
  shift 2
  programs=()
  if have smtp-source && [ "$1" != TLS ]; then
    programs+=(smtp-source "$on_client smtp-source -s $n -m $n -f probe@client.example -t kate@bench.example 127.0.0.1:$port")
  fi
  domains "$n" > "$work/list.$n"
  for scenario in "$@"; do
    programs+=("mxprobe, $scenario" "$on_client $work/mxprobe run -d @$work/list.$n -p $port --helo client.example --allow-loopback -k -j $n -f jsonl --timeout 90s --connect-timeout 90s $work/$scenario.yaml")
  done
}

# waiting N SCENARIO... prints the memory of a session that waits.
waiting() {
  local n=$1 size
  shift
  for size in 100 "$n"; do
    commands "$port" "$size" "$@"
    "$work/turns" -rounds 1 -warm 0 "${programs[@]}" | sed 1,2d
  done | awk -F '|' -v n="$n" '
    { if ($2 in few) printf "|%s| %d | %.1f |%s|\n", $2, n, ($7 - few[$2]) * 1024 / (n - 100), $7; else few[$2] = $7 }'
}

machine
sink slow -delay 50ms
commands "$port" "$sessions" lock-step pipelined
"$work/turns" -rounds "$rounds" -per "$sessions" "${programs[@]}"
echo
echo '| program | sessions that wait | KiB of a session | peak, MiB |'
echo '|---|---|---|---|'
sink holding -hold 10s
waiting "$sessions" lock-step
sink secure -tls -hold 30s
waiting "$((sessions / 4))" TLS
