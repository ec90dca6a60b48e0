#!/bin/sh
# The image's two commands. exec, so that the signal which ends the container reaches Node itself.
case "$1" in
  web) exec node server.js ;;
  worker) exec node worker.mjs ;;
  *)
    echo "belfry: the commands are web and worker, not '$1'" >&2
    exit 64
    ;;
esac
