#!/bin/sh
# The sixty-second method as a script with textbook thresholds: five seconds of each tool side by side; a line for each threshold that is passed.
export LC_ALL=C
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cpus=$(nproc)
vmstat 1 6 > "$folder/vmstat" &
mpstat -P ALL 1 5 > "$folder/mpstat" &
pidstat 1 5 > "$folder/pidstat" &
iostat -xz 1 6 > "$folder/iostat" &
sar -n DEV,TCP,ETCP 1 5 > "$folder/sar" &
wait

uptime | awk -v n="$cpus" '{ sub(/.*load average: /, ""); split($0, l, /, */); if (l[1] > n) print "load average " l[1] " is above the number of CPUs " n }'
awk -v n="$cpus" '$1 == "r" { for (i = 1; i <= NF; i++) at[$i] = i; next } NR > 3 { k++; r += $at["r"]; wa += $at["wa"]; id += $at["id"]; sy += $at["sy"]; si += $at["si"] + $at["so"] }
  END { if (r / k > n) print "run queue " r / k " is longer than " n " CPUs"; if (wa / k > 20) print "CPUs wait for I/O " wa / k " %"
        if (id / k < 10) print "CPUs are " 100 - id / k " % busy"; if (sy / k > 30) print "system time " sy / k " %"; if (si > 0) print "the host swaps" }' "$folder/vmstat"
awk '$1 == "Average:" && $2 == "CPU" { for (i = 1; i <= NF; i++) at[$i] = i; next } $1 == "Average:" && $2 != "all" && $at["%idle"] < 10 { print "CPU " $2 " is " 100 - $at["%idle"] " % busy" }' "$folder/mpstat"
awk '$1 == "Average:" && $2 == "UID" { for (i = 1; i <= NF; i++) at[$i] = i; next } $1 == "Average:" && $at["%CPU"] > 90 { print "process " $at["PID"] " " $at["Command"] " uses " $at["%CPU"] " % CPU" }' "$folder/pidstat"
awk '$1 == "Device" { block++; for (i = 1; i <= NF; i++) at[$i] = i; next } block > 1 && NF > 10 { util[$1] += $at["%util"]; wait[$1] += $at["w_await"] }
  END { for (d in util) { if (util[d] / (block - 1) > 90) print "disk " d " is " util[d] / (block - 1) " % busy"; if (wait[d] / (block - 1) > 20) print "disk " d " await " wait[d] / (block - 1) " ms" } }' "$folder/iostat"
awk '$1 == "Average:" && /retrans\/s/ { for (i = 1; i <= NF; i++) at[$i] = i; tcp = 1; next } tcp && $1 == "Average:" { if ($at["retrans/s"] > 1) print "TCP retransmits " $at["retrans/s"] " a second"; tcp = 0 }' "$folder/sar"
free -m | awk '$1 == "total" { for (i = 1; i <= NF; i++) at[$i] = i + 1 } $1 == "Mem:" && $4 < $2 / 10 { print "free memory " $4 " MB is below 10 %" } $1 == "Swap:" && $3 > 0 { print "swap is used: " $3 " MB" }'
df -P -x tmpfs -x devtmpfs -x overlay | awk 'NR > 1 && $5 + 0 > 90 { print "file system " $6 " is " $5 " full" }'
dmesg 2>/dev/null | tail -10 | grep -iE 'out of memory|oom-kill|I/O error|hung task|dropping request'
exit 0
