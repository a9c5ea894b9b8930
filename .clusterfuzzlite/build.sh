#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the fuzzers for OSS-Fuzz and ClusterFuzzLite: from CC, CFLAGS, LIB_FUZZING_ENGINE, SANITIZER,
# SRC, WORK and OUT of the environment, to NAME_fuzzer, .dict, .options and _seed_corpus.zip in OUT,
# and the shared libraries that a base image lacks in OUT/lib. ci/oss-fuzz runs it without docker.
set -euo pipefail

: "${CC:?}" "${CFLAGS?}" "${LIB_FUZZING_ENGINE:?}" "${SANITIZER:?}" "${SRC:?}" "${WORK:?}" "${OUT:?}"
root=${ICELAB_SOURCE:-$SRC/icelab}
build=$WORK/icelab
# All that a target runs must know MemorySanitizer; GLib does not.
targets=asan
if [ "$SANITIZER" = memory ]; then
	targets=msan
fi
# libnice.sh builds the library with the same flags.
export ICELAB_FUZZ_CFLAGS=$CFLAGS
library=$("$root/fuzz/libnice.sh" source "$SRC/libnice")

# An RPATH, unlike a RUNPATH, also finds what the libraries in OUT/lib need.
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DICELAB_FUZZ=$targets \
	-DICELAB_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DICELAB_LIBNICE_SOURCE="$library" \
	-DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_RPATH="\$ORIGIN/lib" \
	-DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags
cmake --build "$build" --target fuzzers

mkdir -p "$OUT"
while IFS=$'\t' read -r name max_len dictionary inputs; do
	if [ "$name" = naive ]; then
		continue
	fi
	cp "$build/fuzz/$name" "$OUT/${name}_fuzzer"
	printf '[libfuzzer]\nmax_len = %s\n' "$max_len" >"$OUT/${name}_fuzzer.options"
	if [ "$dictionary" != - ]; then
		cp "$dictionary" "$OUT/${name}_fuzzer.dict"
	fi
	rm -f "$OUT/${name}_fuzzer_seed_corpus.zip"
	# One argument for each folder; names are hashes, or unique within the target.
	IFS=$'\t' read -r -a folders <<<"$inputs"
	find "${folders[@]}" -type f -print0 | sort -z | xargs -0 zip -qj "$OUT/${name}_fuzzer_seed_corpus.zip"
	# The C library is in every base image; the rest comes along.
	if ldd "$OUT/${name}_fuzzer" | grep -q 'not found'; then
		ldd "$OUT/${name}_fuzzer" >&2
		exit 1
	fi
	mkdir -p "$OUT/lib"
	ldd "$OUT/${name}_fuzzer" |
		awk '$2 == "=>" && $3 !~ /\/(libc|libm|libdl|libpthread|librt|libresolv|libgcc_s|libstdc\+\+)\.so/ { print $3 }' |
		xargs -r cp -L -n -t "$OUT/lib"
done <"$build/fuzz/targets.txt"
