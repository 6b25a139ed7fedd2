#!/usr/bin/env bash
# router-demo.sh [--pause] [--plain]
# Three hooks in the way of one packet, from one policy: three network namespaces, client — router —
# server; XDP where the router receives, TC egress where it sends, and a cgroup with the server's
# process. What one hook passes is what the next one sees, exactly. demo.sh says more of the options.
# shellcheck disable=SC2034 # demo.sh reads it
usage='router-demo.sh [--pause] [--plain]'
# shellcheck source=scripts/demo.sh
. "$(dirname "$0")/demo.sh"
[ "${#arguments[@]}" = 0 ] || die "usage: $usage"

policy=policies/demo-router.yaml
friend4=192.0.2.10 threat4=198.51.100.7 friend6=2001:db8:1::10 threat6=2001:db8:bad::7
server4=203.0.113.1 server6=2001:db8:2::1
each=500

for name in client router server; do machine "$name"; done
wire client:eth0 router:eth0
wire router:eth1 server:eth0
address client:eth0 "$friend4/24" "$threat4/32" "$friend6/64" "$threat6/128"
address router:eth0 192.0.2.1/24 2001:db8:1::1/64
address router:eth1 203.0.113.254/24 2001:db8:2::fe/64
address server:eth0 "$server4/24" "$server6/64"
ip -n client route add default via 192.0.2.1
ip -n client route add default via 2001:db8:1::1
ip netns exec router sh -c 'cd /proc/sys/net && echo 1 >ipv4/ip_forward && echo 1 >ipv6/conf/all/forwarding'
for threat in "$threat4" "$threat6"; do ip -n router route add "$threat" dev eth0; done
ip -n server route add default via 203.0.113.254
ip -n server route add default via 2001:db8:2::fe
neighbour client:eth0 router:eth0 192.0.2.1 2001:db8:1::1
neighbour router:eth0 client:eth0 "$friend4" "$threat4" "$friend6" "$threat6"
neighbour router:eth1 server:eth0 "$server4" "$server6"
neighbour server:eth0 router:eth1 203.0.113.254 2001:db8:2::fe
make_cgroup netctl-router-demo
note_traces

# Sends `each` datagrams from every address to ports 1900, 4000 and 4001. On the server a process in
# the cgroup listens on all three.
send_traffic() {
  local port source
  start_receiver 3 "${in_cgroup[@]}" "$cgroup" ip netns exec server \
    perl scripts/udp.pl receive 1900 4000 4001
  for port in 1900 4000 4001; do
    for source in "$friend4" "$threat4"; do
      ip netns exec client perl scripts/udp.pl send "$source" "$server4" "$port" "$each"
    done
    for source in "$friend6" "$threat6"; do
      ip netns exec client perl scripts/udp.pl send "$source" "$server6" "$port" "$each"
    done
  done
  stop_receivers 3
  echo "  sent: $each datagrams to each of ports 1900, 4000 and 4001 from $friend4, $threat4, $friend6, $threat6"
}

border=(eth0 --netns router) uplink=(eth1 --netns router) service=(--cgroup /netctl-router-demo)

cat <<END
${bold}client eth0 — eth0 router eth1 — eth0 server$reset
  client   friends $friend4 and $friend6, threats $threat4 and $threat6
  server   $server4 and $server6
END

explain "One policy, three hooks: attached and in force by one apply."
run cat "$policy"
run netctl apply "$policy"
run netctl status

explain "Traffic from client to server, IPv4 and IPv6."
send_traffic

explain "XDP on the router's eth0 sees all that comes in, and drops the threats."
run netctl stats "${border[@]}"
expect "came in" "$(($(counted verdicts pass "${border[@]}") + $(counted verdicts drop "${border[@]}")))" \
  $((12 * each))
expect "rule threats dropped" "$(counted rules threats "${border[@]}")" $((6 * each))

explain "TC egress on its eth1 sees what was routed, and drops port 1900."
run netctl stats "${uplink[@]}"
expect "rule routed counted" "$(counted rules routed "${uplink[@]}")" $((6 * each))
expect "rule ssdp dropped" "$(counted rules ssdp "${uplink[@]}")" $((2 * each))
expect "passes in all" "$(counted verdicts pass "${uplink[@]}")" $((4 * each))

explain "The server's cgroup sees what is for its process, and lets port 4000 in alone."
run netctl stats "${service[@]}"
expect "rule service passed" "$(counted rules service "${service[@]}")" $((2 * each))
expect "rule others dropped" "$(counted rules others "${service[@]}")" $((2 * each))
for friend in "$friend4" "$friend6"; do
  expect_received 4000 "$friend" "$each"
  expect_received 4001 "$friend" 0
  expect_received 1900 "$friend" 0
done
expect_received 4000 "$threat4" 0
expect_received 4000 "$threat6" 0

explain "Detach everything, and look for what may be left."
run netctl detach --all
run netctl status
expect_no_traces
finish
