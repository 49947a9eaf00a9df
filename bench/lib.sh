# What the benchmarks share: sourced by them, from the top of the project. Sets
# $work, a folder that is gone at the end, and on which processor whom to run.
set -euo pipefail
work=$(mktemp -d)
sinks=()
end() {
  for pid in "${sinks[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait
  rm -r "$work"
}
trap end EXIT
ulimit -n "$(ulimit -Hn)"
export CGO_ENABLED=0 PATH=$PATH:/usr/sbin:/usr/lib/nagios/plugins

# The servers get one processor and those who are measured another, so that what
# is measured of a client is its own.
on_server='' on_client=''
if command -v taskset > /dev/null && [ "$(nproc)" -ge 2 ]; then
  on_server='taskset -c 0' on_client='taskset -c 1'
fi

# build makes the program as it is released, and what the benchmarks need beside it.
build() {
  .ci/build "$work/mxprobe"
  go build -trimpath -o "$work/" ./bench/sink ./bench/turns ./bench/floor
}

# sink NAME [FLAGS] starts a server, which says its port, and later what it counted, in
# $work/NAME; the port is in $port.
sink() {
  local name=$1
  shift
  : > "$work/$name" # it is read before the server may have made it
  $on_server "$work/sink" "$@" > "$work/$name" &
  sinks+=($!)
  for _ in $(seq 100); do
    port=$(head -n 1 "$work/$name")
    if [ -n "$port" ]; then return; fi
    sleep 0.1
  done
  echo 'the server did not start' >&2
  exit 1
}

# domains N writes the first N targets, one a line.
domains() {
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "[127.%d.%d.%d]\n", 16 + int(i / 65536), int(i / 256) % 256, i % 256 }'
}

# names N writes the domains of the first N targets, for a server with -dns.
names() { seq -f 'd%.0f.bench.example' 0 "$(($1 - 1))"; }

# have NAME finds a peer; one that is missing is named, and left out.
have() {
  command -v "$1" > /dev/null && return
  echo "$1 is not installed, and left out" >&2
  return 1
}

# machine says where and when the figures were had, and how busy it was.
machine() {
  printf '%s, commit %s, %d processors (%s), load %s\n\n' "$(date +%F)" "$(git rev-parse --short HEAD)" "$(nproc)" \
    "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(cut -d ' ' -f 1 /proc/loadavg)"
}

# message writes the scenario of a whole message; what is given stands in it.
message() {
  printf 'name: one message\n%s\nsteps:\n  - EHLO client.example\n  - MAIL FROM:<probe@client.example>\n  - RCPT TO:<kate@bench.example>\n' "${1:-}"
  printf '  - message: |\n      Subject: probe\n\n      probe\n'
}
