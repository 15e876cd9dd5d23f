# A run of the product on this kernel, six spinners on two CPUs → the report as JSON, and its exit status.
"$workloads" spin 6 &
load=$!
sleep 1
# Before the spinners: behind them a run with its probes takes minutes here.
nice -n -19 node ../../bin/tracebook.js run --auto --format json
status=$?
kill $load
exit $status
