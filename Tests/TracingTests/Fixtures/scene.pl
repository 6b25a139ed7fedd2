#!/usr/bin/env perl
# scene.pl STEP...
# Plays a process that uses sockets, one step after the other, and prints what it did: the truth that
# tests compare with. A socket is told by its cookie, which the kernel gives to it once.
#   comm NAME (%0a is a newline) | uid NUMBER | say WORD (prints "WORD PID") | sleep SECONDS | exit
#   tcp4 tcp6 udp4 udp6 raw4 raw6: makes a socket, the current one from now on
#   bind ADDRESS PORT | listen BACKLOG | connect ADDRESS PORT | accept | send ADDRESS PORT | write
#   read | close | reset | shutdown | reuse | v6only 0|1 | rcvbuf BYTES | flood COUNT ADDRESS PORT
#   nowait (calls that would wait fail at once, from now on)
#   cookie WORD (prints "WORD COOKIE PORT PID") | keep (the next socket does not replace this one)
#   many WORD COUNT (makes so many UDP sockets, keeps them and prints "WORD COOKIE... PID")
#   fork (the child goes on, the parent waits) | orphan (the child goes on, the parent ends)
#   exec NAME (becomes another program of that name, which goes on with the next step)
#   pass (hands the socket to a new process, which goes on; this one closes it and waits)
#   sized BYTES ADDRESS PORT (sends a datagram of that size)
#   until (waits for the file that SCENE_UNTIL names) | wait (until it is killed)
# A step that fails prints "STEP: ERROR" and is gone past.
use strict;
use warnings;
use Socket qw(:all);

$| = 1;
$^F = 100; # descriptors stay open over exec
my ($current, $family, @kept);
my %kinds = (
    tcp4 => [AF_INET, SOCK_STREAM, 0], tcp6 => [AF_INET6, SOCK_STREAM, 0],
    udp4 => [AF_INET, SOCK_DGRAM, 0], udp6 => [AF_INET6, SOCK_DGRAM, 0],
    raw4 => [AF_INET, SOCK_RAW, 1], raw6 => [AF_INET6, SOCK_RAW, 58],
);

# Over an exec, the socket stays open and its number is told.
if (($ENV{SCENE_SOCKET} // '') ne '') {
    ($family, my $number) = split /:/, delete $ENV{SCENE_SOCKET};
    open($current, '+<&=', $number) or die "descriptor $number: $!\n";
}
if (my $comm = delete $ENV{SCENE_COMM}) { $0 = $comm }

sub address {
    my ($host, $port) = @_;
    return $family == AF_INET6 ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host))
        : pack_sockaddr_in($port, inet_pton(AF_INET, $host));
}

sub port_of {
    my $name = getsockname($_[0]) or return 0;
    return $family == AF_INET6 ? (unpack_sockaddr_in6($name))[0] : (unpack_sockaddr_in($name))[0];
}

while (defined(my $step = shift @ARGV)) {
    my $done = 1;
    if ($kinds{$step}) {
        my ($domain, $type, $protocol) = @{ $kinds{$step} };
        undef $current;
        $family = $domain;
        $done = socket($current, $domain, $type, $protocol);
    }
    elsif ($step eq 'comm') { ($0 = shift @ARGV) =~ s/%(..)/chr hex $1/ge; $0 = $0 }
    elsif ($step eq 'uid') { my $uid = shift @ARGV; $( = $uid; $) = "$uid $uid"; $< = $> = $uid }
    elsif ($step eq 'say') { print shift(@ARGV), " $$\n" }
    elsif ($step eq 'sleep') { select(undef, undef, undef, shift @ARGV) }
    elsif ($step eq 'exit') { exit 0 }
    elsif ($step eq 'bind') { $done = bind($current, address(splice(@ARGV, 0, 2))) }
    elsif ($step eq 'listen') { $done = listen($current, shift @ARGV) }
    elsif ($step eq 'connect') { $done = connect($current, address(splice(@ARGV, 0, 2))) }
    elsif ($step eq 'send') { $done = send($current, 'netctl', 0, address(splice(@ARGV, 0, 2))) }
    elsif ($step eq 'flood') {
        my ($count, @to) = splice(@ARGV, 0, 3);
        send($current, 'x' x 500, 0, address(@to)) for 1 .. $count;
    }
    elsif ($step eq 'sized') {
        my ($size, @to) = splice(@ARGV, 0, 3);
        $done = send($current, 'x' x $size, 0, address(@to));
    }
    elsif ($step eq 'accept') {
        my $listener = $current;
        push @kept, $listener;
        undef $current;
        $done = accept($current, $listener);
    }
    elsif ($step eq 'write') { $done = syswrite($current, 'netctl') }
    elsif ($step eq 'read') { $done = sysread($current, my $buffer, 1) }
    elsif ($step eq 'close') { undef $current }
    elsif ($step eq 'reset') {
        setsockopt($current, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
        undef $current;
    }
    elsif ($step eq 'shutdown') { $done = shutdown($current, 1) }
    elsif ($step eq 'reuse') { setsockopt($current, SOL_SOCKET, SO_REUSEADDR, 1) }
    elsif ($step eq 'v6only') { setsockopt($current, 41, 26, 0 + shift @ARGV) }
    elsif ($step eq 'rcvbuf') { setsockopt($current, SOL_SOCKET, SO_RCVBUF, 0 + shift @ARGV) }
    elsif ($step eq 'nowait') {
        require Fcntl;
        fcntl($current, Fcntl::F_SETFL(), Fcntl::O_NONBLOCK() | fcntl($current, Fcntl::F_GETFL(), 0));
    }
    elsif ($step eq 'cookie') {
        my $cookie = unpack('Q', getsockopt($current, SOL_SOCKET, 57)); # SO_COOKIE
        print shift(@ARGV), " $cookie ", port_of($current), " $$\n";
    }
    elsif ($step eq 'many') {
        my ($word, $count) = splice @ARGV, 0, 2;
        my @cookies;
        while ($count-- > 0) {
            socket(my $one, AF_INET, SOCK_DGRAM, 0) or do { $done = 0; last };
            push @cookies, unpack('Q', getsockopt($one, SOL_SOCKET, 57));
            push @kept, $one;
        }
        print join(' ', $word, @cookies, $$), "\n";
    }
    elsif ($step eq 'keep') { push @kept, $current; undef $current }
    elsif ($step eq 'fork' || $step eq 'orphan') {
        my $parent = $$;
        my $child = fork;
        if ($child) {
            exit 0 if $step eq 'orphan';
            sleep 1000;
            exit 0;
        }
        # The parent has ended before anything else happens.
        select(undef, undef, undef, 0.01) while $step eq 'orphan' && getppid() == $parent;
    }
    elsif ($step eq 'exec') {
        $ENV{SCENE_COMM} = shift @ARGV;
        $ENV{SCENE_SOCKET} = "$family:" . fileno($current) if $current;
        exec $^X, __FILE__, @ARGV;
    }
    elsif ($step eq 'pass') {
        socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, 0) or die "socketpair: $!\n";
        # The receiver is born without the socket: it forks before, and gets it by SCM_RIGHTS.
        my $child = fork;
        my $byte = 'x';
        my $vector = pack('P Q', $byte, 1);
        if ($child) {
            my $control = pack('Q i i i x4', 20, SOL_SOCKET, 1, fileno($current));
            my $message = pack('Q L x4 P Q P Q i x4', 0, 0, $vector, 1, $control, length $control, 0);
            syscall(46, fileno($near), $message, 0) > 0 or print "pass: $!\n"; # sendmsg
            undef $current;
            sleep 1000;
            exit 0;
        }
        undef $current;
        my $control = "\0" x 24;
        my $message = pack('Q L x4 P Q P Q i x4', 0, 0, $vector, 1, $control, length $control, 0);
        syscall(47, fileno($far), $message, 0) > 0 or print "pass: $!\n"; # recvmsg
        my $number = (unpack('Q i i i', $control))[3];
        open($current, '+<&=', $number) or print "pass: $!\n";
    }
    elsif ($step eq 'until') {
        print "until\n";
        select(undef, undef, undef, 0.01) until -e $ENV{SCENE_UNTIL};
    }
    elsif ($step eq 'wait') { print "ready\n"; sleep 1000; exit 0 }
    else { die "unknown step $step\n" }
    print "$step: $!\n" unless $done;
}
