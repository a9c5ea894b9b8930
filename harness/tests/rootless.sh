#!/bin/bash
# SPDX-License-Identifier: MIT
# As an ordinary user, in a user namespace, icelab comes to the same verdicts as root, holds
# implementations to the same limits, and says what this machine lacks.
#
#     rootless.sh ICELAB SOURCE SCRATCH HOSTILE

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"
hostile=$1
[ "$EUID" -eq 0 ] || skip "without root there is nothing to compare with: the other tests are this one"

# A user of no account.
user=(env "HOME=$scratch/user" setpriv --reuid 4711 --regid 4711 --clear-groups)

mkdir "$scratch/user"
chown 4711:4711 "$scratch/user"
"${user[@]}" test -x "$icelab" || skip "an ordinary user cannot reach $icelab"
"${user[@]}" test -w "$scratch/user" || skip "an ordinary user cannot reach $scratch"
"${user[@]}" "$icelab" shell lan -- true >"$scratch/out" 2>"$scratch/err" </dev/null
[ $? -ne 77 ] || skip "$(<"$scratch/err")"

# compare SCENARIO: root's verdicts and the user's.
compare() {
	expect 0 "$icelab" run --adapter libnice --scenario "$1" --output "$scratch/root.$1"
	expect 0 "${user[@]}" "$icelab" run --adapter libnice --scenario "$1" --output "$scratch/user/$1"
	diff <(judgements "$scratch/root.$1/run.json") <(judgements "$scratch/user/$1/run.json") ||
		fail "$1: root and an ordinary user come to different verdicts"
	[ -z "$(find "$scratch/user/$1" ! -user 4711)" ] || fail "$1: the evidence is not the user's"
	nothing_left "$1, as a user"
}

compare lan

# --- Limits --------------------------------------------------------------------------------

mkdir "$scratch/adapters"
attacks=(attack-files attack-mounts attack-network attack-processes attack-sockets fill-disks
	leave-daemons)
for name in "${attacks[@]}" count-to-limit storm; do
	ln -s "$hostile" "$scratch/adapters/$name"
done
export HOSTILE_TARGETS="/etc /var/tmp $HOME $source ${icelab%/*} $scratch/user"
export HOSTILE_OWN="/tmp /dev/shm /run/home"
expect 99 "${user[@]}" "$icelab" run --adapters "$scratch/adapters" --scenario lan --deadline 300 \
	--policy disable_non_proxied_udp --policy relay --jobs 1 --output "$scratch/user/attacks"
verdicts "$scratch/user/attacks/run.json" >"$scratch/verdicts"
for name in "${attacks[@]}"; do
	[ "$(grep -c "^$name lan .* pass null$" "$scratch/verdicts")" -eq 2 ] ||
		fail "$(grep "^$name " "$scratch/verdicts")"
done
[ "$(grep -Ec '^count-to-limit .* (9|10)[0-9][0-9] processes, and then: ' "$scratch/verdicts")" -eq 2 ] ||
	fail "$(grep '^count-to-limit ' "$scratch/verdicts")"
[ "$(grep -c '^storm .* did not say "done" ' "$scratch/verdicts")" -eq 2 ] ||
	fail "$(grep '^storm ' "$scratch/verdicts")"
nothing_left "attacks by a user"

# --- Ends ----------------------------------------------------------------------------------

for ((i = 0; i < 10; i++)); do
	"${user[@]}" "$icelab" run --adapter libnice --scenario lan --output "$scratch/user/killed" \
		>"$scratch/out" 2>"$scratch/err" </dev/null &
	pause "$(printf '0.%03d' $((i * 25)))"
	kill -KILL $! 2>/dev/null
	wait $! 2>/dev/null
	nothing_left "a user's supervisor was killed"
done

# Not even where nothing would happen any more that could end it.
export HOSTILE_READY=$scratch/ready HOSTILE_GO=$scratch/go
mkfifo -m 0666 "$HOSTILE_READY" "$HOSTILE_GO"
exec {ready}<>"$HOSTILE_READY"
mkdir "$scratch/hold"
ln -s "$hostile" "$scratch/hold/hold"
"${user[@]}" "$icelab" run --adapters "$scratch/hold" --scenario lan --policy relay \
	--deadline 60000 --output "$scratch/user/killed" >"$scratch/out" 2>"$scratch/err" </dev/null &
read -rt 20 -u "$ready" || fail "the adapter does not start: $(<"$scratch/err")"
kill -KILL $!
wait $! 2>/dev/null
nothing_left "a user's supervisor was killed while a cell ran"

# --- Tunnels -------------------------------------------------------------------------------

"$icelab" shell vpn-full -- ip -details link show >"$scratch/out" 2>"$scratch/err" </dev/null
if [ $? -eq 77 ]; then
	part "tunnels: $(<"$scratch/err")"
	finish
fi
if grep -q wireguard "$scratch/out"; then
	compare vpn-full
	say "not tested: /dev/net/tun (this kernel has WireGuard of its own)"
	finish
fi

# A device of our own: the machine's keeps its mode.
mkdir "$scratch/devices"
mount -t tmpfs tmpfs "$scratch/devices"
if ! mknod -m 0600 "$scratch/devices/tun" c 10 200 2>/dev/null ||
	! mount --bind "$scratch/devices/tun" /dev/net/tun 2>/dev/null; then
	part "whether /dev/net/tun can be opened: no device can be made here"
	finish
fi
inventory >"$scratch/now"
before=$(<"$scratch/now")
vpn=(--adapter libnice --scenario vpn-full --output "$scratch/user/skipped")
expect 77 "${user[@]}" "$icelab" run "${vpn[@]}"
[ "$(verdicts "$scratch/user/skipped/run.json" | grep -c ' skip .*chmod .*/dev/net/tun')" -eq 7 ] ||
	fail "/dev/net/tun is root's: $(verdicts "$scratch/user/skipped/run.json")"
expect 1 "${user[@]}" env CI=true "$icelab" run "${vpn[@]}"
expect 1 "${user[@]}" env ICELAB_MUST_WORK=1 "$icelab" run "${vpn[@]}"
expect_line 77 'icelab: *chmod *' "${user[@]}" "$icelab" shell vpn-full -- true
expect_line 99 'icelab: *chmod *' "${user[@]}" env CI=true "$icelab" shell vpn-full -- true
# What needs no tunnel runs.
expect 0 "${user[@]}" "$icelab" run "${vpn[@]}" --scenario lan
nothing_left "cells that are skipped"

chmod 0666 "$scratch/devices/tun"
compare vpn-full
finish
