# SHARE/rows (probe, back end, what netem does to lo or -, workload; see rows.ts) → SHARE/probe-ID-BACKEND.json, and `ID-BACKEND: exit status, seconds`.
. ./lttng.sh
# Compiled out there, as a person would who has no compiler on the host; the path is tracebook's (src/instruments/systemtap.ts).
if [ -d "$share/modules" ]; then
  install -D -m 600 -t "/var/lib/tracebook/systemtap/$(uname -r)" "$share"/modules/*.ko
fi
running=
start() {
  [ "$running" = "$netem $workload" ] && return
  stop
  running="$netem $workload"
  # Both are words with spaces between.
  # shellcheck disable=SC2086
  {
    [ "$netem" = - ] || tc qdisc add dev lo root netem $netem
    "$workloads" $workload &
  }
  load=$!
  netem_was=$netem
  sleep 1
}
stop() {
  [ "$running" ] || return
  kill $load
  wait $load 2>/dev/null
  [ "$netem_was" = - ] || tc qdisc del dev lo root
  running=
}
while IFS=$'\t' read -r probe by netem workload; do
  # A daemon that is there already, with these modules only: all of them take half a minute to load (killed.ts does without).
  if [ "$by" = lttng ] && ! lttng_daemon_runs; then lttng_daemon sched,block; fi
  # One load for all who are asked the same.
  start
  began=$SECONDS
  answer=$share/probe-$probe-$by.json
  for _ in 1 2 3 4; do
    # Before the spinners, else its start alone takes half a minute.
    nice -n -19 timeout --kill-after=5 100 node ../../bin/tracebook.js probe "$probe" --by "$by" --seconds 2s --max-overhead high --json \
      </dev/null >"$answer"
    status=$?
    # Emulated, the start of a program may alone be more than the guard allows: again then.
    grep -q 'stopped by the guard' "$answer" || break
  done
  echo "$probe-$by: $status after $((SECONDS - began)) s"
done <"$share/rows"
stop
