# In the guest: guest.sh SHARE PROGRAM … → SHARE/PROGRAM.{out,err,status}, one after the other; each has two minutes and its own share of nothing else.
share=$1
shift
cd "$(dirname "$0")" || exit 1
export share workloads=$share/workloads
mkdir -p /mnt
modprobe -a ext4 sch_netem
mount /dev/vda /mnt || exit 1
for program; do
  began=$EPOCHREALTIME
  timeout --kill-after=5 "${limit:-120}" bash "programs/$program.sh" >"$share/$program.out" 2>"$share/$program.err"
  echo "$?" >"$share/$program.status"
  echo "$program: exit $(<"$share/$program.status"), ${began%.*} to ${EPOCHREALTIME%.*}"
done
