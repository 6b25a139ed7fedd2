#!/usr/bin/env perl
# Exact UDP traffic for the demo, with nothing but perl.
#   udp.pl send SOURCE DESTINATION PORT COUNT
#   udp.pl receive PORT...
# The sender prints "refused COUNT" when the kernel let it not send that many (EPERM).
# The receiver prints "listening", counts until SIGTERM or its parent's end, then prints a line
# "PORT SOURCE COUNT" for each pair that it saw.
use strict;
use warnings;
use Errno;
use IO::Select;
use IO::Socket::IP;
use Socket qw(SOL_SOCKET MSG_DONTWAIT getnameinfo NI_NUMERICHOST NI_NUMERICSERV);

use constant SO_RCVBUFFORCE => 33;       # asm-generic/socket.h: beyond net.core.rmem_max, root only
use constant RECEIVE_BUFFER => 8 << 20;

sub send_datagrams {
    my ($source, $destination, $port, $count) = @_;
    my $socket = IO::Socket::IP->new(
        Proto => 'udp', LocalHost => $source, PeerHost => $destination, PeerPort => $port,
    ) or die "udp.pl: connect $source to $destination: $@\n";
    my $refused = 0;
    for my $sent (1 .. $count) {
        # EPERM is what a program gets whose cgroup may not send this.
        defined $socket->send('netctl demo') or ($!{EPERM} and ++$refused)
            or die "udp.pl: send to $destination: $!\n";
        # A pause now and then: a veth ring holds 256 frames, and a full one drops silently.
        select undef, undef, undef, 0.001 if $sent % 64 == 0;
    }
    print "refused $refused\n" if $refused;
}

sub listen_on {
    my ($port) = @_;
    my $socket = IO::Socket::IP->new(Proto => 'udp', LocalHost => '::', LocalPort => $port, V6Only => 0)
        or die "udp.pl: listen on port $port: $@\n";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUFFORCE, pack 'i', RECEIVE_BUFFER
        or die "udp.pl: receive buffer: $!\n";
    return $socket;
}

sub receive_datagrams {
    my $select = IO::Select->new(map { listen_on($_) } @_);
    my $parent = getppid;
    my $stopping = 0;
    my %count;
    $SIG{TERM} = sub { $stopping = 1 };
    $| = 1;
    print "listening\n";
    while ((my @ready = $select->can_read(0.2)) || !$stopping) {
        $stopping = 1 if getppid != $parent;
        for my $socket (@ready) {
            while (defined(my $peer = $socket->recv(my $data, 2048, MSG_DONTWAIT))) {
                my (undef, $source) = getnameinfo($peer, NI_NUMERICHOST | NI_NUMERICSERV);
                $source =~ s/^::ffff:(?=.*\.)//;
                $count{$socket->sockport . " $source"}++;
            }
        }
    }
    print "$_ $count{$_}\n" for sort keys %count;
}

my $mode = shift // '';
if    ($mode eq 'send'    && @ARGV == 4) { send_datagrams(@ARGV) }
elsif ($mode eq 'receive' && @ARGV >= 1) { receive_datagrams(@ARGV) }
else  { die "usage: udp.pl send SOURCE DESTINATION PORT COUNT | receive PORT...\n" }
