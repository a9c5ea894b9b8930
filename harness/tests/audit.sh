#!/bin/bash
# SPDX-License-Identifier: MIT
# icelab audit: what the page shows in real browsers, as text, as a picture, and to a person who
# clicks; and that nothing is left of it, killed or not.
#
#     audit.sh ICELAB SOURCE SCRATCH PAGE

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"
page=$1
chromium=${ICELAB_CHROMIUM-/usr/lib/chromium/chromium}

# shows LINE: the audit that was printed has it.
shows() {
	grep -Fxq -- "$1" "$scratch/out" || fail "the audit does not say \"$1\": $(<"$scratch/out")"
}

# exposes PATTERN...: what is marked as meant to be hidden is what matches the patterns, in turn.
exposes() {
	local line marked=()

	mapfile -t marked < <(grep '^!' "$scratch/out")
	[ ${#marked[@]} -eq $# ] || fail "marked are ${#marked[@]} lines, not $#: $(<"$scratch/out")"
	for line in "${marked[@]}"; do
		# shellcheck disable=SC2053
		[[ $line == $1 ]] || fail "marked is \"$line\", not \"$1\""
		shift
	done
}

# number FILE OFFSET: four bytes of a file, as PNG writes numbers.
number() {
	od -An -tu1 -j "$2" -N 4 "$1" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'
}

# is_picture FILE: a PNG of the whole page (W3C PNG 5.2, 11.2.1).
is_picture() {
	local size

	[ "$(od -An -tx1 -N 16 "$1" | tr -d ' \n')" = 89504e470d0a1a0a0000000d49484452 ] ||
		fail "$1 is no PNG"
	size=$(stat -c %s "$1")
	if [ "$size" -lt 30000 ] || [ "$size" -gt 2000000 ]; then
		fail "$1 has $size bytes"
	fi
	[ "$(number "$1" 16)" -eq 1000 ] || fail "$1 is $(number "$1" 16) pixels wide"
	# A page that shows nothing yet is a third as long.
	[ "$(number "$1" 20)" -gt 1000 ] || fail "$1 is $(number "$1" 20) pixels long"
	rm "$1"
}

exposed="! 192.168.1.10 = lan4, this machine's address in the LAN: hidden by this network's purpose"
gave="This browser gave away this machine's address in the LAN."
nothing="This browser gave away nothing that this network is meant to hide."

expect 0 "$icelab" list --scenarios "$source/scenarios"
for browser in chromium firefox; do
	if grep -q "^  $browser  *absent: " "$scratch/out"; then
		part "$browser is not installed"
	else
		browsers+=("$browser")
	fi
done

# audits BROWSER POLICY: one under which it exposes the address, and one under which it does not.
audits() {
	local browser=$1 policy=$2 picture=$scratch/$1.png

	say "$browser, after $SECONDS s"
	expect 0 "$icelab" audit lan --browser "$browser" --policy "$policy" \
		--screenshot "$picture" --text
	exposes "$exposed"
	shows "$gave"
	shows "  203.0.113.10 = isp4, your provider's address: may be seen"
	grep -q '^      host candidate: candidate:.* 192\.168\.1\.10 ' "$scratch/out" ||
		fail "no host candidate: $(<"$scratch/out")"
	grep -q '^  stun4: asked over UDP from 203\.0\.113\.10 port [0-9]*, ' "$scratch/out" ||
		fail "the STUN server's log is not shown: $(<"$scratch/out")"
	is_picture "$picture"
	nothing_left "$browser"
	expect 0 "$icelab" audit vpn-full --browser "$browser" \
		--policy default_public_interface_only --text
	exposes
	shows "$nothing"
	shows "  203.0.113.10 = isp4, your provider's address"
	shows "  198.51.100.20 = exit4, the VPN's address: may be seen"
}

# runs PID: it may have ended, but not been waited for.
runs() {
	local text

	text=$(<"/proc/$1/stat")
	[[ ${text##*) } != Z* ]]
}

for browser in "${browsers[@]}"; do
	case $browser in
	chromium) audits chromium default_public_and_private_interfaces ;;
	firefox) audits firefox default+consent ;;
	esac
done

if [[ " ${browsers[*]} " == *' chromium '* ]]; then
	say "a picture alone, after $SECONDS s"
	expect 0 "$icelab" audit lan --browser chromium --screenshot "$scratch/alone.png"
	[ ! -s "$scratch/out" ] || fail "it prints without --text: $(<"$scratch/out")"
	is_picture "$scratch/alone.png"

	say "as a person uses it, after $SECONDS s"
	expect 0 "$icelab" shell lan -- "$page" "$chromium" /tmp/profile
	grep -q '^ok: ' "$scratch/out" || fail "nothing was looked at: $(<"$scratch/out")"

	say "killed while the browser runs, after $SECONDS s"
	"$icelab" audit lan --browser chromium --text >"$scratch/out" 2>"$scratch/err" </dev/null &
	victim=$!
	while runs "$victim" && ! cat /proc/[0-9]*/comm 2>/dev/null | grep -qx chromium; do
		pause 0.01
	done
	runs "$victim" || fail "it ended before it could be killed: $(<"$scratch/err")"
	kill -KILL "$victim"
	wait "$victim" 2>/dev/null
	nothing_left "the command was killed"
fi
say "without a browser, after $SECONDS s"

expect_line 77 "icelab: the adapter cannot work on this machine; it said: chromium: *" \
	env ICELAB_CHROMIUM=/nonexistent "$icelab" audit lan --browser chromium --text
unset DISPLAY
expect_line 77 'icelab: no window can be opened: DISPLAY is not set; use --text or *' \
	"$icelab" audit lan --browser chromium
expect_line 77 'icelab: no window can be opened: DISPLAY names no X server of this machine; *' \
	env DISPLAY=elsewhere:0 "$icelab" audit lan --browser chromium
expect_line 77 'icelab: no window can be opened: nothing listens at DISPLAY; *' \
	env DISPLAY=:99 "$icelab" audit lan --browser chromium
expect_line 77 'icelab: chromium does not do the policy force_proxy' \
	"$icelab" audit lan --browser chromium --policy force_proxy --text
expect_line 99 'icelab: chromium failed: the browser ended before its page had shown the audit' \
	env ICELAB_CHROMIUM=/bin/true "$icelab" audit lan --browser chromium --text
nothing_left "what failed"

expect_line 2 'icelab audit: name a SCENARIO; see --help' "$icelab" audit
expect_line 2 'icelab audit: name a --browser (chromium, firefox); see --help' "$icelab" audit lan
expect_line 2 'icelab: no adapter matches "netscape"; *' \
	"$icelab" audit lan --browser netscape --text
expect_line 2 'icelab: libnice is no browser that shows a page: *' \
	"$icelab" audit lan --browser libnice --text
expect_line 2 'icelab: there is no policy "open"; *' \
	"$icelab" audit lan --browser firefox --policy open --text
expect_line 2 'icelab: there is no scenario "moon"; *' "$icelab" audit moon --browser firefox --text
expect_line 2 'icelab audit: /nonexistent/a.png cannot be written: No such file or directory' \
	"$icelab" audit lan --browser firefox --screenshot /nonexistent/a.png
finish
