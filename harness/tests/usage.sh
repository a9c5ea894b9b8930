#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line: what is wrong is said in one line with exit status 2, --help and the reports'
# formats are what they claim to be.
#
#     usage.sh ICELAB SOURCE SCRATCH

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"

# --- What is wrong -------------------------------------------------------------------------

"$icelab" lay >"$scratch/out" 2>"$scratch/err"
[ $? -eq 2 ] || fail "an unknown command does not end with 2"
[ "$(head -n 1 "$scratch/err")" = 'icelab: "lay" is no command' ] || fail "$(<"$scratch/err")"
"$icelab" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 2 ] || fail "no command does not end with 2"
[ ! -s "$scratch/out" ] || fail "without a command it prints to standard output"

for command in run list shell judge expect; do
	expect_line 2 "icelab $command: Unknown option --moon; see --help" "$icelab" $command --moon
done
expect_line 2 'icelab run: it takes no arguments but options; see --help' "$icelab" run moon
expect_line 2 'icelab run: unknown --format; see --help' "$icelab" run --format moon
expect_line 2 'icelab run: unknown --fault; see --help' "$icelab" run --fault moon
expect_line 2 'icelab run: --jobs and --deadline take positive numbers; see --help' \
	"$icelab" run --deadline 0
expect_line 2 'icelab run: *moon*; see --help' "$icelab" run --jobs moon
expect_line 2 'icelab: no adapter matches "moon"; *' "$icelab" run --adapter moon
expect_line 2 'icelab: no adapter matches "moon"; *' "$icelab" list --adapter moon
expect_line 2 'icelab: no adapter matches "*/moon"; *' "$icelab" run --adapter "$scratch/moon"
expect_line 2 'icelab: no scenario matches "moon"; *' "$icelab" run --scenario moon
expect_line 2 'icelab: no policy matches "moon"; there are default, *' "$icelab" run --policy moon
expect_line 2 'icelab: there is no scenario "moon"; *' "$icelab" expect moon
expect_line 2 'icelab expect: name one SCENARIO; see --help' "$icelab" expect
for command in 'run' 'list' 'shell lan' 'expect lan'; do
	# shellcheck disable=SC2086
	expect_line 2 "icelab: *$scratch/moon*No such file or directory" \
		"$icelab" $command --scenarios "$scratch/moon"
done
mkdir "$scratch/private"
chmod 0 "$scratch/private"
if [ ! -r "$scratch/private" ]; then
	expect_line 2 "icelab: *$scratch/private*Permission denied" \
		"$icelab" list --scenarios "$scratch/private"
fi
expect_line 2 'icelab: *Not a directory' "$icelab" list --scenarios /dev/null
# What a message quotes does not move the reader's cursor.
expect_line 2 'icelab: no adapter matches "\\x1b\[2J"; *' "$icelab" list --adapter $'\033[2J'

# --- Output folders ------------------------------------------------------------------------

one=(--adapter libnice --scenario lan --policy relay)
mkdir -p "$scratch/full/cells/libnice"
echo precious >"$scratch/full/cells/libnice/notes"
expect_line 2 "icelab: $scratch/full is neither empty nor an earlier run; *" \
	"$icelab" run "${one[@]}" --output "$scratch/full"
[ "$(<"$scratch/full/cells/libnice/notes")" = precious ] || fail "somebody's file is lost"
mv "$scratch/full/cells" "$scratch/full/atoms"
expect_line 2 "icelab: $scratch/full is neither empty nor an earlier run; *" \
	"$icelab" run "${one[@]}" --output "$scratch/full"
[ "$(<"$scratch/full/atoms/libnice/notes")" = precious ] || fail "somebody's file is lost"
expect_line 2 'icelab: /dev/null/run cannot be made: Not a directory' \
	"$icelab" run "${one[@]}" --output /dev/null/run
mkdir "$scratch/empty"
expect 0 "$icelab" run "${one[@]}" --output "$scratch/empty"
touch "$scratch/empty/cells/libnice/lan/relay/adapter.log"
expect 0 "$icelab" run "${one[@]}" --output "$scratch/empty"
[ ! -e "$scratch/empty/cells/libnice/lan/relay/adapter.log" ] || fail "an earlier run is not replaced"
# Without --output: a new one each time.
for _ in 1 2 3; do
	expect 0 "$icelab" run "${one[@]}"
done
[ "$(find "$scratch/icelab-runs" -name run.json | wc -l)" -eq 3 ] || fail "three runs, but not three folders"

# --- Help and lists ------------------------------------------------------------------------

for command in '' run list shell judge expect doctor; do
	# shellcheck disable=SC2086
	expect 0 "$icelab" $command --help
	grep -q '^Usage:' "$scratch/out" || fail "icelab $command --help says nothing"
	[ ! -s "$scratch/err" ] || fail "icelab $command --help complains: $(<"$scratch/err")"
done
expect 0 "$icelab" --version
[[ $(<"$scratch/out") == icelab\ [0-9]* ]] || fail "--version: $(<"$scratch/out")"
expect 0 "$icelab" list
expect 0 "$icelab" list --cells
grep -Evq '^[a-z/-]+ [a-z0-9-]+ [a-z_+]+$' "$scratch/out" && fail "list --cells: $(<"$scratch/out")"
[ "$(grep -c '^libnice lan ' "$scratch/out")" -eq 7 ] || fail "list --cells does not list libnice's cells"
[ "$(grep -c '^libnice-stock lan ' "$scratch/out")" -eq 1 ] ||
	fail "list --cells lists what stock libnice does not claim"

# --- Reports -------------------------------------------------------------------------------

# Nothing is known to fail.
some=(--adapter 'libnice*' --scenario lan --known "$scratch/nothing")
expect 1 "$icelab" run "${some[@]}" --json "$scratch/json" --junit "$scratch/junit" \
	--tap "$scratch/tap"
for format in table tap junit json; do
	expect 1 "$icelab" run "${some[@]}" --format $format
	[ -s "$scratch/out" ] || fail "--format $format prints nothing"
	cp "$scratch/out" "$scratch/printed.$format"
done

# TAP: the plan first, and as many lines as it says, in order.
for file in "$scratch/tap" "$scratch/printed.tap"; do
	awk '
		/^1\.\.[0-9]+$/ { plan = substr($0, 4) }
		/^(not )?ok / { sub(/^not /, ""); if ($2 != ++count) wrong = 1 }
		/^not ok / { failed++ }
		END { exit wrong || plan != 14 || count != plan }' "$file" || fail "no TAP: $(<"$file")"
	[ "$(grep -c '^not ok ' "$file")" -eq 1 ] || fail "not one failure in TAP: $(<"$file")"
	head -n 1 "$file" | grep -Eq '^(TAP version 1[34]|1\.\.14)$' || fail "no TAP: $(<"$file")"
done

# JUnit: well-formed, with as many cases as cells.
for file in "$scratch/junit" "$scratch/printed.junit"; do
	[ "$(grep -c '<testcase ' "$file")" -eq 14 ] || fail "not 14 cases in JUnit: $(<"$file")"
	[ "$(grep -c '<failure ' "$file")" -eq 1 ] || fail "not one failure in JUnit: $(<"$file")"
	if command -v xmllint >/dev/null; then
		xmllint --noout "$file" || fail "JUnit is no XML"
	else
		say "not tested: JUnit with xmllint (not installed)"
	fi
done

# JSON: the same cells and verdicts as TAP tells.
for file in "$scratch/json" "$scratch/printed.json"; do
	[ "$(verdicts "$file" | wc -l)" -eq 14 ] || fail "not 14 cells in JSON"
	[ "$(verdicts "$file" | grep -c ' fail null$')" -eq 1 ] || fail "not one failure in JSON"
done
diff <(judgements "$scratch/json") <(judgements "$scratch/printed.json") ||
	fail "--json and --format json differ"

# The table is for people: no escape sequence into a file.
! grep -q $'\033' "$scratch/printed.table" || fail "the table has escape sequences in a file"
expect_line 2 'icelab: *No such file or directory' \
	"$icelab" run "${one[@]}" --json "$scratch/nowhere/json"
nothing_left "all of it"
finish
