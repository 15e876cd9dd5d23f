# Each workload for two seconds → `name: count of what it does, before and after`, from the kernel's own counters.
snmp() { awk -v name="$1" '/^Tcp:/ { if (seen++) print $at; else for (i = 1; i <= NF; i++) if ($i == name) at = i }' /proc/net/snmp; }
stat() { awk -v name="$1" '$1 == name { print $2 }' "/proc/${2:-stat}"; }
futex=/sys/kernel/tracing/events/syscalls/sys_enter_futex
waits() { awk '/workloads/ { n += $NF } END { print n + 0 }' $futex/hist; }
# EISDIR, as a histogram prints a negative key.
failed() { awk '/18446744073709551595/ { n = $NF } END { print n + 0 }' $calls/hist; }
calls=/sys/kernel/tracing/events/syscalls/sys_exit_openat

watch() {
  local name=$1 counter=$2 before load
  shift 2
  before=$(eval "$counter")
  "$workloads" "$@" &
  load=$!
  sleep 2
  echo "$name: $before $(eval "$counter")"
  kill $load
  wait $load 2>/dev/null
}

watch spin 'stat procs_running' spin 6
watch sync 'awk "{ print \$5 }" /sys/block/vda/stat' sync /mnt/orders
watch flush 'awk "{ print \$5 }" /sys/block/vda/stat' flush /mnt/payments
echo 'hist:keys=common_pid.execname' >$futex/trigger
watch mutex waits mutex 4
echo '!hist:keys=common_pid.execname' >$futex/trigger
watch refused 'snmp AttemptFails' refused 9
watch forks 'stat processes' forks
watch faults 'stat pgfault vmstat' faults 16
echo 'hist:keys=ret' >$calls/trigger
watch failing failed failing
echo '!hist:keys=ret' >$calls/trigger
watch connects 'snmp PassiveOpens' connects 7002
watch throttled 'stat nr_throttled ../sys/fs/cgroup/quota/cpu.stat' throttled
tc qdisc add dev lo root netem loss 20%
watch stream 'snmp RetransSegs' stream 7001
tc qdisc del dev lo root
