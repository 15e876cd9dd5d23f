# The instruments themselves, without tracebook: when one of these is silent, a probe that is silent proves nothing → `instrument: what came out`.
. ./lttng.sh
"$workloads" spin 6 &
load=$!
echo "bpftrace: $(bpftrace -q -e 'tracepoint:sched:sched_switch { @n = count() } interval:s:2 { exit() }' 2>&1 | tr -d '\n')"
echo "perf: $(perf stat -a -x, -e sched:sched_switch sleep 1 2>&1)"
perf record -q -a -g -F 99 -o /tmp/perf.data sleep 2 >&2
echo "perf stacks: $(perf script -i /tmp/perf.data 2>/dev/null | grep -c spin_for_ever) samples in spin_for_ever"
echo "libbpf-tools: $(runqlat 2 1 2>&1 | grep -c '|') buckets"
if [ -e "$share/lab_switches.ko" ]; then
  echo "systemtap: $(staprun "$share/lab_switches.ko" 2>&1 | tr '\n' ' ')"
fi
if lttng_is_here; then
  export LTTNG_HOME=/tmp/lttng
  mkdir -p $LTTNG_HOME
  {
    lttng_daemon sched
    lttng create lab --output=/tmp/lttng/trace
    lttng enable-event --kernel sched_switch
    lttng start && sleep 1
    lttng destroy
  } >&2
  echo "lttng: $(babeltrace2 /tmp/lttng/trace | grep -c sched_switch) switches"
  lttng_daemon_ends
fi
kill $load
