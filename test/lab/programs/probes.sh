# SHARE/rows (probe, back end, what netem does to lo or -, workload; see rows.ts) → SHARE/probe-ID-BACKEND.json, and `ID-BACKEND: exit status, seconds`.
# Compiled out there, as a person would who has no compiler on the host; the path is tracebook's (src/instruments/systemtap.ts).
if [ -d "$share/modules" ]; then
  install -D -m 600 -t "/var/lib/tracebook/systemtap/$(uname -r)" "$share"/modules/*.ko
fi
while IFS=$'\t' read -r probe by netem workload; do
  # A daemon that is there already, with these modules only: all of them take half a minute to load (killed.ts does without).
  if [ "$by" = lttng ] && ! [ -e /run/lttng/lttng-sessiond.pid ]; then
    lttng-sessiond --daemonize --kmod-probes=sched
  fi
  # Both are words with spaces between.
  # shellcheck disable=SC2086
  {
    [ "$netem" = - ] || tc qdisc add dev lo root netem $netem
    "$workloads" $workload &
  }
  load=$!
  sleep 1
  began=$SECONDS
  # Before the spinners, else its start alone takes half a minute.
  nice -n -19 timeout --kill-after=5 100 node ../../bin/tracebook.js probe "$probe" --by "$by" --seconds 3s --max-overhead high --json \
    </dev/null >"$share/probe-$probe-$by.json"
  echo "$probe-$by: $? after $((SECONDS - began)) s"
  kill $load
  wait $load 2>/dev/null
  [ "$netem" = - ] || tc qdisc del dev lo root
done <"$share/rows"
