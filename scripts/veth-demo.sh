#!/usr/bin/env bash
# veth-demo.sh [--pause] [--plain]
# netctl from attach to detach, on real packets: two throw-away network namespaces and a veth pair.
# Every number that netctl reports is compared with what was sent and what a socket received.
#   --pause  wait for Enter between the steps
#   --plain  no colour
# NETCTL names the binary; .build/debug/netctl when not given. Needs root.
set -euo pipefail

cd "$(dirname "$0")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/debug/netctl}")
pause='' plain=${NO_COLOR:-}
[ -t 1 ] || plain=1
for argument in "$@"; do
  case $argument in
  --pause) pause=1 ;;
  --plain) plain=1 ;;
  *)
    echo "usage: veth-demo.sh [--pause] [--plain]" >&2
    exit 2
    ;;
  esac
done

die() {
  echo "veth-demo.sh: $*" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || die "needs root: sudo $0"
[ -x "$NETCTL" ] || die "no netctl at $NETCTL; run 'make build' first"

# The demo ends with `detach --all`. A mount namespace with a bpffs of its own keeps that away from
# what netctl may be doing on this machine, and takes pins and namespaces with it even if this script
# is killed.
if [ -z "${VETH_DEMO_ISOLATED:-}" ]; then
  export NETCTL VETH_DEMO_ISOLATED=1
  exec unshare --mount --propagation private "$0" "$@"
fi
mount -t bpf bpf /sys/fs/bpf
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns

receiver=''
work=$(mktemp -d)
ln -s "$NETCTL" "$work/netctl"
PATH=$work:$PATH

cleanup() {
  trap '' INT TERM
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  if [ -d /sys/fs/bpf/netctl ]; then
    ip netns exec server netctl detach --all >/dev/null 2>&1 || true
  fi
  ip netns del client 2>/dev/null || true
  ip netns del server 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

client() { ip netns exec client "$@"; }
server() { ip netns exec server "$@"; }

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

# Types a command on the server and shows what it answers.
run() {
  printf '%s$ %s%s\n' "$dim" "$*" "$reset"
  server "$@"
  [ "$1" != netctl ] || note_objects
}

failures=0
# Compares a number that was reported with the one that is true: expect WHAT REPORTED TRUE.
expect() {
  if [ "$2" = "$3" ]; then
    printf '%s  ok%s  %s: %s\n' "$green" "$reset" "$1" "$2"
  else
    printf '%s  no%s  %s: %s, expected %s\n' "$red" "$reset" "$1" "$2" "$3"
    failures=$((failures + 1))
  fi
}

# A number of `netctl stats eth1 -o json`: counted verdicts drop, counted reasons paused, counted rules NAME.
counted() {
  server netctl stats eth1 -o json | perl -MJSON::PP -0777 -e '
    my ($group, $name) = @ARGV;
    my $found = decode_json(<STDIN>)->{attachments}[0]{$group};
    ($found) = { map { $_->{name} => $_ } @$found } if ref $found eq "ARRAY";
    print $found->{$name}{packets} // 0;' "$1" "$2"
}

# The four senders: a friend and a threat, each with IPv4 and IPv6.
friend4=192.0.2.10 threat4=198.51.100.7 friend6=2001:db8::10 threat6=2001:db8:bad::7
server4=192.0.2.1 server6=2001:db8::1
each=2500

# Sends `each` datagrams to port 4000 from all four, and 500 to port 1900 from the friends, while a
# socket on the server counts what arrives; `received PORT SOURCE` then answers from its account.
send_traffic() {
  local state
  exec 3< <(exec ip netns exec server perl scripts/udp.pl receive 4000 1900)
  receiver=$!
  read -r state <&3 || die "the receiver did not start"
  [ "$state" = listening ] || die "the receiver said: $state"
  client perl scripts/udp.pl send "$friend4" "$server4" 4000 "$each"
  client perl scripts/udp.pl send "$threat4" "$server4" 4000 "$each"
  client perl scripts/udp.pl send "$friend6" "$server6" 4000 "$each"
  client perl scripts/udp.pl send "$threat6" "$server6" 4000 "$each"
  client perl scripts/udp.pl send "$friend4" "$server4" 1900 500
  client perl scripts/udp.pl send "$friend6" "$server6" 1900 500
  kill "$receiver"
  receiver=''
  account=$(cat <&3)
  exec 3<&-
  printf '  sent: %d datagrams to port 4000 from each of %s, %s, %s, %s\n' "$each" \
    "$friend4" "$threat4" "$friend6" "$threat6"
  printf '        500 to port 1900 from each of %s, %s\n' "$friend4" "$friend6"
}

received() {
  awk -v port="$1" -v source="$2" '$1 == port && $2 == source { n = $3 } END { print n + 0 }' \
    <<<"$account"
}

expect_received() {
  expect "a socket received on port $1 from $2" "$(received "$1" "$2")" "$3"
}

# What demo.yaml makes of one round of traffic.
expect_demo_policy() {
  expect_received 4000 "$friend4" "$each"
  expect_received 4000 "$friend6" "$each"
  expect_received 4000 "$threat4" 0
  expect_received 4000 "$threat6" 0
  expect_received 1900 "$friend4" 0
  expect "rule threats dropped" "$(counted rules threats)" $((2 * each))
  expect "rule amplifiers dropped" "$(counted rules amplifiers)" 1000
  expect "rule service passed" "$(counted rules service)" $((2 * each))
  expect "drops in all" "$(counted verdicts drop)" $((2 * each + 1000))
  expect "passes in all" "$(counted verdicts pass)" $((2 * each))
}

# Remembers the programs, maps and links behind netctl's pins: the machine may have others.
note_objects() {
  local pin
  for pin in /sys/fs/bpf/netctl/*/*; do
    case ${pin##*/} in
    '*') ;;
    link) bpftool link show pinned "$pin" | sed -n 's/^\([0-9]*\): .* prog \([0-9]*\).*/link \1\nprog \2/p' ;;
    body-*) bpftool prog show pinned "$pin" | sed -n 's/^\([0-9]*\):.*/prog \1/p' ;;
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
  server ip -details link show eth1 | sed 's/^/eth1 /'
  server tc qdisc show dev eth1 | sed 's/^/qdisc /'
  grep ' bpf ' /proc/mounts | sed 's/^/mount /'
  find /sys/fs/bpf -mindepth 1 | sed 's/^/pin /'
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

# eth0 in the client, eth1 in the server. Neighbours are fixed, there are no link-local addresses and
# multicast groups are reported at once, so that netctl counts the demo's own packets and no others.
ip netns add client
ip netns add server
ip -n client link add eth0 type veth peer name eth1 netns server
for side in client:eth0 server:eth1; do
  "${side%:*}" sh -c "echo 1 >/proc/sys/net/ipv6/conf/${side#*:}/addr_gen_mode"
done
client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/mldv2_unsolicited_report_interval'
ip -n client address add "$friend4/24" dev eth0
ip -n client address add "$threat4/32" dev eth0
ip -n client address add "$friend6/64" dev eth0 nodad
ip -n client address add "$threat6/128" dev eth0 nodad
ip -n server address add "$server4/24" dev eth1
ip -n server address add "$server6/64" dev eth1 nodad
ip -n client link set eth0 up
ip -n server link set eth1 up
ip -n server route add "$threat4" dev eth1
ip -n server route add "$threat6" dev eth1
client_mac=$(client cat /sys/class/net/eth0/address)
server_mac=$(server cat /sys/class/net/eth1/address)
for address in "$friend4" "$threat4" "$friend6" "$threat6"; do
  ip -n server neighbour add "$address" lladdr "$client_mac" dev eth1
done
for address in "$server4" "$server6"; do
  ip -n client neighbour add "$address" lladdr "$server_mac" dev eth0
done
traces | sort >"$work/before"
: >"$work/objects"

cat <<END
${bold}Two network namespaces, one veth pair. netctl works on the server's eth1.$reset
  client eth0   friends $friend4 and $friend6, threats $threat4 and $threat6
  server eth1   $server4 and $server6
END

explain "Attach, in generic mode. Until there is a policy, everything passes and is counted."
run netctl attach eth1 --mode xdpgeneric
run netctl status

explain "Apply a policy: threats and amplifier ports are dropped."
run cat policies/demo.yaml
run netctl validate policies/demo.yaml
run netctl apply policies/demo.yaml
echo "  A second time, nothing is left to do:"
run netctl apply policies/demo.yaml

explain "Real traffic, IPv4 and IPv6. What was dropped is counted; the rest was received."
send_traffic
run netctl stats eth1
expect_demo_policy

explain "Change the policy while attached: friend $friend4 becomes a suspect."
run netctl apply policies/demo-v2.yaml --dry-run
run netctl apply policies/demo-v2.yaml
send_traffic
run netctl stats eth1 --by rule
echo "  Rules of both policies went on counting, the new one began at 0:"
expect_received 4000 "$friend4" 0
expect_received 4000 "$friend6" "$each"
expect "rule threats dropped" "$(counted rules threats)" $((4 * each))
expect "rule suspects dropped" "$(counted rules suspects)" $((each + 500))
expect "rule service passed" "$(counted rules service)" $((3 * each))

explain "Pause: everything passes, counted as such; the policy stays. Then resume."
run netctl pause eth1
send_traffic
run netctl stats eth1 --by reason
expect_received 4000 "$threat4" "$each"
expect_received 4000 "$threat6" "$each"
expect "passed because paused" "$(counted reasons paused)" $((4 * each + 1000))
run netctl resume eth1

explain "Detach, and the same in native mode: the driver runs it, before the kernel has a packet."
run netctl detach eth1
run netctl attach eth1 --mode xdpdrv
run netctl apply policies/demo.yaml
send_traffic
run netctl stats eth1
expect_demo_policy

explain "Detach everything, and look for what may be left."
run netctl detach --all
run netctl status
expect_no_traces

echo
if [ "$failures" -gt 0 ]; then
  echo "${red}$failures numbers were wrong.$reset"
  exit 1
fi
echo "${green}Every number was exact.$reset"
