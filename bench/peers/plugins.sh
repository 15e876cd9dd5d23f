#!/bin/sh
# monitoring-plugins with the thresholds of their own documentation and of common set-ups; a line for each that is not OK.
export LC_ALL=C
cd /usr/lib/nagios/plugins || exit 3
ask() { "$@" | grep -vE '^[A-Z ]*OK' | cut -d'|' -f1; }
ask ./check_load -r -w 1,0.9,0.8 -c 2,1.5,1.2
ask ./check_swap -w 50% -c 20% -n ok
ask ./check_disk -l -e -w 20% -c 10% -A -X tmpfs -X devtmpfs -X overlay
ask ./check_procs -w 400 -c 600
ask ./check_procs -s Z -w 5 -c 10
ask ./check_procs -m CPU -w 90 -c 99
ask ./check_procs -m RSS -w 4000000 -c 8000000
exit 0
