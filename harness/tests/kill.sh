#!/bin/bash
# SPDX-License-Identifier: MIT
# Kills processes of `icelab run`, 50 times: the supervisor and whatever else there is at random
# moments; and each kind of process while a cell is known to run. Nothing may be left; and what is
# judged afterwards must be what is judged without a kill, or be broken.
#
#     kill.sh ICELAB SOURCE SCRATCH HOSTILE SCENARIO
#
# ICELAB_TEST_SEED sets the random numbers.

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"
hostile=$1 scenario=$2
seed=${ICELAB_TEST_SEED-$((SRANDOM % 32768))}
RANDOM=$seed
kills=0
say "ICELAB_TEST_SEED=$seed"

# --- Processes -----------------------------------------------------------------------------

# scan: names, parents and depths (of process namespaces) of what this machine runs.
scan() {
	local folder key value text

	names=() parents=() depths=()
	for folder in /proc/[0-9]*; do
		# It may end while it is read.
		while IFS=$'\t' read -r key value; do
			case $key in
			Name:) names[${folder#/proc/}]=$value ;;
			PPid:) parents[${folder#/proc/}]=$value ;;
			NSpid:)
				text=${value//[!$'\t']/}
				depths[${folder#/proc/}]=${#text}
				;;
			esac
		done <"$folder/status"
	done 2>/dev/null
}

# descends PID ANCESTOR
descends() {
	local pid=$1

	while [ "${pid:-0}" -gt 1 ]; do
		[ "$pid" -eq "$2" ] && return
		pid=${parents[$pid]-}
	done
	return 1
}

# find_kind KIND: one process of it below $supervisor, in $victim.
find_kind() {
	local pid sandbox=0 kind

	scan
	victim=
	for pid in "${!parents[@]}"; do
		[ "${parents[$pid]}" -ne "$supervisor" ] || sandbox=$pid
	done
	for pid in "${!parents[@]}"; do
		descends "$pid" "$supervisor" || continue
		if [ "$pid" -eq "$supervisor" ]; then
			kind=supervisor
		elif [ "$pid" -eq "$sandbox" ]; then
			kind=sandbox
		elif [ "${names[$pid]}" = wireguard-go ]; then
			kind=tunnel
		elif [ "${parents[$pid]}" -ne "$sandbox" ]; then
			kind=adapter
		elif [ "${depths[$pid]}" -gt "${depths[$sandbox]}" ]; then
			kind=stage
		elif [ "$(readlink "/proc/$pid/ns/net")" = "$(readlink "/proc/$sandbox/ns/net")" ]; then
			kind=keeper # of a sensor's sockets
		else
			kind=server
		fi
		[ "$kind" != "$1" ] || victim=$pid
	done
	[ -n "$victim" ]
}

# find_any: any process below $supervisor, but not itself, in $victim.
find_any() {
	local pid found=()

	scan
	for pid in "${!parents[@]}"; do
		! descends "$pid" "$supervisor" || [ "$pid" -eq "$supervisor" ] || found+=("$pid")
	done
	victim=
	[ ${#found[@]} -gt 0 ] || return
	victim=${found[RANDOM % ${#found[@]}]}
}

# --- Runs ----------------------------------------------------------------------------------

# start OPTION...: a run in the background; all it is told to do is in a folder of its own.
start() {
	rm -f "$scratch/report"
	"$icelab" run --scenario "$scenario" --jobs 1 --output "$scratch/run" \
		--json "$scratch/report" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null &
	supervisor=$!
}

# end: waits for the run; its exit status is in $status.
end() {
	wait "$supervisor" 2>/dev/null
	status=$?
}

# How long a run takes, and what it finds.
undisturbed() {
	local start=${EPOCHREALTIME/./}

	start --adapter libnice
	end
	length=$(((${EPOCHREALTIME/./} - start) / 1000))
	[ "$status" -eq 0 ] || fail "a run that nobody disturbs ends with $status: $(<"$scratch/err")"
	judgements "$scratch/report" >"$scratch/undisturbed"
	nothing_left "a run that nobody disturbs"
}

# random_moment: waits, at most as long as a run takes, and not longer when the machine is busy.
random_moment() {
	local milliseconds=$((RANDOM % (length < 500 ? length + 1 : 500)))

	pause "$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))"
}

kill_supervisor() {
	start --adapter libnice
	random_moment
	kill -KILL "$supervisor" 2>/dev/null && kills=$((kills + 1))
	end
	nothing_left "the supervisor was killed"
}

# A kill may cost cells; it may change none.
kill_any() {
	local name=nobody

	start --adapter libnice
	random_moment
	# There is nothing to kill between two sandboxes.
	if find_any; then
		name=${names[$victim]}
		kill -KILL "$victim" 2>/dev/null && kills=$((kills + 1))
	fi
	end
	if [ ! -e "$scratch/report" ]; then
		# Not even the adapters could be asked.
		if [ "$status" -ne 99 ] || [ "$(grep -c . "$scratch/err")" -ne 1 ]; then
			fail "$name was killed, and the run ends with $status: $(<"$scratch/err")"
		fi
		nothing_left "$name was killed"
		return
	fi
	judgements "$scratch/report" >"$scratch/disturbed"
	if comm -13 "$scratch/undisturbed" "$scratch/disturbed" | grep -v '"verdict" : "broken"'; then
		fail "$name was killed, and this is what the run judges then"
	fi
	case $status in
	0) cmp -s "$scratch/undisturbed" "$scratch/disturbed" || fail "$name was killed: cells are lost" ;;
	99) grep -q '"verdict" : "broken"' "$scratch/disturbed" || fail "$name was killed: 99 for nothing" ;;
	*) fail "$name was killed, and the run ends with $status" ;;
	esac
	nothing_left "$name was killed"
}

# kill_kind KIND REASON: while the first of two cells waits for this test. It must be broken, and
# the second one pass, unless nobody is left to say so.
kill_kind() {
	local kind=$1 reason=$2 line

	start --adapters "$scratch/adapters" --policy relay --deadline 60000
	if ! read -rt 20 -u "$ready"; then
		fail "the adapter does not start: $(<"$scratch/err")"
		kill -KILL "$supervisor"
		end
		return
	fi
	if find_kind "$kind"; then
		kill -KILL "$victim"
		kills=$((kills + 1))
	else
		fail "there is no $kind process"
	fi
	# A line that nobody reads any more would let the next one go at once.
	case $kind in
	server | tunnel) echo >&"$go" ;;
	esac
	end
	if [ "$kind" = supervisor ]; then
		nothing_left "$kind was killed"
		return
	fi
	[ "$status" -eq 99 ] || fail "$kind was killed, and the run ends with $status"
	line=$(verdicts "$scratch/report" | grep '^hold ')
	# shellcheck disable=SC2053
	[[ $line == "hold $scenario relay broken "$reason ]] || fail "$kind was killed: $line"
	line=$(verdicts "$scratch/report" | grep '^next ')
	[ "$line" = "next $scenario relay pass null" ] || fail "$kind was killed: $line"
	nothing_left "$kind was killed"
}

# --- The test ------------------------------------------------------------------------------

mkdir "$scratch/adapters"
ln -s "$hostile" "$scratch/adapters/hold"
ln -s "$hostile" "$scratch/adapters/next"
export HOSTILE_READY=$scratch/ready HOSTILE_GO=$scratch/go
mkfifo -m 0666 "$HOSTILE_READY" "$HOSTILE_GO"
exec {ready}<>"$HOSTILE_READY" {go}<>"$HOSTILE_GO"

"$icelab" shell "$scenario" -- ip -details link show >"$scratch/out" 2>"$scratch/err" </dev/null
[ $? -ne 77 ] || skip "$(<"$scratch/err")"
kinds=(supervisor sandbox stage adapter server)
if [ "$scenario" = vpn-full ]; then
	if grep -q wireguard "$scratch/out"; then
		say "not tested: wireguard-go is killed (this kernel has WireGuard of its own)"
	else
		kinds+=(tunnel)
	fi
fi
declare -A reasons=(
	[supervisor]="nobody says why"
	[sandbox]='the sandbox was ended by signal 9'
	[stage]='the adapter was ended by signal 9'
	[adapter]='the adapter was ended by signal 9'
	[server]='the STUN server on stun died'
	[tunnel]='the @(path|client)*'
)

undisturbed
say "a run takes $length ms"
for kind in "${kinds[@]}"; do
	for ((i = 0; i < 4; i++)); do
		kill_kind "$kind" "${reasons[$kind]}"
	done
done
say "$kills killed in known cells, after $SECONDS s"
while [ $kills -lt 35 ]; do
	kill_any
done
say "$kills killed, after $SECONDS s"
while [ $kills -lt 50 ]; do
	kill_supervisor
done
say "$kills killed, after $SECONDS s"
finish
