# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# For the integration tests, which are called as
#
#     NAME.sh ICELAB SOURCE SCRATCH [ARGUMENT...]
#
# and begin with `. "${0%/*}/machine.sh"`. Each runs on a machine of its own: in namespaces where it
# sees its own processes, interfaces and mounts alone, with /tmp, /run and /dev/shm empty, and with
# overlays that catch what is written to the home, to /etc, to /var and to the sources. What is there
# in the end was left by icelab; and nothing that a test kills or breaks is anybody else's.
#
# Its first process is the test itself, so orphans become its children.

set -u

failures=0
slowest=0 # microseconds until nothing was left, at most

# --- Messages ------------------------------------------------------------------------------

say() {
	printf '%s\n' "$*"
}

fail() {
	say "FAILED: $*"
	failures=$((failures + 1))
}

# skip REASON: unless the test must work here.
skip() {
	say "skip: $*"
	[ -z "${ICELAB_TEST_MUST-}" ] || exit 1
	exit 77
}

# part REASON: a part of the test is skipped.
part() {
	[ -z "${ICELAB_TEST_MUST-}" ] || fail "it must work here, but: $*"
	say "not tested: $*"
}

finish() {
	say "nothing was left after $((slowest / 1000)) ms at most; $failures failed"
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

# --- The machine ---------------------------------------------------------------------------

namespaces=(--mount --net --pid --ipc --uts --fork --kill-child --mount-proc)

enter_machine() {
	local complaint

	if [ "${ICELAB_MUST_WORK+set}" ] || [ "${CI-}" = true ]; then
		export ICELAB_TEST_MUST=1
	fi
	# icelab's own exit codes are what is tested.
	unset CI ICELAB_MUST_WORK
	[ "$EUID" -eq 0 ] || namespaces=(--user --map-root-user "${namespaces[@]}")
	complaint=$(unshare "${namespaces[@]}" true 2>&1) ||
		skip "this user cannot make the machine for the test: $complaint"
	ICELAB_TEST_USER=$EUID:$(id -g)
	export ICELAB_TEST_USER ICELAB_TEST_PHASE=furnish
	exec unshare "${namespaces[@]}" bash "$(realpath "$0")" "$@"
}

# bring_back FOLDER DESCRIPTOR: where an empty folder covers it now.
bring_back() {
	[ -e "$1" ] && return
	mkdir -p "$1"
	mount --no-canonicalize --bind "/proc/$$/fd/$2" "$1"
}

# catch FOLDER: what is written there from now on.
catch() {
	local name=${1//\//_}

	mkdir -p "$caught/$name.work" "$caught/$name/written"
	mount -t overlay overlay "$1" \
		-o "lowerdir=$1,upperdir=$caught/$name/written,workdir=$caught/$name.work" 2>/dev/null &&
		return
	part "whether something is written to $1: no overlay can be mounted there"
}

furnish() {
	local folder build sources own

	rm -rf -- "$scratch"
	mkdir -p "$caught"
	mount -t tmpfs tmpfs "$caught"
	exec {build}<"${icelab%/*}" {sources}<"$source" {own}<"$scratch"
	for folder in /tmp /run /dev/shm; do
		[ ! -d "$folder" ] || mount -t tmpfs -o mode=1777 tmpfs "$folder"
	done
	# The sources first: the build folder is usually in them, and back with them.
	bring_back "$source" "$sources"
	bring_back "${icelab%/*}" "$build"
	for folder in /etc /var "$HOME"; do
		catch "$folder"
	done
	case $source/ in
	"$HOME"/*) ;;
	*) catch "$source" ;;
	esac
	mkdir -p "$scratch"
	mount --no-canonicalize --rbind "/proc/$$/fd/$own" "$scratch"
	exec {build}<&- {sources}<&- {own}<&-
	cd "$scratch" || exit 1
	export ICELAB_TEST_PHASE=ready
	# Whoever is not root is not root on the machine either.
	if [ "${ICELAB_TEST_USER%:*}" -ne 0 ]; then
		exec unshare --user --map-user="${ICELAB_TEST_USER%:*}" \
			--map-group="${ICELAB_TEST_USER#*:}" bash "$0" "$@"
	fi
}

# --- What is there -------------------------------------------------------------------------

# Processes, interfaces, mounts and files, one a line. A network namespace is not listed: it lives
# exactly as long as a process or a mount that holds it. Nothing may be forked before the processes
# are listed.
inventory() {
	local folder name line

	for folder in /proc/[0-9]*; do
		[ "$folder" = "/proc/$$" ] && continue
		name='?'
		{ read -r name <"$folder/comm"; } 2>/dev/null
		say "process ${folder#/proc/} $name"
	done
	while read -r line; do
		case $line in
		*:*) say "interface ${line%%:*}" ;;
		esac
	done </proc/net/dev
	while read -r line; do
		say "mount $line"
	done </proc/self/mountinfo
	find /tmp /run /dev/shm "$caught"/*/written -xdev -printf 'file %p %y %s\n' 2>/dev/null
}

# nothing_left AFTER-WHAT: waits until everything is as it was at the beginning.
nothing_left() {
	local start=${EPOCHREALTIME/./} spent

	while inventory >"$scratch/now"; [ "$(<"$scratch/now")" != "$before" ]; do
		spent=$((${EPOCHREALTIME/./} - start))
		if [ "$spent" -gt 10000000 ]; then
			fail "$1: 10 s later something else is there:"
			diff <(printf '%s\n' "$before") "$scratch/now"
			return 1
		fi
		pause 0.002
	done
	spent=$((${EPOCHREALTIME/./} - start))
	[ "$spent" -le "$slowest" ] || slowest=$spent
}

# pause SECONDS: without a process.
pause() {
	read -rt "$1" -u "$never"
}

# --- Running icelab ------------------------------------------------------------------------

# expect EXIT COMMAND...: its output is in $scratch/out and $scratch/err.
expect() {
	local wanted=$1 status

	shift
	"$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	[ "$status" -eq "$wanted" ] && return
	fail "exit status $status, not $wanted: $*"
	sed 's/^/    /' "$scratch/out" "$scratch/err"
	return 1
}

# expect_line EXIT PATTERN COMMAND...: prints nothing but one line on standard error that matches
# the pattern of bash.
expect_line() {
	local status=$1 pattern=$2 text

	shift 2
	expect "$status" "$@" || return
	text=$(<"$scratch/err")
	[ ! -s "$scratch/out" ] || fail "it prints more than an error: $*: $(head -n 1 "$scratch/out")"
	# shellcheck disable=SC2053
	[[ $text == $pattern ]] || fail "it says \"$text\", not \"$pattern\": $*"
	[[ $text != *$'\n'* ]] || fail "it says more than one line: $*: $text"
}

# verdicts REPORT: "ADAPTER SCENARIO POLICY VERDICT REASON" of a JSON report, a line a cell.
verdicts() {
	awk '
		match($0, /^      "[a-z_]+" : /) {
			key = substr($0, 8, RLENGTH - 11)
			value = substr($0, RLENGTH + 1)
			sub(/,$/, "", value)
			gsub(/^"|"$/, "", value)
			gsub(/\\"/, "\"", value)
			gsub(/\\\\/, "\\", value)
			cell[key] = value
			if (key == "folder")
				print cell["adapter"], cell["scenario"], cell["policy"], cell["verdict"],
					cell["reason"]
		}' "$1"
}

# judgements REPORT: all that is judged in each cell, a line a cell; without times and folders, and
# without what chance decides: ports, foundations, priorities, how often something was sent, and order.
judgements() {
	sed -E -e '/^ *"([a-z]+_ms|folder)" : /d' -e 's/candidate:[^ ]+ /candidate:FOUNDATION /' \
		-e 's/ (UDP|TCP) [0-9]+ / \1 PRIORITY /' \
		-e 's/ [0-9]+ typ / PORT typ /' -e 's/ (r?port) [0-9]+/ \1 PORT/g' \
		-e 's/, [0-9]+ sent/, sent/' "$1" |
		awk '
			function end(i, k, text) {
				for (i = 2; i <= count; i++)
					for (k = i; k > 1 && part[k] < part[k - 1]; k--) {
						text = part[k]
						part[k] = part[k - 1]
						part[k - 1] = text
					}
				for (i = 1; i <= count; i++)
					line = line " " part[i]
				print line
			}
			/^    \{/ { line = ""; count = 0; inside = 1; next }
			/^    \}/ { end(); inside = 0 }
			!inside { next }
			/^        \{/ { part[++count] = ""; next }
			/^          "/ { sub(/^ +/, ""); part[count] = part[count] " " $0; next }
			/^      "/ { sub(/^ +/, ""); line = line " " $0 }' | sort
}

# --- Here we go ----------------------------------------------------------------------------

if [ $# -lt 3 ]; then
	say "usage: $0 ICELAB SOURCE SCRATCH [ARGUMENT...]" >&2
	exit 2
fi
icelab=$1 source=$2 scratch=$3 caught=$3/caught
case ${ICELAB_TEST_PHASE-enter} in
enter) enter_machine "$@" ;;
furnish) furnish "$@" ;;
esac
shift 3

# A first process ignores what it does not ask for.
trap 'exit 1' INT TERM
mkfifo "$scratch/never"
exec {never}<>"$scratch/never"
inventory >"$scratch/now"
before=$(<"$scratch/now")

# "Not on this machine" is the one outcome that is not the test's matter.
"$icelab" shell lan -- true >"$scratch/out" 2>"$scratch/err" </dev/null
[ $? -ne 77 ] || skip "$(<"$scratch/err")"
