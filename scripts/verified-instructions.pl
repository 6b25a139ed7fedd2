# verified-instructions.pl
# The BPF programs that are loaded, a line for each: how many instructions the verifier has looked at,
# how many the program has after it, and the name. bpftool does not print the first, so the kernel is
# asked itself (Linux 5.16 and newer, x86-64). Needs root.
use strict;
use warnings;

my ($BPF, $PROG_GET_NEXT_ID, $PROG_GET_FD_BY_ID, $OBJ_GET_INFO_BY_FD) = (321, 11, 13, 15);

# A system call with an attribute of u32s; the attribute as the kernel left it, undef when there is none.
sub bpf {
    my ($command, $attribute) = @_;
    my $result = syscall($BPF, $command, $attribute, length $attribute);
    return $result < 0 ? undef : [$result, $attribute];
}

my $id = 0;
while (my $next = bpf($PROG_GET_NEXT_ID, pack("L4", $id, 0, 0, 0))) {
    $id = (unpack("L4", $next->[1]))[1];
    my $program = bpf($PROG_GET_FD_BY_ID, pack("L4", $id, 0, 0, 0)) or next;
    my $info = "\0" x 256;    # struct bpf_prog_info
    bpf($OBJ_GET_INFO_BY_FD, pack("L2 Q", $program->[0], length $info, unpack("Q", pack("P", $info))))
        or die "program $id: $!\n";
    printf "%9d %6d %s\n", unpack("x216 L", $info), unpack("x20 L", $info) / 8,
        unpack("x64 Z16", $info);
    open my $close, "<&=", $program->[0];
}
