# What a cloud kernel of a hosting company often lacks, tried by doing it → `mechanism: what came out`.
cd /sys/kernel/tracing/instances && mkdir lab && cd lab || exit 1

echo 'p:lab/read vfs_read' >>../../kprobe_events && echo 1 >events/lab/read/enable
cat /proc/loadavg >/dev/null
echo 0 >events/lab/read/enable
echo "kprobe: $(grep -c 'read: (vfs_read' trace) calls of vfs_read"
echo '-:lab/read' >>../../kprobe_events

echo 'hist:keys=prev_state:sort=hitcount' >events/sched/sched_switch/trigger
sleep 0.3
echo "hist: $(sed -n 's/ *Hits: //p' events/sched/sched_switch/hist) switches"
echo '!hist:keys=prev_state:sort=hitcount' >events/sched/sched_switch/trigger

echo 'lab_wakeup u64 lat; pid_t pid' >>../../synthetic_events
echo 'hist:keys=pid:t0=common_timestamp.usecs' >events/sched/sched_wakeup/trigger
echo 'hist:keys=next_pid:lat=common_timestamp.usecs-$t0:onmatch(sched.sched_wakeup).trace(lab_wakeup,$lat,next_pid)' >events/sched/sched_switch/trigger
echo 1 >events/synthetic/lab_wakeup/enable
sleep 0.5
echo "synthetic event: $(grep -c 'lab_wakeup: lat=' trace) latencies"
echo 0 >events/synthetic/lab_wakeup/enable
echo '!hist:keys=next_pid:lat=common_timestamp.usecs-$t0:onmatch(sched.sched_wakeup).trace(lab_wakeup,$lat,next_pid)' >events/sched/sched_switch/trigger
echo '!hist:keys=pid:t0=common_timestamp.usecs' >events/sched/sched_wakeup/trigger
echo '!lab_wakeup u64 lat; pid_t pid' >>../../synthetic_events
cd / && rmdir /sys/kernel/tracing/instances/lab

# This tracer works in the top instance only; without a filter it would patch every function of the kernel, for minutes here.
cd /sys/kernel/tracing || exit 1
echo vfs_read >set_ftrace_filter && echo function_graph >current_tracer
cat /proc/loadavg >/dev/null
echo 0 >tracing_on
echo "function_graph: $(grep -c ' us .*vfs_read();' trace) calls of vfs_read"
echo nop >current_tracer
echo >set_ftrace_filter
echo 1 >tracing_on

echo "btf: $(stat -c %s /sys/kernel/btf/vmlinux) bytes"
echo "left behind: $(ls instances; cat kprobe_events synthetic_events)"
