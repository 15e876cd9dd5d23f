# What tracebook finds out about this kernel by trying → its inventory as JSON.
exec node ../../bin/tracebook.js doctor --probes --json
