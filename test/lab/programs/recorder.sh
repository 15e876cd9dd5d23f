# LTTng armed as a flight recorder, a load that begins while it waits → SHARE/recorder.json, the answer; `status`, and `left`: sessions and programs still there.
. ./lttng.sh
lttng_is_here || exit 0
lttng_daemon sched
for _ in 1 2 3; do
  nice -n -19 timeout --kill-after=5 100 node ../../bin/tracebook.js probe wakeup_latency --by lttng \
    --until 'cpu.runnable.max >= 5' --every 2s --up-to 60s --max-overhead high --json \
    </dev/null >"$share/recorder.json" 2>/tmp/recorder.err &
  asked=$!
  until grep -q 'tracebook: recording' /tmp/recorder.err || ! kill -0 $asked; do sleep 0.5; done
  sleep 3
  "$workloads" spin 6 &
  load=$!
  wait $asked
  status=$?
  kill $load
  # Emulated, what happens while it waits may be more than the guard allows: again then.
  grep -q 'stopped by the guard' "$share/recorder.json" || break
done
cat /tmp/recorder.err >&2
echo "status: $status"
echo "left: $(lttng_sessions_of_ours) $(ls /run/tracebook | grep -c jsonl)"
lttng_daemon_ends
