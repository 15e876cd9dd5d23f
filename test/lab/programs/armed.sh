# tracebook killed with SIGKILL while an LTTng session waits for something → `CASE before`, `removed` and `after`: what was there then, and what
# is there after `doctor --clean` (`theirs`: the daemon was there already) or the next start of a probe (`ours`: its own daemon).
. ./lttng.sh
lttng_is_here || exit 0
trap lttng_daemon_ends EXIT
tracebook() { nice -n -19 node ../../bin/tracebook.js "$@" </dev/null; }
left() {
  local daemon=no programs=
  lttng_daemon_runs && daemon=yes
  programs=$(for pid in $(grep -ls TRACEBOOK_RUN= /proc/[0-9]*/environ | cut -d/ -f3); do cat "/proc/$pid/comm"; done | sort -u | xargs)
  echo "$1: sessions $(lttng_sessions_of_ours)," \
    "programs [$programs]," \
    "files $(ls /run/tracebook | grep -vc '^known.json$')," \
    "modules $(grep -c ^lttng_ /proc/modules)," \
    "daemon $daemon"
}
# Emulated, its start may be more than the guard allows: again then.
arm_and_kill() {
  for _ in 1 2 3; do
    nice -n -19 node ../../bin/tracebook.js probe wakeup_latency --by lttng --until 'cpu.runnable.max >= 600' --every 2s --up-to 2min \
      --max-overhead high --json </dev/null >/tmp/armed.json 2>/tmp/armed.err &
    asked=$!
    until grep -q 'tracebook: recording' /tmp/armed.err || ! kill -0 $asked 2>/dev/null; do sleep 0.2; done
    sleep 4
    kill -0 $asked 2>/dev/null && break
    cat /tmp/armed.json >&2
  done
  kill -KILL $asked
  wait $asked
  echo "$1 killed: $?"
}
lttng_daemon sched
arm_and_kill theirs
left 'theirs before'
echo "theirs removed: $(tracebook doctor --clean | sed 's/tb_\w*/NAME/g; s/[^ ]*\.scratch/FOLDER/' | paste -sd ';')"
left 'theirs after'
lttng_daemon_ends
arm_and_kill ours
left 'ours before'
tracebook probe run_time --by ftrace --seconds 1s --max-overhead high --json | grep -o '"outcome": *"[a-z]*"' >&2
left 'ours after'
