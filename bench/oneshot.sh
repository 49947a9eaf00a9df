#!/bin/bash
# oneshot.sh [ROUNDS]: what one dialogue in one process costs, mxprobe beside swaks and check_smtp.
#
# Every program plays the same dialogue (greeting, EHLO, MAIL, RCPT, DATA, message, QUIT) with the same server, in turn,
# ROUNDS times (21): CPU time. Peak memory is what the kernel counts for the process (GNU time, because the memory of
# whoever starts a process counts too). Instructions are those in user space, by callgrind, the least of six: where the
# heap lies is chosen at random, and what a search in it costs hangs on that. -H is a server by its address, -d a domain
# that is looked up, version a start that does nothing else.
cd "$(dirname "$0")/.."
. bench/lib.sh
rounds=${1:-21}
build
sink server -dns
message > "$work/message.yaml"
flags="$work/message.yaml --helo client.example --from probe@client.example --to kate@bench.example -q"
address=127.16.0.7

programs=()
if have swaks; then
  programs+=(swaks "swaks --server $address --port $port --helo client.example --from probe@client.example --to kate@bench.example --data 'Subject: probe\\n\\nprobe\\n'")
fi
if have check_smtp; then
  programs+=(check_smtp "check_smtp -H $address -p $port -F client.example -C 'MAIL FROM:<probe@client.example>' -R 250 -C 'RCPT TO:<kate@bench.example>' -R 250 -C DATA -R 354 -C . -R 250")
fi
programs+=(
  'mxprobe -H' "$work/mxprobe run -H $address -p $port $flags"
  'mxprobe -d' "$work/mxprobe run -d d7.bench.example --dns 127.0.0.1:$port --allow-loopback -p $port $flags"
  'mxprobe version' "$work/mxprobe version"
)

# memory COMMAND and instructions COMMAND print a figure, - where their tool is missing.
memory() {
  if ! command -v time > /dev/null; then
    echo -
    return
  fi
  eval "command time -o '$work/peak' -f %M $1" > /dev/null 2>&1
  awk '{ printf "%.1f", $1 / 1024 }' "$work/peak"
}
instructions() {
  if ! have valgrind; then
    echo -
    return
  fi
  for _ in 1 2 3 4 5 6; do
    GODEBUG=asyncpreemptoff=1 GOMAXPROCS=1 GOGC=off \
      eval "valgrind --tool=callgrind --callgrind-out-file=/dev/null $1" 2>&1 > /dev/null | sed -n 's/.*Collected : //p'
  done | sort -n | awk 'NR == 1 { printf "%.2f", $1 / 1e6 }'
}

machine
"$work/turns" -rounds "$rounds" "${programs[@]}" | sed 1,2d > "$work/turns.table"
for ((i = 0; i < ${#programs[@]}; i += 2)); do
  printf '%s|%s|%s|%s\n' "${programs[i]}" "$(sed -n $((i / 2 + 1))p "$work/turns.table" | cut -d '|' -f 4)" \
    "$(memory "${programs[i + 1]}")" "$(instructions "${programs[i + 1]}")"
done | awk -F '|' '
  function ratio(peer, what) { return of[peer, what] > 0 && $what != "-" ? sprintf("%.3f", $what / of[peer, what]) : "-" }
  BEGIN {
    print "| program | CPU, ms | peak, MiB | instructions, M | CPU, memory, instructions where swaks is 1 | where check_smtp is 1 |"
    print "|---|---|---|---|---|---|"
  }
  {
    for (i = 2; i <= 4; i++) of[$1, i] = $i
    printf "| %s | %.2f | %s | %s |", $1, $2 / 1000, $3, $4
    for (peer = 1; peer <= 2; peer++) { p = peer == 1 ? "swaks" : "check_smtp"; printf " %s, %s, %s |", ratio(p, 2), ratio(p, 3), ratio(p, 4) }
    print ""
  }'
