#!/usr/bin/env bash
# veth-demo.sh [--pause] [--plain]
# netctl from attach to detach on XDP, on real packets: two throw-away network namespaces and a veth
# pair. Every number that netctl reports is compared with what was sent and what a socket received.
# demo.sh says more of the options.
# shellcheck disable=SC2034 # demo.sh reads it
usage='veth-demo.sh [--pause] [--plain]'
# shellcheck source=scripts/demo.sh
. "$(dirname "$0")/demo.sh"

client() { ip netns exec client "$@"; }

# The four senders: a friend and a threat, each with IPv4 and IPv6.
friend4=192.0.2.10 threat4=198.51.100.7 friend6=2001:db8::10 threat6=2001:db8:bad::7
server4=192.0.2.1 server6=2001:db8::1
each=2500

# Sends `each` datagrams to port 4000 from all four, and 500 to port 1900 from the friends, while a
# socket on the server counts what arrives; `received PORT SOURCE` of demo.sh then answers from its account.
send_traffic() {
  start_receiver 3 ip netns exec server perl scripts/udp.pl receive 4000 1900
  client perl scripts/udp.pl send "$friend4" "$server4" 4000 "$each"
  client perl scripts/udp.pl send "$threat4" "$server4" 4000 "$each"
  client perl scripts/udp.pl send "$friend6" "$server6" 4000 "$each"
  client perl scripts/udp.pl send "$threat6" "$server6" 4000 "$each"
  client perl scripts/udp.pl send "$friend4" "$server4" 1900 500
  client perl scripts/udp.pl send "$friend6" "$server6" 1900 500
  stop_receivers 3
  printf '  sent: %d datagrams to port 4000 from each of %s, %s, %s, %s\n' "$each" \
    "$friend4" "$threat4" "$friend6" "$threat6"
  printf '        500 to port 1900 from each of %s, %s\n' "$friend4" "$friend6"
}

# What demo.yaml makes of one round of traffic.
expect_demo_policy() {
  expect_received 4000 "$friend4" "$each"
  expect_received 4000 "$friend6" "$each"
  expect_received 4000 "$threat4" 0
  expect_received 4000 "$threat6" 0
  expect_received 1900 "$friend4" 0
  expect "rule threats dropped" "$(counted rules threats eth1)" $((2 * each))
  expect "rule amplifiers dropped" "$(counted rules amplifiers eth1)" 1000
  expect "rule service passed" "$(counted rules service eth1)" $((2 * each))
  expect "drops in all" "$(counted verdicts drop eth1)" $((2 * each + 1000))
  expect "passes in all" "$(counted verdicts pass eth1)" $((2 * each))
}

# eth0 in the client, eth1 in the server.
machine client
machine server
wire client:eth0 server:eth1
address client:eth0 "$friend4/24" "$threat4/32" "$friend6/64" "$threat6/128"
address server:eth1 "$server4/24" "$server6/64"
ip -n server route add "$threat4" dev eth1
ip -n server route add "$threat6" dev eth1
neighbour server:eth1 client:eth0 "$friend4" "$threat4" "$friend6" "$threat6"
neighbour client:eth0 server:eth1 "$server4" "$server6"
note_traces
at=server

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
expect "rule threats dropped" "$(counted rules threats eth1)" $((4 * each))
expect "rule suspects dropped" "$(counted rules suspects eth1)" $((each + 500))
expect "rule service passed" "$(counted rules service eth1)" $((3 * each))

explain "Pause: everything passes, counted as such; the policy stays. Then resume."
run netctl pause eth1
send_traffic
run netctl stats eth1 --by reason
expect_received 4000 "$threat4" "$each"
expect_received 4000 "$threat6" "$each"
expect "passed because paused" "$(counted reasons paused eth1)" $((4 * each + 1000))
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

finish
