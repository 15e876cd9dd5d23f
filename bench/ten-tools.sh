#!/bin/sh
# The ten commands of the sixty-second checklist, bounded to five one-second samples: `ten-tools.sh serial` or `parallel`.
export LC_ALL=C
if [ "$1" = serial ]; then
  uptime; dmesg | tail; vmstat 1 5; mpstat -P ALL 1 5; pidstat 1 5; iostat -xz 1 5; free -m; sar -n DEV 1 5; sar -n TCP,ETCP 1 5; top -b -n 2
else
  uptime & dmesg | tail & vmstat 1 5 & mpstat -P ALL 1 5 & pidstat 1 5 & iostat -xz 1 5 & free -m & sar -n DEV 1 5 & sar -n TCP,ETCP 1 5 & top -b -n 2 &
  wait
fi
