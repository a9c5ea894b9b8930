#!/bin/bash
# SPDX-License-Identifier: MIT
# Labs that are broken on purpose, scenario files that say what is not so, and a disk that is full:
# each is noticed, said by name, and judged neither clean nor leaking.
#
#     faults.sh ICELAB SOURCE SCRATCH

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"
mkdir "$scratch/scenarios"

# run OPTION...
# shellcheck disable=SC2317 # expect calls it
run() {
	"$icelab" run --adapter libnice --scenario lan --output "$scratch/run" \
		--json "$scratch/report" "$@"
}

# check_broken COUNT PATTERN: so many cells are broken, all for that reason; the others pass.
check_broken() {
	local broken line

	broken=$(verdicts "$scratch/report" | grep -c ' broken ')
	[ "$broken" -eq "$1" ] || fail "$broken cells are broken, not $1: $2"
	while read -r line; do
		line=${line#libnice lan * }
		# shellcheck disable=SC2053
		[[ $line == pass\ null || $line == "broken "$2 ]] || fail "\"$line\", not \"$2\""
	done < <(verdicts "$scratch/report")
}

# fault NAME PATTERN
fault() {
	expect 99 run --fault "$1"
	check_broken 7 "$2"
	nothing_left "--fault $1"
}

# edit SED-COMMAND: of the scenario of the home network.
edit() {
	sed "$1" "$source/scenarios/lan.ini" >"$scratch/scenarios/lan.ini"
	! cmp -s "$source/scenarios/lan.ini" "$scratch/scenarios/lan.ini" ||
		fail "\"$1\" changes nothing any more in scenarios/lan.ini"
}

# wrong SED-COMMAND COUNT PATTERN: so many cells are broken; the check of the file says why, too.
wrong() {
	edit "$1"
	expect 99 run --scenarios "$scratch/scenarios"
	check_broken "$2" "$scratch/run/cells/libnice/lan/*/scenario.ini:+([0-9]): $3"
	expect_line 1 "icelab: $scratch/scenarios/lan.ini:+([0-9]): $3" \
		"$icelab" expect --check lan --scenarios "$scratch/scenarios"
}

# malformed SED-COMMAND LINE PATTERN: refused before anything is built.
malformed() {
	edit "$1"
	expect_line 2 "icelab: $scratch/scenarios/lan.ini:$2: $3" run --scenarios "$scratch/scenarios"
}

fault deaf-sensor 'the sensor on client did not see its canary on lo: *'
fault lost-canary 'the sensor on stun did not see its canary on lo: *'
fault full-buffer 'the sensor on * dropped +([0-9]) frames: its capture buffer was full, *'

relay=$(grep -n '^\[policy relay\]' "$source/scenarios/lan.ini")
relay=${relay%%:*}
first="1,/^\[policy default+/" # the lines of [policy default]
wrong "$first s/^must .*/& srflx@isp4/" 1 '\[policy default\] must has srflx@isp4, but the kernel*'
wrong "$first s/^must .*//" 1 '\[policy default\] must lacks host@lan4, but the kernel*'
wrong "$first s/^raddr .*/raddr = hidden/" 1 '\[policy default\] raddr lacks lan4, but the kernel*'
wrong "$first s/^wire .*/wire = isp4>eth0/" 1 '\[policy default\] wire has isp4>eth0, but the kernel*'
wrong "$first s/^must .*/must = host@lan9/" 7 'the topology lan has no address called "lan9"; *'
wrong 's/^protects.*/protects = lan9/' 7 'the topology lan has no address called "lan9"; *'
wrong "$first s/^cites .*/cites = N5 N99/" 1 'there is no clause N99'
malformed "$relay s/relay/rely/" "$relay" '"rely" is no policy; known are default, *'
malformed "$relay a mast = host@lan4" $((relay + 1)) 'unknown key "mast"; known are must, *'
malformed "$relay a must = lan4" $((relay + 1)) '"lan4" is no candidate; *'
malformed "$relay a wire = lan4" $((relay + 1)) '"lan4" is no flow; *'
malformed "$relay a no equals sign" $((relay + 1)) '*'
malformed 's/^topology.*/topology = ..\/lan/' 4 '"../lan" is no topology; *'

edit 's/^topology.*/topology = moon/'
expect 99 run --scenarios "$scratch/scenarios"
check_broken 7 'there is no topology moon: *'
nothing_left "scenarios that are wrong"

# A topology that cannot be built: the script's own words, and the line.
mkdir "$scratch/netns"
cp "$source"/netns/*.sh "$scratch/netns"
sed 's/^route client .*/route client default via 10.99.99.99/' "$source/netns/lan" \
	>"$scratch/netns/lan"
expect 99 run --netns "$scratch/netns"
check_broken 7 "the topology lan could not be built: $scratch/netns/lan:*([0-9]): route client *"
nothing_left "a topology that cannot be built"

# A book that says something else than the network does.
sed 's/^path eth0 stun4 isp4/path eth0 stun4 router4/' "$source/netns/lan" >"$scratch/netns/lan"
expect 99 run --netns "$scratch/netns"
check_broken 7 'the path eth0 > stun4: the server sees isp4, the address book says router4'
nothing_left "a book that is wrong"

# No room for the evidence.
mkdir "$scratch/full"
if mount -t tmpfs -o size=24k tmpfs "$scratch/full" 2>/dev/null; then
	before=$before$'\n'$(inventory | grep " $scratch/full ")
	"$icelab" run --adapter libnice --scenario lan --output "$scratch/full/run" \
		>"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	[[ $status == 99 || $status == 2 ]] || fail "a full disk: exit status $status"
	grep -q 'No space left on device' "$scratch/out" "$scratch/err" ||
		fail "a full disk is not named: $(cat "$scratch/out" "$scratch/err")"
	umount "$scratch/full"
	inventory >"$scratch/now"
	before=$(<"$scratch/now")
else
	say "not tested: a full disk (only root can mount a small one)"
fi
finish
