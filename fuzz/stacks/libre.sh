#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a copy of libre's static library in which each of its names begins with "libre_". It shares
# names with libnice, and of two functions with one name the linker takes either, without a word.
set -eu

if [ $# -ne 2 ]; then
	echo "Usage: fuzz/stacks/libre.sh ARCHIVE COPY" >&2
	exit 2
fi

nm --defined-only --extern-only "$1" 2>/dev/null |
	awk 'NF == 3 { print $3, "libre_" $3 }' | sort -u >"$2.names"
[ -s "$2.names" ] || {
	echo "fuzz/stacks/libre.sh: $1 defines no names" >&2
	exit 1
}
objcopy --redefine-syms="$2.names" "$1" "$2"
# What is left without the prefix would be somebody else's.
bare=$(nm --defined-only --extern-only "$2" 2>/dev/null | awk 'NF == 3 && $3 !~ /^libre_/ { print $3 }')
[ -z "$bare" ] || {
	echo "fuzz/stacks/libre.sh: names without the prefix: $bare" >&2
	rm -f "$2"
	exit 1
}
