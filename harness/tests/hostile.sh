#!/bin/bash
# SPDX-License-Identifier: MIT
# Adapters that mean harm, in all ways of hostile.c: each must come to its own end, in its time, and
# neither touch the cell that runs after it in the same lab nor leave anything behind.
#
#     hostile.sh ICELAB SOURCE SCRATCH HOSTILE

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"
hostile=$1
unknown='the policy "unknown_*", which does not exist'
late='the adapter did not say "done" within 1300 ms'
syntax='the adapter breaks the protocol: output line 1'

# NAME VERDICT REASON: a pattern of bash; "null" where there is none.
expected="
accept-anything broken it accepts $unknown: exit status 77 was due
attack-files pass null
attack-mounts pass null
attack-network pass null
attack-processes pass null
attack-sockets pass null
candidate-flood broken @(the adapter breaks the protocol: output line *: more than 8388608 bytes of output|$late)
close-output broken $late
count-to-limit broken the adapter ended with exit status 1; it said: @(9|10)[0-9][0-9] processes, and then: *
crash broken the adapter was ended by signal 11
deep-json broken $syntax: *
describe-crash broken */describe-crash --describe: it failed
describe-flood broken */describe-flood --describe: it *
describe-garbage broken describe-garbage --describe: what it printed is no JSON object; *
describe-nothing broken describe-nothing --describe: it printed nothing; *
describe-silence broken */describe-silence --describe: it did not end in time
drip broken $late
escape-sequences broken the adapter ended with exit status 1; it said: *owned*
exit-1 broken the adapter ended with exit status 1; it said: no such codec
exit-77 unsupported the adapter says that it does not support this; it said: no such policy on this machine
fill-disks pass null
flood-packets broken @(more than 4096 different flows: *|the sensor on * dropped * frames: *)
garbage broken $syntax: *
half-line broken $syntax: the output ends within a line
leave-daemons pass null
linger broken @(the adapter did not end after \"done\" within 1300 ms|$late)
log-flood pass null
log-for-ever broken $late
long-line broken $syntax: longer than 262144 bytes
no-done broken the adapter ended without saying \"done\"
nul-byte broken $syntax: *
other-policy broken the policy did not take effect: the adapter says that \"default\" is in force, not disable_non_proxied_udp
refuse-by-crash broken asked for $unknown: the adapter was ended by signal 11
refuse-without-word broken asked for $unknown: the adapter ended without saying \"done\"
silence broken $late
stop broken $late
storm broken $late
"

# Whatever it tries to write to is the person's.
export HOSTILE_TARGETS="/etc /var/tmp $HOME $source ${icelab%/*} $scratch"
export HOSTILE_OWN="/tmp /dev/shm /run/home"

# check_verdict NAME VERDICT REASON REPORT: of the cell of that adapter.
check_verdict() {
	local wanted=$2\ $3 line

	line=$(verdicts "$4" | grep "^$1 lan ") || fail "$1: no such cell in $4"
	line=${line#* lan * }
	# shellcheck disable=SC2053
	[[ $line == $wanted ]] || fail "$1: \"$line\", not \"$wanted\""
}

# run ADAPTERS OPTION...
# shellcheck disable=SC2317 # expect calls it
run() {
	local folder=$1

	shift
	"$icelab" run --adapters "$folder" --scenario lan --deadline 300 --output "$scratch/run" \
		--json "$scratch/report" "$@"
}

# All in one run, each followed by one that behaves.
together() {
	local name verdict reason size

	mkdir "$scratch/together"
	while read -r name verdict reason; do
		[ -n "$name" ] || continue
		ln -s "$hostile" "$scratch/together/$name"
		ln -s "$hostile" "$scratch/together/$name.after"
	done <<<"$expected"
	expect 99 run "$scratch/together" --policy disable_non_proxied_udp --jobs 2 --keep || return
	while read -r name verdict reason; do
		[ -n "$name" ] || continue
		check_verdict "$name" "$verdict" "$reason" "$scratch/report"
		check_verdict "$name.after" pass null "$scratch/report"
	done <<<"$expected"
	size=$(stat -c %s "$scratch/run/cells/log-flood/lan/disable_non_proxied_udp/adapter.log")
	[ "$size" -eq 1048576 ] || fail "of 16 MiB on standard error $size bytes were kept, not 1 MiB"
	! grep -q $'[\033\a]' "$scratch/out" || fail "an adapter's escape sequences reach the terminal"
	nothing_left "all in one run"
}

# Each in a run of its own: its exit code, and one line that says why.
alone() {
	local name=$1 verdict=$2 reason=$3 line lines=0 status=99

	case $verdict in
	pass) status=0 ;;
	unsupported) status=77 ;;
	esac
	rm -rf "$scratch/alone"
	mkdir "$scratch/alone"
	ln -s "$hostile" "$scratch/alone/$name"
	expect $status run "$scratch/alone" --policy disable_non_proxied_udp || return
	check_verdict "$name" "$verdict" "$reason" "$scratch/report"
	[ ! -s "$scratch/err" ] || fail "$name: on standard error: $(<"$scratch/err")"
	while read -r line; do
		# shellcheck disable=SC2053
		[[ $line != *$reason* ]] || lines=$((lines + 1))
	done <"$scratch/out"
	[ "$verdict" = pass ] || [ "$lines" -eq 1 ] || fail "$name: $lines lines say why, not one"
	nothing_left "$name"
}

together
while read -r name verdict reason; do
	[ -z "$name" ] || alone "$name" "$verdict" "$reason"
done <<<"$expected"

# What one wrote, the next one in the same lab does not find, and has as much room.
for name in attack-files fill-disks; do
	rm -rf "$scratch/alone"
	mkdir "$scratch/alone"
	ln -s "$hostile" "$scratch/alone/$name"
	expect 0 run "$scratch/alone" --policy disable_non_proxied_udp --policy relay --jobs 1
	nothing_left "$name, twice"
done

# More requests than are logged.
mkdir "$scratch/requests"
ln -s "$hostile" "$scratch/requests/flood-requests"
expect 99 run "$scratch/requests" --policy relay
check_verdict flood-requests broken \
	'@(more than 4096 STUN requests: *|the sensor on * dropped * frames: *)' "$scratch/report"
nothing_left flood-requests
finish
