#!/bin/sh
# Starts the bridge from a checkout: installs what is missing, builds when something changed, starts the daemon.
# Options and numbers of sessions go to `vai start`, e.g. --foreground.

say() { printf '%s\n' "$1" >&2; }
fail() { printf 'start-bridge: %s\n' "$1" >&2; exit 1; }

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

tmux_advice() {
  if command -v apt-get >/dev/null 2>&1; then echo "sudo apt-get install -y tmux"
  elif command -v dnf >/dev/null 2>&1; then echo "sudo dnf install -y tmux"
  elif command -v pacman >/dev/null 2>&1; then echo "sudo pacman -S --noconfirm tmux"
  elif command -v apk >/dev/null 2>&1; then echo "sudo apk add tmux"
  elif command -v brew >/dev/null 2>&1; then echo "brew install tmux"
  else echo "(the package \"tmux\" of your system)"
  fi
}

ensure_tmux() {
  command -v tmux >/dev/null 2>&1 && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing tmux ..."
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # The package lists of a fresh machine are empty.
    output=$(apt-get install -y tmux 2>&1 </dev/null) ||
      output=$(apt-get update 2>&1 </dev/null && apt-get install -y tmux 2>&1 </dev/null) ||
      say "$output"
    command -v tmux >/dev/null 2>&1 && return
    fail "tmux is missing and apt-get could not install it (see above)."
  fi
  fail "tmux is missing. Install it, then start again:  $(tmux_advice)"
}

ensure_npm() {
  command -v npm >/dev/null 2>&1 && return
  [ -x .runtime/bin/node ] && [ -f node_modules/.package-lock.json ] && return
  fail "npm is missing. Install it from your system's packages (it often comes with Node.js), then start again."
}

prepared() {
  command -v tmux >/dev/null 2>&1 && [ -x .runtime/bin/node ] &&
    [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] && built
}

built() { # dist/.built is as old as the sources that were compiled
  [ -f dist/main.js ] && [ -f dist/bundle/vai.cjs ] && [ -f dist/.built ] &&
    [ -z "$(find src package-lock.json tsconfig.json tsconfig.build.json build.mjs -newer dist/.built | head -n 1)" ]
}

build() {
  say "Building ..."
  rm -f dist/.built
  # Without its output the compiler's notes about what is up to date are wrong.
  [ -f dist/main.js ] || rm -f dist/.tsbuildinfo
  : >.runtime/build-began || fail "$root/.runtime cannot be written."
  sh bin/with-node node build.mjs >&2 || fail "the build failed (see above)."
  mv .runtime/build-began dist/.built || fail "$root/dist cannot be written."
}

# Two starts at once must not install or build into each other's work. The kernel gives a flock back whatever happens;
# where there is none, a symbolic link to the owner's process id does.
lock() {
  mkdir -p .runtime || fail "$root cannot be written."
  if command -v flock >/dev/null 2>&1; then
    exec 9>.runtime/start.lock || fail "$root/.runtime cannot be written."
    flock -n 9 && return
    say "Another start is preparing this checkout; waiting for it ..."
    flock -w 600 9 || fail "another start still prepares this checkout after 10 minutes."
    return
  fi
  trap 'rm -f .runtime/start.owner' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  waited=0
  until ln -s "$$" .runtime/start.owner 2>/dev/null; do
    owner=$(readlink .runtime/start.owner) || continue
    if ! kill -0 "$owner" 2>/dev/null; then
      rm -f .runtime/start.owner
      continue
    fi
    [ "$waited" = 0 ] && say "Another start is preparing this checkout; waiting for it ..."
    waited=$((waited + 1))
    if [ "$waited" -gt 600 ]; then
      trap - EXIT
      fail "another start (process $owner) still prepares this checkout after 10 minutes."
    fi
    sleep 1
  done
}

unlock() { # before the daemon starts: it must not inherit the lock
  if command -v flock >/dev/null 2>&1; then
    exec 9>&-
    return
  fi
  rm -f .runtime/start.owner
  trap - EXIT INT TERM HUP
}

case ${1-} in
  -h | --help)
    echo "Usage: ./start-bridge.sh [--foreground] [--all] [N...]"
    echo
    echo "Installs what is missing, builds, starts the bridge in the background and says what runs."
    echo "With numbers: starts these sessions and leaves the others as they are; --all: also what was stopped by number."
    echo "With --foreground it stays in this process (for service managers). Stop it with ./stop-bridge.sh"
    exit 0
    ;;
esac

if [ ! -d "$root/src" ] && [ -f "$root/dist/main.js" ]; then # installed as a package: nothing to prepare
  ensure_tmux
  exec sh "$root/bin/vai" start "$@"
fi
for part in package.json package-lock.json build.mjs src bin/setup bin/vai; do
  [ -e "$root/$part" ] || fail "$root is not a complete checkout: $part is missing. Clone the repository again."
done

called_from=$(pwd)
cd "$root" || fail "$root cannot be entered."
if ! prepared; then
  lock
  ensure_tmux
  ensure_npm
  sh bin/setup || fail "installing failed (see above)."
  built || build
  unlock
fi
cd "$called_from" 2>/dev/null || cd "$root" || exit 1
exec sh "$root/bin/vai" start "$@"
