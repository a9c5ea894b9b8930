#!/bin/bash
# SPDX-License-Identifier: MIT
# A recorded run, judged again, gives what it gave: of every cell, of one cell, and of a copy
# elsewhere. Evidence that was damaged gives one line and no verdict.
#
#     replay.sh ICELAB SOURCE SCRATCH

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"
run=$scratch/run

# Cells that pass and cells that fail; stock libnice leaks in a home network already.
expect 1 "$icelab" run --adapter 'libnice*' --scenario lan --keep --output "$run" \
	--known "$scratch/nothing"
judgements "$run/run.json" >"$scratch/judged"
grep -q '"verdict" : "fail"' "$scratch/judged" || fail "no cell fails: there is little to compare"

expect 1 "$icelab" judge "$run" --json --known "$scratch/nothing"
# Cells that were not run leave no evidence.
judgements "$scratch/out" >"$scratch/again"
grep -v '"verdict" : "unsupported"' "$scratch/judged" | diff - "$scratch/again" ||
	fail "judged again, the run is judged otherwise"

cp -r "$run" "$scratch/copy"
rm -r "$scratch/run"
expect 1 "$icelab" judge "$scratch/copy" --json --known "$scratch/nothing"
judgements "$scratch/out" | diff "$scratch/again" - || fail "a copy is judged otherwise"

while read -r adapter _ policy _; do
	cell=$scratch/copy/cells/$adapter/lan/$policy
	[ -d "$cell" ] || continue
	"$icelab" judge "$cell" --json --known "$scratch/nothing" >"$scratch/out" 2>"$scratch/err"
	judgements "$scratch/out" >"$scratch/one"
	[ "$(wc -l <"$scratch/one")" -eq 1 ] || fail "$adapter $policy is not one cell"
	comm -13 "$scratch/again" "$scratch/one" | grep . && fail "$adapter $policy is judged otherwise"
	[ -s "$cell/adapter.log" ] || [ -e "$cell/client-lo.pcap" ] || [ -e "$cell/client-eth0.pcap" ] ||
		[ -e "$cell/adapter.log" ] || fail "--keep keeps nothing of $adapter $policy"
done < <(verdicts "$scratch/copy/run.json")

# One thing changed in what was observed changes the verdict: it is judged, not read out.
cell=$scratch/copy/cells/libnice/lan/relay
sed -i 's/"candidate:[^"]*/&/; s/"events" : \[/&\n{"time_us" : 1, "late" : false, "line" : {"type" : "candidate", "candidate" : "candidate:1 1 UDP 2130706431 192.168.1.10 4000 typ host"}},/' \
	"$cell/observation.json"
expect 1 "$icelab" judge "$cell" --json
verdicts "$scratch/out" | grep -q ' relay fail ' || fail "a candidate was added, and: $(<"$scratch/out")"

# damage FILE PATTERN COMMAND...: of one cell's evidence; the command gets the file as its last word.
damage() {
	local file=$1 pattern=$2

	shift 2
	cell=$scratch/copy/cells/libnice/lan/default
	cp "$cell/$file" "$scratch/saved"
	"$@" "$cell/$file"
	expect_line 2 "icelab: $pattern" "$icelab" judge "$cell" --json
	expect_line 2 "icelab: $pattern" "$icelab" judge "$scratch/copy"
	cp "$scratch/saved" "$cell/$file"
}

here="*/libnice/lan/default"
damage observation.json "$here/observation.json:*" truncate -s 300
damage observation.json "$here/observation.json*" truncate -s 0
damage observation.json "$here/observation.json*" sed -i 's/"outcome" : "done"/"outcome" : "fine"/'
damage observation.json "$here/observation.json*" sed -i 's/"flows" :/"flaws" :/'
damage book "*$here/book*No such file*" rm
damage book "$here/book:+([0-9]): *" sed -i '2s/^/nonsense /'
damage scenario.ini "*$here/scenario.ini*No such file*" rm
damage scenario.ini "$here/scenario.ini:+([0-9]): *" sed -i 's/^must/mast/'
expect_line 2 "icelab: $scratch/nowhere holds no observation.json; *" \
	"$icelab" judge "$scratch/nowhere"
expect_line 2 "icelab judge: name one RUN-DIR; see --help" "$icelab" judge
nothing_left "judging"
finish
