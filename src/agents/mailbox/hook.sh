#!/bin/sh
# One event of an agent, handed to the daemon as one file; and, when asked for, the daemon's answer handed back.
#
#   hook.sh MAILBOX KIND tell                     reads JSON from standard input, leaves the event, ends at once
#   hook.sh MAILBOX KIND ask [DEADLINE_SECONDS]   also waits for answers/<id>.json and prints it
#
# A deadline of up to 60 s is for the daemon alone: nobody waits when the daemon is known to be dead. A longer one
# (default: 24 h) is for a person, and outlives the daemon. Whoever waits ends with its parent, the agent.
# The event's file belongs to the daemon, which removes it when it has committed what it says; this script removes
# the answer it has read. Runs in any POSIX sh (dash and busybox among them).
umask 077
mailbox=$1
kind=$2
mode=$3
deadline=${4:-86400}

stamp() {
  now=$(date +%s%N 2>/dev/null)
  case $now in
    *[!0-9]* | '') now=$(date +%s)000000000 ;;
  esac
}

# leave ID KIND: standard input becomes the event's JSON. Written aside and renamed: nobody ever sees a part of it.
leave() {
  {
    printf '{"id":"%s","kind":"%s","pid":%s,"event":' "$1" "$2" "$$"
    cat
    printf '}\n'
  } >"$mailbox/tmp/$1" && mv "$mailbox/tmp/$1" "$mailbox/events/$1.json"
}

daemon_is_alive() {
  read -r daemon_pid <"$mailbox/daemon.pid" && kill -0 "$daemon_pid"
} 2>/dev/null

stamp
id=$now-$$-$kind
leave "$id" "$kind" || exit 0
[ "$mode" = ask ] || exit 0

answer=$mailbox/answers/$id.json
for_daemon=no
[ "$deadline" -gt 60 ] || for_daemon=yes
waited=0 # milliseconds
until [ -f "$answer" ]; do
  kill -0 "$PPID" 2>/dev/null || exit 0
  if [ $for_daemon = yes ]; then daemon_is_alive || exit 0; fi
  if [ "$waited" -ge $((deadline * 1000)) ]; then
    stamp
    printf '{"id":"%s","kind":"%s"}' "$id" "$kind" | leave "$now-$$-expired" expired
    exit 0
  fi
  if [ "$waited" -lt 500 ]; then
    pause=0.02 step=20
  elif [ "$waited" -lt 5000 ]; then
    pause=0.1 step=100
  else
    pause=1 step=1000
  fi
  # A sleep that knows whole seconds only refuses the rest.
  sleep $pause 2>/dev/null || { sleep 1; step=1000; }
  waited=$((waited + step))
done
cat "$answer"
rm -f "$answer"
