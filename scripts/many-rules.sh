#!/usr/bin/env bash
# many-rules.sh [SIZE...]
# Does this kernel take filters of so many rules (1 64 65 4096) on every hook, each of which matches on
# much, and which together match on everything that the hook has, with limits? And do their first and last
# rule decide? Of a SIZE such as 65-ports no rule looks at addresses. Verdicts are worked out in words of 64
# rules: 65 is the first filter with two. It says how many instructions the verifier looked at.
# NETCTL names the binary; .build/debug/netctl when not given. Needs root; touches nothing outside
# the namespaces that it makes but for a cgroup of its own.
set -euo pipefail

cd "$(dirname "$0")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/debug/netctl}")
if [ -z "${MANY_RULES_ISOLATED:-}" ]; then
  export NETCTL MANY_RULES_ISOLATED=1
  exec unshare --mount --net --propagation private "$0" "$@"
fi
mount -t bpf bpf /sys/fs/bpf
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
work=$(mktemp -d)
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
cgroup=$(mktemp -d "${cgroups:?no cgroup file system of version 2 is mounted}/netctl-many-rules.XXXXXX")
trap 'rm -rf "$work"; rmdir "$cgroup"' EXIT

# The sender is a namespace of its own, the receiver is where this script runs.
ip netns add sender
ip link add eth1 type veth peer name eth0 netns sender
ip address add 192.0.2.1/24 dev eth1
ip link set eth1 up
ip -n sender address add 192.0.2.10/24 dev eth0
ip -n sender link set eth0 up
mac=$(ip -brief link show dev eth1 | awk '{ print $3 }')
ip -n sender neighbour add 192.0.2.1 lladdr "$mac" dev eth0

# A policy of size $1 for hook $2, which $3, an entry of `attach`, attaches. Rule N is for destination port
# 1000+N; the sender's packets are for the first and the last, what is between has other addresses. No two
# rules have the same values. Together they look at everything that the hook has: at mark but on xdp, where
# rule N is for mark N, and at the link layer but in a cgroup.
policy() {
  awk -v last="${1%-*}" -v kind="${1#*-}" -v hook="$2" -v attach="${3:-}" 'BEGIN {
    printf "version: 1\nname: many\nfilters:\n  inbound:\n    default: pass\n    rules:\n"
    for (n = 1; n <= last; n++) {
      edge = n == 1 || n == last
      source = edge ? "192.0.2.0/24" : sprintf("[10.%d.%d.0/24, \"2001:db8::/32\"]", n / 256, n % 256)
      destination = edge ? "192.0.2.1" : sprintf("\"2001:db8:%x::/48\"", n)
      keys = kind == "ports" ? "" : sprintf("src: %s, dst: %s, ", source, destination)
      ports = sprintf("sport: %d-65535, dport: %d", edge ? 1024 : 1024 + n, 1000 + n)
      if (edge) keys = keys "proto: udp, " ports
      else if (n % 4 == 0) keys = keys "proto: tcp, tcp-flags: \"syn,!ack\", " ports
      else if (n % 4 == 1) keys = keys "proto: icmpv6, icmp-type: echo-request"
      else if (n % 4 == 2) keys = keys sprintf("proto: %d, ext-header: hop-by-hop", n % 256)
      else keys = keys "proto: udp, " ports
      keys = keys sprintf(", fragment: false, length: 20-%d, ttl: 1-%d, dscp: 0-%d", 1500 + n, 128 + n % 64, n % 62)
      if (hook !~ /^cgroup/) keys = keys ", vlan: none, ethertype: " (edge ? "0x0800" : "0x86dd")
      if (hook != "xdp") keys = keys ", mark: " n
      limit = !edge && n % 3 == 0 ? ", limit: { rate: 1000/s, per: src }" : ""
      printf "      - { name: rule-%d, match: { %s }%s, action: drop }\n", n, keys, limit
    }
    if (attach) printf "attach:\n  - %s\n", attach
  }'
}

# The rules that have counted something: "NAME=PACKETS NAME=PACKETS", sorted by name.
counted() {
  "$NETCTL" stats eth1 -o json | perl -MJSON::PP -0777 -e '
    my $rules = decode_json(<STDIN>)->{attachments}[0]{rules};
    print join " ", sort map { "$_->{name}=$_->{packets}" } grep { $_->{packets} } @$rules;'
}

# What the verifier looked at of the newest program whose name is $1.
verified() {
  perl scripts/verified-instructions.pl | awk -v name="$1" '$3 == name { n = $1 } END { print n }'
}

# rules SIZE: in words
rules() {
  case $1 in
  *-ports) echo "${1%-*} rules without addresses" ;;
  *) echo "$1 rules" ;;
  esac
}

failures=0
[ $# -gt 0 ] || set -- 1 64 65 65-ports 4096
for mode in xdpgeneric xdpdrv; do
  for size in "$@"; do
    number=${size%-*}
    policy "$size" xdp >"$work/policy.yaml"
    start=$(date +%s%N)
    "$NETCTL" attach eth1 --mode "$mode" >/dev/null
    "$NETCTL" apply "$work/policy.yaml" --interface eth1 >/dev/null
    milliseconds=$((($(date +%s%N) - start) / 1000000))
    looked=$(verified xdp_filter)
    expected="rule-1=10 rule-$number=30"
    [ "$number" != 1 ] || expected=rule-1=40
    ip netns exec sender perl scripts/udp.pl send 192.0.2.10 192.0.2.1 1001 10
    ip netns exec sender perl scripts/udp.pl send 192.0.2.10 192.0.2.1 $((1000 + number)) 30
    # One that no rule is for. A second would be told that nobody listens.
    ip netns exec sender perl scripts/udp.pl send 192.0.2.10 192.0.2.1 999 1
    result=$(counted)
    "$NETCTL" detach --all >/dev/null
    if [ "$result" = "$expected" ]; then
      echo "  ok  $mode, $(rules "$size"): applied in $milliseconds ms; $looked instructions verified"
    else
      echo "  no  $mode, $(rules "$size"): counted $result, expected $expected"
      failures=$((failures + 1))
    fi
  done
done

# The other hooks' programs: attached, and asked by test runs.
for hook in tc-ingress tc-egress cgroup-ingress cgroup-egress; do
  case $hook in
  tc-*)
    place=(eth1 --hook "$hook") program=tc_filter
    entry="{ interface: eth1, $hook: inbound }"
    ;;
  *)
    place=(--cgroup "/${cgroup##*/}" --hook "${hook#cgroup-}") program=cgroup_filter
    entry="{ cgroup: /${cgroup##*/}, ${hook#cgroup-}: inbound }"
    ;;
  esac
  for size in "$@"; do
    number=${size%-*}
    policy "$size" "$hook" "$entry" >"$work/policy.yaml"
    result='' looked=''
    if "$NETCTL" apply "$work/policy.yaml" >/dev/null; then
      looked=$(verified "$program")
      packet="udp 192.0.2.10:40000 to 192.0.2.1:$((1000 + number)) mark $number"
      result=$("$NETCTL" explain "${place[@]}" "$packet" 2>&1 | head -n 1) || true
    fi
    "$NETCTL" detach --all >/dev/null
    if [[ $result == "drop by rule rule-$number (reason rule, "* ]]; then
      echo "  ok  $hook, $(rules "$size"): attached and tried; $looked instructions verified"
    else
      echo "  no  $hook, $(rules "$size"): $result"
      failures=$((failures + 1))
    fi
  done
done
[ "$failures" = 0 ]
