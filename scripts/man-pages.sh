#!/usr/bin/env bash
# man-pages.sh NETCTL FOLDER
# Writes netctl(8) and a page for each command, from what the binary says of itself. Needs help2man.
set -euo pipefail

netctl=$1 folder=$2
mkdir -p "$folder"

# page NAME ABSTRACT HELP
page() {
  help2man --no-info --locale=C.UTF-8 --section=8 --manual='System administration' --name="$2" \
    --help-option="$3" --version-string="$("$netctl" --version)" "$netctl" |
    sed -e "s/^\.TH NETCTL/.TH ${1^^}/" -e "s/^netctl \\\\- /$1 \\\\- /" -e 's/^OVERVIEW: //' |
    # What is indented is what to type: a line each.
    perl -0pe 's/^\.IP\n((?:(?!\.).*\n)+)/.IP\n.nf\n$1.fi\n/mg' >"$folder/$1.8"
}

page netctl "manage this host's BPF datapath" --help
"$netctl" --experimental-dump-help |
  perl -MJSON::PP -0ne '
    sub list {
      my ($words, $commands) = @_;
      for my $command (@$commands) {
        next if $command->{commandName} eq "help";
        my $abstract = $command->{abstract} // "";
        $abstract =~ s/\.$//;
        print "$words$command->{commandName}\t$abstract\n";
        list("$words$command->{commandName} ", $command->{subcommands} // []);
      }
    }
    list("", decode_json($_)->{command}{subcommands});' |
  while IFS=$'\t' read -r command abstract; do
    page "netctl-${command// /-}" "${abstract,}" "help $command"
  done
