#!/usr/bin/env bash
# install-dependencies.sh [build|check|man|vm|bench]
# Installs what netctl needs on Debian or Ubuntu; touches nothing when it is all there.
#   build  to compile it, to run its tests and the demo (the default)
#   check  for `make check`: linters and formatters
#   man    for the man pages of `make install`
#   vm     for `make vm-test`: qemu, and what puts a guest together
#   bench  for `make bench` to compare with, and to draw: it goes without what is missing
set -euo pipefail

# Libraries with headers and static archives; bpftool, ethtool, iproute2 and util-linux (unshare,
# nsenter, setpriv) run in the tests and the demo, procps (sysctl) in the tests; perl sends and counts
# the demo's datagrams and reads JSON; binutils, g++ and libc6-dev are what Swift links with.
build=(binutils bpftool ethtool g++ git iproute2 libbpf-dev libc6-dev libelf-dev libmnl-dev
  libxdp-dev libxxhash-dev linux-libc-dev make perl pkg-config procps util-linux zlib1g-dev)
# The libraries that Swift's own programs load: only when they do not start.
swift=(libcurl4-openssl-dev libncurses-dev libsqlite3-dev libxml2-dev)
check=(clang-format git make shellcheck)
man=(help2man perl)
# virtiofsd comes with qemu-system-common in Debian 12 and has a package of its own later.
vm=(busybox-static cpio e2fsprogs kmod python3 qemu-system-x86 systemd util-linux xz-utils)
bench=(ipset iptables nftables python3-matplotlib xdp-tools)
swift_version=6.2

die() {
  echo "install-dependencies.sh: $*" >&2
  exit 1
}

# Whether version $1 is $2 or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

hint="install Swift $swift_version or newer from https://www.swift.org/install/linux and put it on PATH"

swift_starts() {
  swift --version >/dev/null 2>&1 && swift build --version >/dev/null 2>&1
}

require_swift() {
  local said version
  said=$(swift --version 2>&1) || die "swift does not start: $said; $hint"
  version=$(sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' <<<"$said" | head -n 1)
  at_least "${version:-0}" "$swift_version" || die "swift ${version:-of unknown version} is too old; $hint"
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "must run as root or have sudo to install: ${missing[*]}"
  fi
}

# Ubuntu before 25.04 ships bpftool with the tools of each kernel.
name_for_ubuntu() {
  if [ "$1" = bpftool ] && ! apt-cache show bpftool >/dev/null 2>&1; then
    echo "linux-tools-common linux-tools-$(uname -r)"
  else
    echo "$1"
  fi
}

case ${1:-build} in
build) wanted=("${build[@]}") ;;
check) wanted=("${check[@]}") ;;
man) wanted=("${man[@]}") ;;
bench) wanted=("${bench[@]}") ;;
vm)
  wanted=("${vm[@]}")
  if apt-cache show virtiofsd >/dev/null 2>&1; then wanted+=(virtiofsd); fi
  ;;
*)
  echo "usage: install-dependencies.sh [build|check|man|vm|bench]" >&2
  exit 2
  ;;
esac

command -v swift >/dev/null || die "swift not found; $hint"
swift_starts || wanted+=("${swift[@]}")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  die "knows Debian and Ubuntu only; elsewhere, install what these packages hold: ${wanted[*]}"
fi

missing=()
for package in "${wanted[@]}"; do
  if [ "$package" = bpftool ] && command -v bpftool >/dev/null; then
    continue
  fi
  is_installed "$package" || missing+=("$package")
done
if [ "${#missing[@]}" = 0 ]; then
  require_swift
  exit 0
fi

echo "installing: ${missing[*]}"
as_root apt-get update -qq
packages=()
for package in "${missing[@]}"; do
  read -ra names <<<"$(name_for_ubuntu "$package")"
  packages+=("${names[@]}")
done
as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null
require_swift
