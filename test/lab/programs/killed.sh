# tracebook, killed with SIGKILL while it instruments → what was there then, and what is left after `doctor --clean`; see killed.ts.
../../node_modules/.bin/esbuild killed.ts --bundle --platform=node --format=esm --log-level=error --outfile=/tmp/killed.mjs &&
  node /tmp/killed.mjs
