#!/usr/bin/env bash
# two-hosts.sh KERNEL
# two-hosts.sh -n      runs nothing: fails and says why if this machine has not got what it needs
# Two machines on one wire, in two qemu guests (KERNEL as in vm-run): one sends, the other filters with
# native XDP on a virtio_net card with several queues. Every counter is compared with what was sent.
# The wire is a bridge between two taps, in a network namespace of its own.
# NETCTL names the binary; .build/release/netctl when not given. Needs root and /dev/net/tun.
set -euo pipefail

script=$(readlink -f "$0")
cd "$(dirname "$script")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/release/netctl}")
filter4=192.0.2.1 filter6=2001:db8::1
friend4=192.0.2.10 friend6=2001:db8::10 threat4=198.51.100.7 threat6=2001:db8:bad::7
each=250 flows=8

die() {
  echo "two-hosts.sh: $*" >&2
  exit 1
}

# shellcheck source=scripts/expect.sh
. scripts/expect.sh

# counted RULE
counted() {
  "$NETCTL" stats eth0 -o json | perl -MJSON::PP -0777 -e '
    my ($rule) = grep { $_->{name} eq $ARGV[0] } @{decode_json(<STDIN>)->{attachments}[0]{rules}};
    print $rule->{packets};' "$1"
}

# What the card has counted for queue $1 under name $2.
of_queue() {
  ethtool -S eth0 | awk -v name="rx$1_$2:" '
    { gsub(/rx_queue_/, "rx"); if ($1 == name) print $2 }'
}

# --- The host that filters ---

filter_host() {
  local receiver deadline
  ip address add "$filter4/24" dev eth0
  ip address add "$filter6/64" dev eth0 nodad
  cat >/tmp/two-hosts.yaml <<END
version: 1
name: two-hosts
sets: { threats: { cidrs: [$threat4, "2001:db8:bad::/48"] } }
filters:
  inbound:
    default: pass
    rules:
      - { name: end, match: { proto: udp, dport: 9 }, action: drop }
      - { name: threats, match: { src: "@threats" }, action: drop }
      - { name: amplifiers, match: { proto: udp, dport: 1900 }, action: drop }
      - { name: service, match: { proto: udp, dport: 4000 }, action: pass }
attach:
  - { interface: eth0, xdp: inbound, mode: xdpdrv }
END
  "$NETCTL" apply /tmp/two-hosts.yaml
  perl scripts/udp.pl receive 4000 1900 >/tmp/received &
  receiver=$!
  # From now on it answers.
  ip link set eth0 up
  deadline=$((SECONDS + 120))
  until [ "$(counted end)" != 0 ]; do
    [ $SECONDS -lt $deadline ] || die "nothing came within two minutes"
    sleep 1
  done
  kill "$receiver"
  wait "$receiver" || true
  expect "mode in force" "$("$NETCTL" status -o json | grep -o 'xdpdrv')" xdpdrv
  expect "threats dropped" "$(counted threats)" $((2 * flows * each))
  expect "amplifiers dropped" "$(counted amplifiers)" $((2 * flows * each))
  expect "service passed" "$(counted service)" $((2 * flows * each))
  expect "received from friend, IPv4" "$(awk '$1 == 4000 && /192/ { print $3 }' /tmp/received)" $((flows * each))
  expect "received from friend, IPv6" "$(awk '$1 == 4000 && /2001/ { print $3 }' /tmp/received)" $((flows * each))
  expect "pairs of port and sender received" "$(wc -l </tmp/received | tr -d ' ')" 3
  for queue in 0 1; do
    echo "  queue $queue: $(of_queue $queue xdp_packets) packets through XDP, $(of_queue $queue xdp_drops) dropped"
    expect "queue $queue took part" "$([ "$(of_queue $queue xdp_drops)" -gt 0 ] && echo yes)" yes
  done
  "$NETCTL" detach --all --quiet
  [ "$failures" = 0 ]
}

# --- The host that sends ---

# Does $1 refuse a connection? Then it is up, and its neighbours are known.
answers() {
  perl -MIO::Socket::IP -MErrno -e '
    IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => 1, Timeout => 2);
    exit !$!{ECONNREFUSED};' "$1"
}

sending_host() {
  ip link set eth0 address 52:54:00:00:00:99
  ip address add "$friend4/24" dev eth0
  ip address add "$threat4/32" dev eth0
  ip address add "$friend6/64" dev eth0 nodad
  ip address add "$threat6/128" dev eth0 nodad
  ip link set eth0 up
  for address in $filter4 $filter6; do
    until answers "$address"; do sleep 0.5; done
  done
  # Each sender has a port of its own: another flow.
  for ((flow = 0; flow < flows; flow++)); do
    perl scripts/udp.pl send $friend4 $filter4 4000 $each
    perl scripts/udp.pl send $friend6 $filter6 4000 $each
    perl scripts/udp.pl send $threat4 $filter4 4000 $each
    perl scripts/udp.pl send $threat6 $filter6 4000 $each
    perl scripts/udp.pl send $friend4 $filter4 1900 $each
    perl scripts/udp.pl send $friend6 $filter6 1900 $each
  done
  perl scripts/udp.pl send $friend4 $filter4 9 1
}

case ${1:-} in
--filter)
  filter_host
  exit
  ;;
--send)
  sending_host
  exit
  ;;
esac

# --- This machine ---

[ $# = 1 ] || die "usage: two-hosts.sh KERNEL"
[ "$(id -u)" = 0 ] || die "needs root: sudo $0"
[ -c /dev/net/tun ] || die "no /dev/net/tun"
[ "$1" != -n ] || exec scripts/vm-run -n
[ -x "$NETCTL" ] || die "no netctl at $NETCTL; run 'make release' first"
if [ -z "${TWO_HOSTS_ISOLATED:-}" ]; then
  export NETCTL TWO_HOSTS_ISOLATED=1
  exec unshare --net "$script" "$@"
fi
sysctl --quiet net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add wire type bridge mcast_snooping 0
ip link set wire up
for tap in filter sender; do
  ip tuntap add $tap mode tap multi_queue
  ip link set $tap master wire up
done
# Two processors take two queues, and two more to send from XDP.
guest() {
  scripts/vm-run -c 2 -t 300 -i "tap,ifname=$1,queues=4,script=no,downscript=no" "${@:2}"
}
guest sender "$1" -- "$script" --send &
sender=$!
status=0
guest filter "$1" -- env NETCTL="$NETCTL" "$script" --filter || status=$?
[ $status = 0 ] || kill $sender 2>/dev/null || true
wait $sender || status=$?
exit $status
