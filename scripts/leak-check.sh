#!/usr/bin/env bash
# leak-check.sh COMMAND...: runs it, and fails when it leaves anything in the kernel that was not there
# before: programs, maps and links, mounts, network namespaces, interfaces, qdiscs, cgroups; or processes and
# directories of the tests. The kernel lets go of some a moment later: what is still there after half a
# minute is a leak. LEAKS=report only tells of it, for a machine where others work, too.
set -euo pipefail

[ $# -gt 0 ] || {
  echo "usage: $0 COMMAND..." >&2
  exit 2
}
if [ "$(id -u)" != 0 ]; then
  echo "leak-check: needs root to see what is loaded; not done" >&2
  exec "$@"
fi

# The maps that programs use or processes have open, "NUMBER:" a line.
held_maps() {
  bpftool prog list | sed -n 's/.* map_ids \([0-9,]*\).*/\1/p' | tr ',' '\n' | sed 's/$/:/'
  { cat /proc/[0-9]*/fdinfo/* 2>/dev/null || true; } | awk '$1 == "map_id:" { print $2 ":" }'
}

# A line for each thing, as long as it lives the same. A program array that nobody holds and nothing pins is
# the kernel's own leak: it counts a reference twice when the array is opened by its number and closed again
# while it is being emptied after its last close (docs/kernels.md).
snapshot() {
  local kind
  for kind in prog map link; do
    { if [ "$kind" = map ]; then held_maps; fi && bpftool "$kind" list; } | awk -v kind="$kind" '
      NF == 1 { held[$1] }
      NF > 1 && /^[0-9]+:/ && !/ name sd_/ && (kind != "map" || $2 != "prog_array" || $1 in held) {
        print "bpf", kind, $1, $2, $3, $4
      }'
  done
  find /sys/fs/bpf -xdev -mindepth 1 -printf 'pin %p\n' 2>/dev/null || true
  awk '{ print "mount of", $3, "on", $5 }' /proc/self/mountinfo
  lsns --type net --noheadings --output NS | awk '{ print "network namespace", $1 }'
  ip -o link | awk -F': ' '{ print "interface", $1, $2 }'
  tc qdisc show | awk '{ print "qdisc", $2, $3, $4, $5 }'
  find /sys/fs/cgroup -maxdepth 2 -name 'netctl-*' -printf 'cgroup %p\n'
  find /tmp -maxdepth 1 -name 'netctl-test.*' -printf 'directory %p\n'
  pgrep -x netctl | sed 's/^/process netctl /' || true
}

before=$(mktemp)
left=$(mktemp)
trap 'rm -f "$before" "$left"' EXIT
snapshot | sort >"$before"

status=0
"$@" || status=$?

# What comes and goes meanwhile is somebody else's.
snapshot | sort | comm -13 "$before" - >"$left"
for _ in $(seq 30); do
  [ -s "$left" ] || break
  sleep 1
  snapshot | sort | comm -12 "$left" - >"$left.still"
  mv "$left.still" "$left"
done
if [ -s "$left" ]; then
  echo "leak-check: left behind by: $*" >&2
  sed 's/^/  /' "$left" >&2
  [ "${LEAKS:-}" = report ] || [ "$status" != 0 ] || status=1
fi
exit "$status"
