#!/bin/sh
# embed-bpf.sh CLANG SOURCE.bpf.c OUTPUT.swift [MODULE]
# Compiles one BPF object and writes it as a Swift constant (base64). Called by the build plugin.
#   MODULE  the module that the constant extends, when it is made in another one
set -eu
clang=$1 source=$2 output=$3 module=${4-}
bpf=$(dirname "$source")
name=$(basename "$source" .bpf.c | sed -E 's/_([a-z])/\U\1/g')
object=${output%.swift}.o
machine=$(uname -m)

"$clang" -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror \
	-I"$bpf/include" -I"$bpf" -idirafter "/usr/include/$machine-linux-gnu" -idirafter /usr/include \
	-c "$source" -o "$object"

# DWARF goes, BTF and BTF.ext stay: a tenth of the size, nothing that the kernel reads is lost.
for objcopy in "$(dirname "$clang")/llvm-objcopy" llvm-objcopy; do
	if command -v "$objcopy" >/dev/null 2>&1; then
		"$objcopy" --strip-debug "$object"
		break
	fi
done

access=public
{
	if [ -n "$module" ]; then
		printf 'import %s\n\n' "$module"
		access=internal
	fi
	printf 'extension BPFObjects {\n    /// bpf/%s, compiled.\n' "$(basename "$source")"
	printf '    %s static let %s = EmbeddedObject(\n' "$access" "$name"
	printf '        name: "%s",\n        base64: "%s")\n}\n' "$name" "$(base64 -w0 "$object")"
} >"$output.new"
mv "$output.new" "$output"
