#!/usr/bin/env bash
# What the demos share: options, a sandbox, steps, traffic between network namespaces, and numbers
# that are compared with what was sent and received. Sourced by a script that has set `usage`, with
# the arguments of that script; it may define `cleanup_own`.
#   --pause  wait for Enter between the steps
#   --plain  no colour
# NETCTL names the binary; .build/debug/netctl when not given. Needs root.
set -euo pipefail

script=$(readlink -f "$0")
cd "$(dirname "$script")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/debug/netctl}")
pause='' plain=${NO_COLOR:-} arguments=()
[ -t 1 ] || plain=1
for argument in "$@"; do
  case $argument in
  --pause) pause=1 ;;
  --plain) plain=1 ;;
  -*)
    echo "usage: ${usage:?}" >&2
    exit 2
    ;;
  *) arguments+=("$argument") ;;
  esac
done

die() {
  echo "${script##*/}: $*" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || die "needs root: sudo $0"
[ -x "$NETCTL" ] || die "no netctl at $NETCTL; run 'make build' first"

# A demo ends with `detach --all`. A mount namespace with a bpffs of its own keeps that away from
# what netctl may be doing on this machine, and takes pins and namespaces with it even if the script
# is killed.
if [ -z "${NETCTL_DEMO_ISOLATED:-}" ]; then
  export NETCTL NETCTL_DEMO_ISOLATED=1
  exec unshare --mount --propagation private "$script" "$@"
fi
mount -t bpf bpf /sys/fs/bpf
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns

receivers=() machines=() cgroup=''
work=$(mktemp -d)
ln -s "$NETCTL" "$work/netctl"
PATH=$work:$PATH

cleanup() {
  trap '' INT TERM
  [ "${#receivers[@]}" = 0 ] || kill "${receivers[@]}" 2>/dev/null || true
  [ ! -d /sys/fs/bpf/netctl ] || netctl detach --all >/dev/null 2>&1 || true
  for machine in "${machines[@]}"; do
    ip netns del "$machine" 2>/dev/null || true
  done
  remove_cgroup
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

bold='' dim='' green='' red='' reset=''
if [ -z "$plain" ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' reset=$'\e[0m'
fi

step=0
# Says what comes next.
explain() {
  if [ -n "$pause" ] && [ "$step" -gt 0 ]; then
    read -rsp "${dim}(Enter)$reset" && printf '\r       \r'
  fi
  step=$((step + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$step" "$*" "$reset"
}

# Types a command and shows what it answers; with `at` set, in that network namespace.
at=''
run() {
  printf '%s$ %s%s\n' "$dim" "$*" "$reset"
  here "$@"
  [ "$1" != netctl ] || note_objects
}

here() {
  if [ -n "$at" ]; then ip netns exec "$at" "$@"; else "$@"; fi
}

# shellcheck source=scripts/expect.sh
. scripts/expect.sh

# A number of `netctl stats`: counted GROUP NAME STATS-ARGUMENT..., such as `counted verdicts drop eth1`,
# `counted reasons paused eth1`, `counted rules threats --cgroup /demo`.
counted() {
  here netctl stats "${@:3}" -o json | perl -MJSON::PP -0777 -e '
    my ($group, $name) = @ARGV;
    my $found = decode_json(<STDIN>)->{attachments}[0]{$group};
    ($found) = { map { $_->{name} => $_ } @$found } if ref $found eq "ARRAY";
    print $found->{$name}{packets} // 0;' "$1" "$2"
}

# Makes a network namespace: machine NAME.
machine() {
  ip netns add "$1"
  machines+=("$1")
}

# Joins two of them: wire NAME:IFACE NAME:IFACE. There are no link-local addresses, and multicast
# groups are reported at once, so that netctl counts a demo's own packets and no others.
wire() {
  local end
  ip -n "${1%:*}" link add "${1#*:}" type veth peer name "${2#*:}" netns "${2%:*}"
  for end in "$1" "$2"; do
    ip netns exec "${end%:*}" sh -c "cd /proc/sys/net/ipv6/conf/${end#*:} &&
      echo 1 >addr_gen_mode && echo 1 >mldv2_unsolicited_report_interval"
    ip -n "${end%:*}" link set "${end#*:}" up
  done
}

# Gives an interface addresses: address NAME:IFACE ADDRESS/LENGTH...
address() {
  local each
  for each in "${@:2}"; do
    case $each in
    *:*) ip -n "${1%:*}" address add "$each" dev "${1#*:}" nodad ;;
    *) ip -n "${1%:*}" address add "$each" dev "${1#*:}" ;;
    esac
  done
}

# Tells an interface who has an address, so that nobody asks: neighbour NAME:IFACE NAME:IFACE ADDRESS...
neighbour() {
  local each mac
  mac=$(ip netns exec "${2%:*}" cat "/sys/class/net/${2#*:}/address")
  for each in "${@:3}"; do
    ip -n "${1%:*}" neighbour add "$each" lladdr "$mac" dev "${1#*:}"
  done
}

# Makes a cgroup of version 2, wherever that is mounted: make_cgroup NAME. What a killed demo has left
# under that name goes first.
make_cgroup() {
  local mount
  mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  [ -n "$mount" ] || die "no cgroup file system of version 2 is mounted"
  cgroup=$mount/$1
  [ ! -d "$cgroup" ] || rmdir "$cgroup" || die "$cgroup is in use"
  mkdir "$cgroup"
}

# A killed process leaves its cgroup a moment later.
remove_cgroup() {
  [ -n "$cgroup" ] || return 0
  for _ in $(seq 50); do
    [ -d "$cgroup" ] || break
    rmdir "$cgroup" 2>/dev/null || sleep 0.1
  done
}

# What runs a command in the cgroup: "${in_cgroup[@]}" "$cgroup" COMMAND...
# shellcheck disable=SC2016,SC2034 # the shell in the cgroup expands it; demos use it
in_cgroup=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"')

# Starts a socket that counts what arrives: start_receiver FD COMMAND..., the command being `udp.pl
# receive` wherever it is to run. Call `stop_receiver FD` for its account.
start_receiver() {
  local state
  eval "exec $1< <(exec \"\${@:2}\")"
  receivers+=($!)
  read -r state <&"$1" || die "the receiver did not start"
  [ "$state" = listening ] || die "the receiver said: $state"
}

# Ends the receivers and reads their accounts: stop_receivers FD...
stop_receivers() {
  local descriptor
  kill "${receivers[@]}"
  receivers=()
  account=''
  for descriptor in "$@"; do
    account+=$(cat <&"$descriptor")$'\n'
    eval "exec $descriptor<&-"
  done
}

received() {
  awk -v port="$1" -v source="$2" '$1 == port && $2 == source { n = $3 } END { print n + 0 }' \
    <<<"$account"
}

expect_received() {
  expect "a socket received on port $1 from $2" "$(received "$1" "$2")" "$3"
}

# Remembers the programs, maps and links behind netctl's pins: the machine may have others.
note_objects() {
  local pin
  for pin in /sys/fs/bpf/netctl/*/*; do
    case ${pin##*/} in
    '*') ;;
    link) bpftool link show pinned "$pin" | sed -n 's/^\([0-9]*\): .* prog \([0-9]*\).*/link \1\nprog \2/p' ;;
    body-* | filter) bpftool prog show pinned "$pin" | sed -n 's/^\([0-9]*\):.*/prog \1/p' ;;
    *) bpftool map show pinned "$pin" | sed -n 's/^\([0-9]*\):.*/map \1/p' ;;
    esac
  done >"$work/pinned"
  sed -n 's/^prog //p' "$work/pinned" | while read -r id; do
    bpftool prog show id "$id" | sed -n 's/.*map_ids //p' | tr ',' '\n' | sed 's/^\([0-9]*\).*/map \1/'
  done >"$work/maps"
  sort -u "$work/pinned" "$work/maps" "$work/objects" -o "$work/objects"
}

# Those of them that are still there.
remaining_objects() {
  local kind id
  while read -r kind id; do
    ! bpftool "$kind" show id "$id" >/dev/null 2>&1 || echo "$kind $id"
  done <"$work/objects"
}

# What else netctl could leave behind.
traces() {
  local machine
  for machine in "${machines[@]}"; do
    ip -n "$machine" -details link show | sed "s/^/$machine /"
    ip netns exec "$machine" tc qdisc show | sed "s/^/$machine qdisc /"
  done
  grep ' bpf ' /proc/mounts | sed 's/^/mount /'
  find /sys/fs/bpf -mindepth 1 | sed 's/^/pin /'
}

# Call it when all is set up, and nothing is attached.
note_traces() {
  traces | sort >"$work/before"
  : >"$work/objects"
}

# The kernel frees programs and maps a moment after their last user has gone.
expect_no_traces() {
  local left
  for _ in $(seq 50); do
    left=$(remaining_objects; traces | sort | comm -13 "$work/before" -)
    [ -n "$left" ] || break
    sleep 0.2
  done
  [ -z "$left" ] || echo "$left"
  expect "left of $(wc -l <"$work/objects") programs, maps and links, and of pins, mounts, qdiscs" \
    "$(grep -c . <<<"$left" || true)" 0
}

# Says how it went; the last command of a demo.
finish() {
  echo
  if [ "$failures" -gt 0 ]; then
    echo "${red}$failures numbers were wrong.$reset"
    exit 1
  fi
  echo "${green}Every number was exact.$reset"
}
