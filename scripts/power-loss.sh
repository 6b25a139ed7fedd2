#!/usr/bin/env bash
# power-loss.sh KERNEL [ROUNDS]
# power-loss.sh -n     runs nothing: fails and says why if this machine has not got what it needs
# A machine loses its power in the middle of `netctl apply` and of writing files, and boots again. Does
# netctl.service put the policy in force before the network is up, and is every file on disk the old one
# or the new one? ROUNDS times (2), each at another moment, in a qemu guest (KERNEL as in vm-run) with a
# disk of its own. systemd boots there, in a process namespace, to what stands for the network's service.
# NETCTL names the binary; .build/release/netctl when not given. Needs root, systemd and mkfs.ext4.
set -euo pipefail

script=$(readlink -f "$0")
cd "$(dirname "$script")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/release/netctl}")
disk=/mnt addresses=20000 blocked=2000 outcome=/run/network.outcome

die() {
  echo "power-loss.sh: $*" >&2
  exit 1
}

# --- What the guest does ---

# shellcheck source=scripts/expect.sh
. scripts/expect.sh

# Generation $1 of the policy: which one it is tells the name of its first rule.
policy() {
  cat <<END
version: 1
name: edge
sets: { threats: { file: threats.txt } }
filters:
  inbound:
    default: pass
    rules:
      - { name: generation-$1, match: { proto: udp, dport: $((1000 + $1 % 1000)) }, action: count }
      - { name: threats, match: { src: "@threats" }, action: drop }
attach:
  - { interface: eth1, xdp: inbound, tc-egress: inbound }
END
}

# Writes a file as an editor does: whole, or not at all.
replace() {
  cat >"$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
}

# The cards are there when a machine boots, and down.
add_cards() {
  ip netns add far
  ip link add eth1 address 52:54:00:00:01:01 type veth peer name eth0 netns far
  ip -n far address add 192.0.2.10/24 dev eth0
  ip -n far address add 198.51.100.7/32 dev eth0
  ip -n far neighbour add 192.0.2.1 lladdr 52:54:00:00:01:01 dev eth0
  ip -n far link set eth0 up
}

# Applies one generation after the other and saves the block list, until the power is gone: $1 seconds
# into the third apply, or into what comes next.
lose_power() {
  local generation=0
  awk -v n=$addresses 'BEGIN {
    print "198.51.100.7"
    for (i = 0; i < n; i++) print "10." int(i / 256 % 256) "." i % 256 "." int(i / 65536)
  }' | replace "$disk/netctl/threats.txt"
  while :; do
    generation=$((generation + 1))
    policy $generation | replace "$disk/netctl/edge.yaml"
    if [ $generation = 3 ]; then
      (
        sleep "$1"
        echo b >/proc/sysrq-trigger
      ) &
    fi
    "$NETCTL" apply --quiet /etc/netctl
    if [ $generation = 1 ]; then
      awk -v n=$blocked 'BEGIN { for (i = 0; i < n; i++) print "203.0." int(i / 256) "." i % 256 }' |
        "$NETCTL" block add --quiet -
    fi
    # A new file each time: on some file systems one that replaces another is safer.
    "$NETCTL" block list --quiet --save "$disk/netctl/blocked-$generation.txt"
    echo "  generation $generation is in force and on disk"
  done
}

# What the files on disk are, as the last boot left them.
check_files() {
  local file whole=0 half=0
  for file in "$disk"/netctl/blocked-*.txt; do
    if [ "$(wc -l <"$file")" = $((blocked + 1)) ] && [ -z "$(tail -c 1 "$file" | tr -d '\n')" ]; then
      whole=$((whole + 1))
    else
      half=$((half + 1))
      echo "  $(wc -c <"$file") bytes: $file"
    fi
  done
  expect "saved block lists that are half there, beside $whole whole ones" $half 0
  expect "the policy on disk is valid" "$("$NETCTL" validate --quiet /etc/netctl >&2 && echo yes)" yes
}

# The units of a machine with netctl's, whose network is eth1.
write_units() {
  local units=/run/systemd/system unit complaints
  mkdir -p "$units/sysinit.target.wants"
  # What this machine does besides when it boots is not what is looked at, and takes minutes here.
  for unit in {/lib,/etc}/systemd/system/{sysinit,local-fs,basic,sockets,timers}.target.wants/*; do
    [ ! -e "$unit" ] || ln -sf /dev/null "$units/${unit##*/}"
  done
  for unit in netctl netctl-daemon; do
    sed "s|@sbindir@/netctl|$NETCTL|" scripts/$unit.service >$units/$unit.service
    complaints=$(systemd-analyze verify --man=no $units/$unit.service 2>&1 | grep "$unit.service" || true)
    expect "complaints of $unit.service" "$complaints" ""
  done
  ln -s ../netctl.service $units/sysinit.target.wants/netctl.service
  cat >$units/network.service <<END
[Unit]
Wants=network-pre.target
After=network-pre.target sysinit.target
[Service]
Type=oneshot
Environment=NETCTL=$NETCTL VM_RUN=1 "PATH=$PATH"
ExecStart=/bin/bash $script --guest network
StandardOutput=file:/dev/ttyS1
StandardError=file:/dev/ttyS1
END
}

# In place of what sets up a machine's network: the policy has to be in force by now. It is network.service.
start_network() {
  trap 'echo $? >$outcome' EXIT
  expect "eth1 is" "$(cat /sys/class/net/eth1/operstate)" down
  expect "netctl.service is" "$(systemctl is-active netctl.service)" active
  ip address add 192.0.2.1/24 dev eth1
  ip link set eth1 up
  ip netns exec far perl scripts/udp.pl send 198.51.100.7 192.0.2.1 4000 100
  ip netns exec far perl scripts/udp.pl send 192.0.2.10 192.0.2.1 4000 1
  expect "dropped of 100 from a threat, 1 from a friend" "$(
    "$NETCTL" stats eth1 --hook xdp -o json | perl -MJSON::PP -0777 -e '
      my ($rule) = grep { $_->{name} eq "threats" } @{decode_json(<STDIN>)->{attachments}[0]{rules}};
      print $rule->{packets};'
  )" 100
  expect "the policy in force is the one on disk" \
    "$("$NETCTL" show eth1 | grep -o 'generation-[0-9]*' | head -n 1)" \
    "$(grep -o 'generation-[0-9]*' /etc/netctl/edge.yaml)"
  expect "status --check" "$("$NETCTL" status --check >&2 && echo 0)" 0
  expect "another apply changes" "$("$NETCTL" diff /etc/netctl >&2 && echo nothing)" nothing
  keep_policy
  [ "$failures" = 0 ]
}

# netctl-daemon.service, started, reloaded and stopped by systemd.
keep_policy() {
  local programs
  programs=$("$NETCTL" status | grep -c '^attachment eth1 ')
  systemctl start netctl-daemon
  expect "netctl-daemon.service is" "$(systemctl is-active netctl-daemon)" active
  "$NETCTL" detach eth1
  for _ in {1..100}; do
    [ "$("$NETCTL" status | grep -c '^attachment eth1 ')" != "$programs" ] || break
    sleep 0.2
  done
  systemctl reload netctl-daemon
  expect "it says" "$(systemctl show -P StatusText netctl-daemon | grep -oE 'applied|in-force')" in-force
  systemctl stop netctl-daemon
  expect "netctl-daemon.service ended with" "$(systemctl show -P Result netctl-daemon)" success
  expect "attachments of eth1 behind it" "$("$NETCTL" status | grep -c '^attachment eth1 ')" "$programs"
}

# Boot $1: what the last loss left, if there was one; and the next loss at moment $2, if that is not 0.
guest() {
  mount /dev/vda $disk
  mkdir -p $disk/netctl /etc/netctl
  mount --bind $disk/netctl /etc/netctl
  add_cards
  if [ "$1" -gt 1 ]; then
    check_files
    write_units
    # As systemd does where it is process 1 of a machine.
    mount -t bpf bpf /sys/fs/bpf
    echo "  boots"
    unshare --pid --mount --fork --kill-child --mount-proc env -i container=other PATH="$PATH" \
      /lib/systemd/systemd --system --unit=network.service --show-status=no --log-level=warning &
    until [ -s $outcome ]; do sleep 0.5; done
    kill -KILL $!
    wait $! || true
    [ "$(cat $outcome)" = 0 ] || failures=$((failures + 1))
    "$NETCTL" detach --all --quiet
    rm -f $disk/netctl/blocked-*.txt*
    [ "$failures" = 0 ] || exit 1
  fi
  [ "$2" = 0 ] || lose_power "$2"
}

case ${1:-} in
--guest)
  case $2 in
  network) start_network ;;
  *) guest "${@:2}" ;;
  esac
  exit
  ;;
esac

# --- What this machine does ---

[ $# -ge 1 ] || die "usage: power-loss.sh KERNEL [ROUNDS]"
[ "$(id -u)" = 0 ] || die "needs root: sudo $0"
for tool in mkfs.ext4 systemctl systemd-analyze /lib/systemd/systemd; do
  command -v "$tool" >/dev/null || die "$tool not found; run scripts/install-dependencies.sh vm"
done
[ "$1" != -n ] || exec scripts/vm-run -n
[ -x "$NETCTL" ] || die "no netctl at $NETCTL; run 'make release' first"
rounds=${2:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
truncate --size 256M "$work/disk"
mkfs.ext4 -q "$work/disk"
for ((round = 1; round <= rounds + 1; round++)); do
  # Some moment; none behind the last boot.
  moment=0
  [ $round -gt "$rounds" ] || moment=$((RANDOM % 3)).$((100 + RANDOM % 900))
  echo "boot $round"
  status=0
  scripts/vm-run -t 400 -d "$work/disk" "$1" -- env NETCTL="$NETCTL" "$script" --guest $round $moment \
    2>"$work/said" || status=$?
  # 125: it ended without a result, as it should.
  if [ $status != "$([ $moment = 0 ] && echo 0 || echo 125)" ]; then
    cat "$work/said" >&2
    die "boot $round failed ($status)"
  fi
done
echo "all right after $rounds losses of power"
