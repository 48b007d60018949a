#!/bin/sh
# Stops the bridge of this checkout: ends all sessions safely, then the daemon. With --keep-sessions the agents run on.
# With numbers of sessions it ends these alone: they stay stopped until somebody starts them.

fail() { printf 'stop-bridge: %s\n' "$1" >&2; exit 1; }

# The directory this script really is in, also when it was called through a symbolic link.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self") || fail "the symbolic link $self cannot be read."
  case $link in
    /*) self=$link ;;
    *) self=$(dirname -- "$self")/$link ;;
  esac
done
root=$(CDPATH= cd -- "$(dirname -- "$self")" && pwd -P) || fail "the directory of $self cannot be entered."

if [ ! -f "$root/dist/bundle/vai.cjs" ] || [ ! -d "$root/node_modules" ] && [ -d "$root/src" ]; then
  pid=$(sed -n 's/.*"pid":\([0-9][0-9]*\).*/\1/p' "${BRIDGE_HOME:-$root}/state/daemon.json" 2>/dev/null)
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    fail "the bridge runs (process $pid), but what it was built into is gone. Run ./start-bridge.sh, then try again, or: kill $pid"
  fi
  printf '%s\n' "stop-bridge: The bridge is not built here, so nothing of it runs. Start it with ./start-bridge.sh" >&2
  exit 3
fi
exec sh "$root/bin/vai" stop "$@"
