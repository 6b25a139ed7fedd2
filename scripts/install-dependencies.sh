#!/usr/bin/env bash
# install-dependencies.sh [build|check|vm]
# Installs what netctl needs on Debian or Ubuntu; touches nothing when it is all there.
#   build  to compile it, to run its tests and the demo (the default)
#   check  for `make check`: linters and formatters
#   vm     for `make vm-test`: qemu, and what puts a guest together
set -euo pipefail

# Libraries with headers and static archives; bpftool and iproute2 run in the tests and the demo;
# perl sends and counts the demo's datagrams and reads JSON; binutils and libc6-dev link.
build=(binutils bpftool git iproute2 libbpf-dev libc6-dev libelf-dev libmnl-dev libxdp-dev
  linux-libc-dev make perl pkg-config zlib1g-dev)
check=(clang-format git make shellcheck)
# virtiofsd comes with qemu-system-common in Debian 12 and has a package of its own later.
vm=(busybox-static cpio kmod qemu-system-x86 util-linux xz-utils)
swift_version=6.2

die() {
  echo "install-dependencies.sh: $*" >&2
  exit 1
}

# Whether version $1 is $2 or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

require_swift() {
  local hint="install Swift $swift_version or newer from https://www.swift.org/install/linux and put it on PATH"
  command -v swift >/dev/null || die "swift not found; $hint"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
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
vm)
  wanted=("${vm[@]}")
  if apt-cache show virtiofsd >/dev/null 2>&1; then wanted+=(virtiofsd); fi
  ;;
*)
  echo "usage: install-dependencies.sh [build|check|vm]" >&2
  exit 2
  ;;
esac

require_swift

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
[ "${#missing[@]}" -gt 0 ] || exit 0

echo "installing: ${missing[*]}"
as_root apt-get update -qq
packages=()
for package in "${missing[@]}"; do
  read -ra names <<<"$(name_for_ubuntu "$package")"
  packages+=("${names[@]}")
done
as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null
