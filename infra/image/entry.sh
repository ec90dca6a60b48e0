#!/bin/sh
# The image's two commands. exec, so that the signal which ends the container reaches Node itself.
case "$1" in
  # Told that room is short, V8 lets less garbage pile up: a log of 100 MB that is read and searched costs 30 MB, not 170.
  web) exec node --max-old-space-size=384 --max-semi-space-size=4 server.js ;;
  worker) exec node worker.mjs ;;
  *)
    echo "belfry: the commands are web and worker, not '$1'" >&2
    exit 64
    ;;
esac
