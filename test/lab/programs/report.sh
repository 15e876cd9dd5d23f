# A run of the product on this kernel, six spinners on two CPUs → the report as JSON, and its exit status.
"$workloads" spin 6 &
load=$!
sleep 1
node ../../bin/tracebook.js run --auto --format json
status=$?
kill $load
exit $status
