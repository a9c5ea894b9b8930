#!/bin/bash
# SPDX-License-Identifier: MIT
# icelab shell: runs a command in the client, passes its exit status on, shows commands that can be
# typed, and leaves nothing behind.
#
#     shell.sh ICELAB SOURCE SCRATCH

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"

for status in 0 1 7 77 99 126 255; do
	expect "$status" "$icelab" shell lan -- sh -c "exit $status"
done
# shellcheck disable=SC2016
expect 137 "$icelab" shell lan -- sh -c 'kill -KILL $$'
expect 126 "$icelab" shell lan -- /nonexistent/program
expect 0 "$icelab" shell lan -- printf '%s|' 'a b' '' '--check' '*'
[ "$(<"$scratch/out")" = 'a b||--check|*|' ] || fail "words change on their way: $(<"$scratch/out")"
expect 0 "$icelab" shell lan -- cat <<<"not read"

# The client, and nothing of this machine.
expect 0 "$icelab" shell lan -- ip -o address show scope global
grep -q ' eth0 *inet 192\.168\.1\.10/24 ' "$scratch/out" || fail "no client: $(<"$scratch/out")"
expect 0 "$icelab" shell lan -- ip -o link
[ "$(grep -c . "$scratch/out")" -eq 2 ] || fail "more than lo and eth0: $(<"$scratch/out")"
expect 0 "$icelab" shell lan -- ip route get 192.0.2.53
grep -q 'via 192.168.1.1 dev eth0 src 192.168.1.10' "$scratch/out" || fail "$(<"$scratch/out")"
expect 0 "$icelab" shell lan -- ls /sys/class/net
[ "$(<"$scratch/out")" = eth0$'\n'lo ] || fail "/sys shows other interfaces: $(<"$scratch/out")"
# shellcheck disable=SC2016
expect 0 "$icelab" shell lan -- sh -c 'echo "$ICELAB_SCENARIO" && touch "$HOME/file" && pwd'
[ "$(<"$scratch/out")" = lan$'\n'/run/home ] || fail "$(<"$scratch/out")"
expect 0 "$icelab" shell lan -- sh -c "! touch /etc/file '$source/file' '$scratch/file' 2>/dev/null"

# What is started there ends with the shell, however it was started.
expect 0 "$icelab" shell lan -- sh -c 'setsid sleep 600 >/dev/null 2>&1 & sleep 600 &'
nothing_left "shells"

# --echo: typed by hand, the commands make the same network.
expect 0 "$icelab" shell lan --echo -- ip -o address show scope global
cp "$scratch/out" "$scratch/shown"
cp "$scratch/err" "$scratch/commands"
[ -s "$scratch/commands" ] || fail "--echo shows no command"
cat >"$scratch/type" <<-'EOF'
	mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/icelab/work || exit 77
	. "$1" >/dev/null || exit 1
	exec ip -n client -o address show scope global
EOF
map=()
[ "$EUID" -eq 0 ] || map=(--user --map-root-user)
expect 0 unshare "${map[@]}" --net --mount --pid --fork --mount-proc --kill-child \
	sh "$scratch/type" "$scratch/commands"
# The number of the interface is chance.
diff <(sed 's/^[0-9]*: //' "$scratch/shown") <(sed 's/^[0-9]*: //' "$scratch/out") ||
	fail "typed by hand, the commands make another network"
# One process each, they make the same.
expect 0 "$icelab" shell lan --each -- ip -o address show scope global
diff <(sed 's/^[0-9]*: //' "$scratch/shown") <(sed 's/^[0-9]*: //' "$scratch/out") ||
	fail "--each makes another network"
nothing_left "commands"

expect_line 2 'icelab: there is no scenario "moon"; *' "$icelab" shell moon -- true
expect_line 2 'icelab shell: name a SCENARIO; see --help' "$icelab" shell
finish
