#!/bin/sh
# SPDX-License-Identifier: MIT
# Gets the source of libnice and compiles it for the fuzzers. Nothing of it is kept outside the
# folders that the caller names, a named source tree is only read, and no root is needed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

usage() {
	cat <<-END
		Usage: fuzz/libnice.sh source DIR
		       fuzz/libnice.sh build SOURCE BUILD FLAVOUR

		source  fetches the source package of this distribution's libnice into DIR and prints the
		        folder of its tree. Does nothing but print where that is there already.
		build   compiles the tree SOURCE in the folder BUILD and prints the static archive. Only
		        what changed in SOURCE since is compiled again.

		FLAVOUR is one of
		  asan      coverage for libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer
		  msan      coverage for libFuzzer, MemorySanitizer; stun/ alone, which needs no GLib
		  coverage  clang's source-based coverage
		CC names the clang (default: clang), ICELAB_FUZZ_CFLAGS replaces the flavour's flags.
	END
}

die() {
	printf 'fuzz/libnice.sh: %s\n' "$*" >&2
	exit 1
}

# The repositories that this machine gets libnice from, as sources of source packages: others
# (a vendor's) may have none.
source_lists() {
	apt-cache madison libnice-dev | awk -F '|' '{
		split($3, part, " ")
		split(part[2], suite, "/")
		print "deb-src", part[1], suite[1], suite[2]
	}' | sort -u
}

# Source and binary may differ in version where only the binary was built anew.
source_version() {
	dpkg-query -W -f '${source:Version}' libnice-dev 2>/dev/null ||
		apt-cache show libnice-dev | sed -n 's/^Version: //p' | head -n 1
}

tree_in() {
	find "$1" -mindepth 2 -maxdepth 2 -name meson.build -printf '%h\n' 2>/dev/null | head -n 1
}

get_source() {
	tree=$(tree_in "$1")
	if [ -n "$tree" ]; then
		echo "$tree"
		return
	fi
	command -v apt-get >/dev/null ||
		die "no apt-get here: name a tree of libnice with -DICELAB_LIBNICE_SOURCE=DIR"
	mkdir -p "$1/apt/state/lists/partial" "$1/apt/cache/archives/partial"
	source_lists >"$1/apt/sources.list"
	# The machine's own lists and caches stay as they are.
	apt_source() {
		apt-get -qq -o Dir::Etc::sourcelist="$PWD/apt/sources.list" -o Dir::Etc::sourceparts=- \
			-o Dir::State="$PWD/apt/state" -o Dir::Cache="$PWD/apt/cache" \
			-o APT::Sandbox::User="$(id -un)" "$@" >apt/log 2>&1 || {
			cat apt/log >&2
			die "the source package of libnice cannot be had: see above, or name a tree of" \
				"libnice with -DICELAB_LIBNICE_SOURCE=DIR"
		}
	}
	(cd "$1" && apt_source update && apt_source source libnice="$(source_version)")
	rm -rf "$1/apt"
	tree_in "$1"
}

flags() {
	uncounted=-fsanitize-coverage-ignorelist=$here/uncounted.txt
	case $1 in
	asan)
		echo "-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined $uncounted"
		;;
	msan)
		echo "-fsanitize=fuzzer-no-link,memory -fsanitize-memory-track-origins $uncounted"
		;;
	coverage) echo "-fprofile-instr-generate -fcoverage-mapping" ;;
	# As the distribution compiles it, but without LTO: clang links it.
	stock)
		for set in CFLAGS CPPFLAGS; do
			DEB_BUILD_MAINT_OPTIONS=hardening=+all,optimize=-lto dpkg-buildflags --get $set
		done | tr '\n' ' '
		;;
	*) die "no flavour '$1': asan, msan, coverage, stock" ;;
	esac
}

build() {
	flags=${ICELAB_FUZZ_CFLAGS-$(flags "$3")}
	[ -f "$1/meson.build" ] || die "$1 is no tree of libnice: it has no meson.build"
	archive=nice/libnice.a optimise=-O1
	case $3 in
	msan) archive=stun/libstun.a ;;
	# valgrind reads that form of debug information.
	stock) optimise='-O2 -gdwarf-4' CC=gcc ;;
	esac
	mkdir -p "$2"
	if ! [ -f "$2/build.ninja" ]; then
		CC=${CC:-clang} CFLAGS='' LDFLAGS='' meson setup "$2" "$1" --wrap-mode=nodownload \
			--buildtype=plain --default-library=static -Db_lundef=false \
			-Dc_args="$flags -fno-omit-frame-pointer -g $optimise" -Dc_link_args="$flags" \
			-Dgstreamer=disabled -Dgupnp=disabled -Dtests=disabled -Dexamples=disabled \
			-Dintrospection=disabled -Dgtk_doc=disabled >"$2/setup.log" 2>&1 || {
			cat "$2/setup.log" >&2
			rm -f "$2/build.ninja"
			die "meson cannot set up $1: see above"
		}
	fi
	ninja -C "$2" "$archive" >"$2/build.log" 2>&1 || {
		cat "$2/build.log" >&2
		die "$1 does not compile: see above"
	}
	echo "$2/$archive"
}

case ${1-} in
source)
	[ $# -eq 2 ] || { usage >&2 && exit 2; }
	get_source "$2"
	;;
build)
	[ $# -eq 4 ] || { usage >&2 && exit 2; }
	build "$2" "$3" "$4"
	;;
-h | --help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
