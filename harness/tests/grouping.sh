#!/bin/bash
# SPDX-License-Identifier: MIT
# One lab serves all cells of a topology. Every cell must be judged as it is in a run, and so a lab,
# of its own.
#
#     grouping.sh ICELAB SOURCE SCRATCH

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"

"$icelab" run --adapter 'libnice*' --output "$scratch/together" >"$scratch/out" 2>"$scratch/err"
judgements "$scratch/together/run.json" >"$scratch/judged"
while read -r adapter scenario policy verdict _; do
	[ "$verdict" != skip ] || continue
	"$icelab" run --adapter "$adapter" --scenario "$scenario" --policy "$policy" --jobs 1 \
		--output "$scratch/alone" >"$scratch/out" 2>"$scratch/err"
	judgements "$scratch/alone/run.json"
done < <(verdicts "$scratch/together/run.json") | sort >"$scratch/alone.judged"
! grep '"verdict" : "broken"' "$scratch/judged" || fail "cells are broken"
diff <(grep -v '"verdict" : "skip"' "$scratch/judged") "$scratch/alone.judged" ||
	fail "in labs of their own, cells are judged otherwise"
cells=$(wc -l <"$scratch/alone.judged")
skipped=$(grep -c '"verdict" : "skip"' "$scratch/judged")
say "$cells cells are the same in a lab of their own; $skipped cannot run here"
[ "$cells" -ge 7 ] || fail "too few"
nothing_left "all these runs"
finish
