#!/usr/bin/env bash
# static-libraries.sh DIRECTORY
# Fills DIRECTORY with pkg-config files for libbpf, libelf, libxdp, libxxhash and zlib that lead to
# their static archives; with PKG_CONFIG_PATH=DIRECTORY, `swift build` links these instead of the shared ones.
# The archives are linked into a folder of their own: on the system's path a .so beside them wins.
# libmnl stays dynamic, Debian has no archive of it; its file is there because the original puts
# the system's path before that folder.
set -euo pipefail

directory=$1
rm -rf "$directory"
mkdir -p "$directory/lib"
directory=$(cd "$directory" && pwd)

# The archive of library $1, as the compiler finds it.
archive() {
  local path
  path=$(cc -print-file-name="lib$1.a" 2>/dev/null || clang -print-file-name="lib$1.a")
  [ -e "$path" ] || path=$(pkg-config --variable=libdir libbpf)/lib$1.a
  if [ ! -e "$path" ]; then
    echo "static-libraries.sh: lib$1.a not found; run scripts/install-dependencies.sh build" >&2
    return 1
  fi
  echo "$path"
}

# Writes the file of module $1, to be linked with the flags $2.
write_module() {
  cat >"$directory/$1.pc" <<END
Name: $1
Description: $1, for a static build
Version: $(pkg-config --modversion "$1")
Libs: $2
Cflags: $(pkg-config --cflags "$1")
END
}

for module in libbpf libelf libxdp libxxhash zlib; do
  libraries=$(pkg-config --static --libs-only-l "$module")
  for library in $libraries; do
    path=$(archive "${library#-l}")
    ln -sf "$path" "$directory/lib/"
  done
  write_module "$module" "-L$directory/lib $libraries"
done
write_module libmnl -lmnl
