# tracebook killed with SIGKILL while an LTTng session waits for something → `CASE before`, `removed` and `after`: what was there then, and what
# is there after `doctor --clean` (`theirs`: the daemon was there already) or the next start of a probe (`ours`: its own daemon).
release=$(uname -r)
[ -e "/lib/modules/$release/updates/lttng/lttng-tracer.ko" ] || exit 0
trap '[ ! -e /run/lttng/lttng-sessiond.pid ] || kill "$(</run/lttng/lttng-sessiond.pid)"' EXIT
tracebook() { nice -n -19 node ../../bin/tracebook.js "$@" </dev/null; }
left() {
  local daemon=no programs=
  kill -0 "$(cat /run/lttng/lttng-sessiond.pid 2>/dev/null || echo none)" 2>/dev/null && daemon=yes
  programs=$(for pid in $(grep -ls TRACEBOOK_RUN= /proc/[0-9]*/environ | cut -d/ -f3); do cat "/proc/$pid/comm"; done | sort -u | xargs)
  echo "$1: sessions $(lttng --no-sessiond list 2>/dev/null | grep -c tb_)," \
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
lttng-sessiond --daemonize --kmod-probes=sched
arm_and_kill theirs
left 'theirs before'
echo "theirs removed: $(tracebook doctor --clean | sed 's/tb_\w*/NAME/g; s/[^ ]*\.scratch/FOLDER/' | paste -sd ';')"
left 'theirs after'
kill "$(cat /run/lttng/lttng-sessiond.pid)"
for ((i = 0; i < 100; i++)); do
  grep -q ^lttng_ /proc/modules || break
  sleep 0.2
done
arm_and_kill ours
left 'ours before'
tracebook probe run_time --by ftrace --seconds 1s --max-overhead high --json | grep -o '"outcome": *"[a-z]*"' >&2
left 'ours after'
