# Sourced by programs: LTTng's daemon, of which one is on a host.
lttng_is_here() { [ -e "/lib/modules/$(uname -r)/updates/lttng/lttng-tracer.ko" ]; }
# lttng_daemon MODULES: all of them take half a minute to load here.
lttng_daemon() { lttng-sessiond --daemonize --kmod-probes="$1"; }
lttng_daemon_runs() { kill -0 "$(cat /run/lttng/lttng-sessiond.pid 2>/dev/null || echo none)" 2>/dev/null; }
# It takes its modules with it; what follows must not find them.
lttng_daemon_ends() {
  local tick
  lttng_daemon_runs || return 0
  kill "$(cat /run/lttng/lttng-sessiond.pid)"
  for ((tick = 0; tick < 100; tick++)); do
    grep -q ^lttng_ /proc/modules || break
    sleep 0.2
  done
}
lttng_sessions_of_ours() { lttng --no-sessiond list 2>/dev/null | grep -c tb_; }
