# In the guest: guest.sh SHARE PROGRAM … → SHARE/PROGRAM.{out,err,status}, one after the other; each has three minutes, `probes` two for each of its rows.
share=$1
shift
cd "$(dirname "$0")" || exit 1
export share workloads=$share/workloads
mkdir -p /mnt
modprobe -a ext4 sch_netem kvm-amd
mount /dev/vda /mnt || exit 1
# boot.ts stops a guest whose heart no longer beats; another one then does what is left.
while sleep 2; do date >"$share/alive"; done &
heart=$!
for program; do
  began=$SECONDS
  limit=180
  [ "$program" = probes ] && limit=$((120 * ($(wc -l <"$share/rows") + 1)))
  [ "$program" = probes ] || rm -f "$share/$program.out"
  timeout --kill-after=5 $limit bash "programs/$program.sh" >>"$share/$program.out" 2>"$share/$program.err"
  echo "$?" >"$share/$program.status"
  echo "$program: exit $(<"$share/$program.status") after $((SECONDS - began)) s"
done
kill $heart
