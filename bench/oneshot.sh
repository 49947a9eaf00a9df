#!/bin/bash
# oneshot.sh [RUNS]: what one dialogue in one process costs, mxprobe beside swaks and check_smtp, all in one run.
#
# Every program plays the same dialogue (greeting, EHLO, MAIL, RCPT, DATA, message, QUIT) with the mail server of
# `mxprobe sandbox` on loopback, in turn, RUNS times (default 21). Printed are the median of CPU time and the peak
# memory as the kernel counts them for the finished process, then user-space instructions (valgrind's callgrind),
# and each as a ratio. Only the ratios of one run mean anything.
#
# Needs Go, python3, GNU time, valgrind, swaks and check_smtp (Debian: time valgrind swaks monitoring-plugins-basic);
# a program that is not there is left out.
set -eu
runs=${1:-21}
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" && wait "$server" || true; fi; rm -r "$tmp"' EXIT

CGO_ENABLED=0 go build -tags urfave_cli_no_docs,urfave_cli_no_suggest -trimpath -ldflags '-s -w' -o "$tmp/mxprobe" .
cat > "$tmp/world.yaml" <<'WORLD'
zones:
  bench.test: |
    @   MX 10 mx1
    mx1 A  192.0.2.10
servers:
  - name: mx1.bench.test
    users: ["*"]
WORLD
dns=${DNS_PORT:-53530} port=${SMTP_PORT:-25250}
"$tmp/mxprobe" sandbox "$tmp/world.yaml" --dns-port "$dns" --smtp-port "$port" > "$tmp/sandbox.log" 2>&1 &
server=$!
for _ in $(seq 50); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then break; fi
  sleep 0.1
done
address=$("$tmp/mxprobe" mx bench.test --dns "127.0.0.1:$dns" | grep -oE '127\.[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)

cat > "$tmp/dialogue.yaml" <<'DIALOGUE'
name: one message
steps:
  - EHLO client.example
  - MAIL FROM:<probe@client.example>
  - RCPT TO:<kate@bench.test>
  - message: |
      Subject: probe

      probe
DIALOGUE
check_smtp=$(command -v check_smtp || ls /usr/lib/nagios/plugins/check_smtp 2> /dev/null || true)
swaks=$(command -v swaks || true)
export RUNS="$runs" TMP="$tmp" ADDRESS="$address" PORT="$port" DNS="127.0.0.1:$dns" SWAKS="$swaks" CHECK_SMTP="$check_smtp"
python3 - <<'MEASURE'
import os, re, shutil, statistics, subprocess

env, tmp, address, port = os.environ, os.environ["TMP"], os.environ["ADDRESS"], os.environ["PORT"]
flags = [tmp + "/dialogue.yaml", "--helo", "client.example", "--from", "probe@client.example", "--to", "kate@bench.test", "-q"]
programs = {}
if env["SWAKS"]:
    programs["swaks"] = ["perl", env["SWAKS"], "--server", address, "--port", port, "--helo", "client.example",
                         "--from", "probe@client.example", "--to", "kate@bench.test", "--data", "Subject: probe\\n\\nprobe\\n"]
if env["CHECK_SMTP"]:
    programs["check_smtp"] = [env["CHECK_SMTP"], "-H", address, "-p", port, "-F", "client.example",
                              "-C", "MAIL FROM:<probe@client.example>", "-R", "250", "-C", "RCPT TO:<kate@bench.test>", "-R", "250",
                              "-C", "DATA", "-R", "354", "-C", ".", "-R", "250"]
programs["mxprobe -H"] = [tmp + "/mxprobe", "run", "-H", address, "-p", port] + flags
programs["mxprobe -d"] = [tmp + "/mxprobe", "run", "-d", "bench.test", "--dns", env["DNS"], "-p", port] + flags
programs["mxprobe version"] = [tmp + "/mxprobe", "version"]

def run(argv):
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("not measured: exit status %d of %s" % (os.waitstatus_to_exitcode(status), " ".join(argv)))
    return (used.ru_utime + used.ru_stime) * 1000

def memory(argv):
    # The kernel counts the parent's pages before exec, so the parent has to be a small program.
    if not shutil.which("time"):
        return None
    out = subprocess.run(["time", "-f", "peak %M"] + argv, capture_output=True, text=True)
    return int(re.search(r"peak (\d+)", out.stderr).group(1)) / 1024

def instructions(argv):
    if not shutil.which("valgrind"):
        return None
    quiet = dict(os.environ, GODEBUG="asyncpreemptoff=1", GOMAXPROCS="1", GOGC="off")
    argv = [shutil.which(argv[0]) or argv[0]] + argv[1:]
    out = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + argv, env=quiet, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", out.stderr)
    return int(found.group(1)) / 1e6 if found else None

seen = {name: [] for name in programs}
for _ in range(int(env["RUNS"]) + 1):
    for name, argv in programs.items():
        seen[name].append(run(argv))
rows = {name: (statistics.median(got[1:]), memory(programs[name]), instructions(programs[name])) for name, got in seen.items()}
print("%-18s %8s %8s %12s" % ("one dialogue", "CPU ms", "MiB", "M instr."))
for name, (cpu, peak, count) in rows.items():
    print("%-18s %8.2f %8s %12s" % (name, cpu, "%.1f" % peak if peak else "-", "%.2f" % count if count else "-"))
for peer in ("swaks", "check_smtp"):
    if peer not in rows:
        continue
    for name in ("mxprobe -H", "mxprobe -d"):
        ratio = ["%.3f" % (a / b) if a and b else "-" for a, b in zip(rows[name], rows[peer])]
        print("%s, %s = 1: CPU %s, memory %s, instructions %s" % (name, peer, *ratio))
MEASURE
