#!/usr/bin/env bash
# hook-demo.sh HOOK [--pause] [--plain]
# One hook, from attach to detach, on real packets: tc-ingress, tc-egress, cgroup-ingress,
# cgroup-egress or, with open(2) in place of packets, cgroup-device. veth-demo.sh is the same for xdp,
# and shows more. The policy is policies/demo-hooks.yaml, whatever the hook. demo.sh says more of the
# options.
# shellcheck disable=SC2034 # demo.sh reads it
usage='hook-demo.sh tc-ingress|tc-egress|cgroup-ingress|cgroup-egress|cgroup-device [--pause] [--plain]'
# shellcheck source=scripts/demo.sh
. "$(dirname "$0")/demo.sh"

hook=${arguments[0]:-}
[ "${#arguments[@]}" = 1 ] || hook=''
policy=policies/demo-hooks.yaml
friend4=192.0.2.10 threat4=198.51.100.7 friend6=2001:db8::10 threat6=2001:db8:bad::7
server4=192.0.2.1 server6=2001:db8::1
each=1000

# A client with the addresses of a friend and of a threat, and a server.
two_machines() {
  machine client
  machine server
  wire client:eth0 server:eth1
  address client:eth0 "$friend4/24" "$threat4/32" "$friend6/64" "$threat6/128"
  address server:eth1 "$server4/24" "$server6/64"
  ip -n server route add "$threat4" dev eth1
  ip -n server route add "$threat6" dev eth1
  neighbour server:eth1 client:eth0 "$friend4" "$threat4" "$friend6" "$threat6"
  neighbour client:eth0 server:eth1 "$server4" "$server6"
}

# Sends `each` datagrams: datagrams SOURCE DESTINATION PORT, with a command in front.
datagrams() {
  "${@:1:$#-3}" perl scripts/udp.pl send "${@: -3}" "$each"
}

# The client sends to the server, from a friend and a threat of each family. With a cgroup the socket
# on port 4000 is in it, and the one on port 4001 is not.
receive_traffic() {
  local source port receive=(perl scripts/udp.pl receive)
  if [ -n "$cgroup" ]; then
    start_receiver 3 "${in_cgroup[@]}" "$cgroup" ip netns exec server "${receive[@]}" 4000
    start_receiver 4 ip netns exec server "${receive[@]}" 4001
  else
    start_receiver 3 ip netns exec server "${receive[@]}" 4000 4001
  fi
  for port in 4000 4001; do
    for source in "$friend4" "$threat4"; do
      datagrams ip netns exec client "$source" "$server4" "$port"
    done
    for source in "$friend6" "$threat6"; do
      datagrams ip netns exec client "$source" "$server6" "$port"
    done
  done
  if [ -n "$cgroup" ]; then stop_receivers 3 4; else stop_receivers 3; fi
  echo "  sent: $each datagrams to each of ports 4000 and 4001 from $friend4, $threat4, $friend6, $threat6"
}

# The server sends to the client, to a friend and a threat of each family; what is in front is run
# with it.
send_traffic() {
  start_receiver 3 ip netns exec client perl scripts/udp.pl receive 4000
  {
    datagrams "$@" ip netns exec server "$server4" "$friend4" 4000
    datagrams "$@" ip netns exec server "$server4" "$threat4" 4000
    datagrams "$@" ip netns exec server "$server6" "$friend6" 4000
    datagrams "$@" ip netns exec server "$server6" "$threat6" 4000
  } >"$work/refused"
  stop_receivers 3
  echo "  sent: $each datagrams to each of $friend4, $threat4, $friend6, $threat6"
}

demo_tc() {
  two_machines
  note_traces
  at=server
  explain "Attach to $hook: a TCX link where the kernel has it (6.6), else a clsact filter."
  run netctl attach eth1 --hook "$hook"
  run netctl apply "$policy"
  run netctl status
  "round_$hook"

  explain "The same as a clsact filter, which tc shows."
  run netctl detach eth1
  run netctl attach eth1 --hook "$hook" --tc clsact
  run netctl apply "$policy"
  run tc filter show dev eth1 "${hook#tc-}"
  "round_$hook"
}

round_tc-ingress() {
  explain "Traffic to the server. What is dropped was seen by XDP and tcpdump, by no socket."
  receive_traffic
  run netctl stats eth1
  expect "rule threats dropped" "$(counted rules threats eth1)" $((4 * each))
  expect "rule service passed" "$(counted rules service eth1)" $((2 * each))
  expect "drops in all" "$(counted verdicts drop eth1)" $((4 * each))
  expect_received 4000 "$friend4" "$each"
  expect_received 4001 "$friend6" "$each"
  expect_received 4000 "$threat4" 0
  expect_received 4001 "$threat6" 0
}

round_tc-egress() {
  explain "Traffic from the server. The sender is not told what was dropped."
  send_traffic
  run netctl stats eth1
  expect "rule threats dropped" "$(counted rules threats eth1)" $((2 * each))
  expect "rule service passed" "$(counted rules service eth1)" $((2 * each))
  # The client has all four addresses, and counts by the sender's.
  expect_received 4000 "$server4" "$each"
  expect_received 4000 "$server6" "$each"
  expect "sends that were refused" "$(wc -l <"$work/refused")" 0
}

demo_cgroup_ingress() {
  two_machines
  make_cgroup netctl-demo
  note_traces
  explain "Attach to a cgroup: what sockets of its processes receive, on any interface."
  run netctl attach --cgroup /netctl-demo --hook ingress
  run netctl apply "$policy"
  run netctl status

  explain "Port 4000 is a process in the cgroup, port 4001 one outside: only the first is filtered."
  receive_traffic
  run netctl stats --cgroup /netctl-demo
  expect "rule threats dropped" "$(counted rules threats --cgroup /netctl-demo)" $((2 * each))
  expect "rule service passed" "$(counted rules service --cgroup /netctl-demo)" $((2 * each))
  expect "passes in all" "$(counted verdicts pass --cgroup /netctl-demo)" $((2 * each))
  expect_received 4000 "$friend4" "$each"
  expect_received 4000 "$friend6" "$each"
  expect_received 4000 "$threat4" 0
  expect_received 4000 "$threat6" 0
  expect_received 4001 "$threat4" "$each"
  expect_received 4001 "$threat6" "$each"
}

demo_cgroup_egress() {
  two_machines
  make_cgroup netctl-demo
  note_traces
  explain "Attach to a cgroup: what sockets of its processes send, on any interface."
  run netctl attach --cgroup /netctl-demo --hook egress
  run netctl apply "$policy"
  run netctl status

  explain "A process in the cgroup sends. What is dropped it is told: send(2) fails with EPERM."
  send_traffic "${in_cgroup[@]}" "$cgroup"
  run netctl stats --cgroup /netctl-demo
  expect "rule threats dropped" "$(counted rules threats --cgroup /netctl-demo)" $((2 * each))
  expect "rule service passed" "$(counted rules service --cgroup /netctl-demo)" $((2 * each))
  expect "passes in all" "$(counted verdicts pass --cgroup /netctl-demo)" $((2 * each))
  expect "sends that were refused" "$(awk '{ n += $2 } END { print n + 0 }' "$work/refused")" \
    $((2 * each))
  expect_received 4000 "$server4" "$each"
  expect_received 4000 "$server6" "$each"

  explain "A process outside sends the same, unhindered."
  send_traffic
  expect_received 4000 "$server4" $((2 * each))
  expect "passes in all" "$(counted verdicts pass --cgroup /netctl-demo)" $((2 * each))
  expect "sends that were refused" "$(wc -l <"$work/refused")" 0
}

# Opens files, from within the cgroup if the first argument names it: opened CGROUP MODE FILE answers
# `ok` or what open(2) said. Nothing else in the process opens a device meanwhile.
opened() {
  perl -MErrno -e '
    my ($cgroup, $mode, $file) = @ARGV;
    if ($cgroup) {
        open my $procs, ">", "$cgroup/cgroup.procs" or die "$cgroup: $!\n";
        print $procs $$;
        close $procs or die "$cgroup: $!\n";
    }
    print open(my $device, $mode, $file) ? "ok" : $!{EPERM} ? "EPERM" : "$!";' "$@"
}

demo_cgroup_device() {
  make_cgroup netctl-demo
  note_traces
  explain "Attach to a cgroup: which device files its processes open and make."
  run netctl attach --cgroup /netctl-demo --hook device
  run netctl apply "$policy"
  run netctl status

  explain "Processes in the cgroup and outside open devices."
  expect "in the cgroup, read and write /dev/null" "$(opened "$cgroup" '+<' /dev/null)" ok
  expect "in the cgroup, read /dev/zero" "$(opened "$cgroup" '<' /dev/zero)" ok
  expect "in the cgroup, write /dev/zero" "$(opened "$cgroup" '>' /dev/zero)" EPERM
  expect "in the cgroup, read and write /dev/zero" "$(opened "$cgroup" '+<' /dev/zero)" EPERM
  expect "in the cgroup, read /dev/random" "$(opened "$cgroup" '<' /dev/random)" EPERM
  expect "outside, read /dev/random" "$(opened '' '<' /dev/random)" ok
  run netctl stats --cgroup /netctl-demo
  expect "allowed in all" "$(counted verdicts allow --cgroup /netctl-demo)" 2
  expect "denied in all" "$(counted verdicts deny --cgroup /netctl-demo)" 3
  expect "rule null allowed" "$(counted rules null --cgroup /netctl-demo)" 1
  expect "rule zero denied" "$(counted rules zero --cgroup /netctl-demo)" 2
  expect "rule random denied" "$(counted rules random --cgroup /netctl-demo)" 1
}

case $hook in
tc-ingress | tc-egress) demo_tc ;;
cgroup-ingress) demo_cgroup_ingress ;;
cgroup-egress) demo_cgroup_egress ;;
cgroup-device) demo_cgroup_device ;;
*)
  echo "usage: $usage" >&2
  exit 2
  ;;
esac

explain "Detach everything, and look for what may be left."
run netctl detach --all
run netctl status
expect_no_traces
finish
