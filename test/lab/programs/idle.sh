# A run of the product with nothing to do → the report as JSON, and its exit status.
exec node ../../bin/tracebook.js run --auto --format json
