# SPDX-License-Identifier: MIT
# awk -F '\t' -v seeds="1 2" -v seconds=N -v at_least=PERCENT -f table.awk RESULTS.tsv
# What fuzz/plant found, as a table. RESULTS: defect, kind, file, seed, target, outcome, executions,
# seconds, words. Exits 1 where less than at_least percent were found on every seed.
BEGIN { n = split(seeds, seed, " ") }
{
	if (!($1 in known)) {
		known[$1] = ++plants
		name[plants] = $1; kind[plants] = $2; file[plants] = $3
	}
	if ($5 == "naive") {
		ran[$1] = 1
		if ($6 == "found") by_naive[$1] = sprintf("%d, %.1f s", $7, $8)
	} else if ($6 == "found") {
		cell[$1, $4] = sprintf("%d, %.1f s", $7, $8)
		where[$1] = where[$1] == "" || where[$1] == $5 ? $5 : (index(where[$1], $5) ? where[$1] : where[$1] " " $5)
		found[$4]++; all[$1]++
	}
}
END {
	printf "| defect | kind | file | found by |"
	for (s = 1; s <= n; s++) printf " seed %s: executions, s |", seed[s]
	printf " naive |\n|---|---|---|---|"
	for (s = 1; s <= n; s++) printf "---|"
	printf "---|\n"
	for (i = 1; i <= plants; i++) {
		printf "| %s | %s | %s | %s |", name[i], kind[i], file[i], where[name[i]] == "" ? "-" : where[name[i]]
		for (s = 1; s <= n; s++) printf " %s |", (name[i], seed[s]) in cell ? cell[name[i], seed[s]] : "not found"
		printf " %s |\n", name[i] in by_naive ? by_naive[name[i]] : (name[i] in ran ? "not found" : "does not run it")
		if (name[i] in by_naive) naive_found++
		if (all[name[i]] == n) everywhere++
	}
	printf "\n%d defects, %d s for each target and seed.", plants, seconds
	for (s = 1; s <= n; s++) printf " Seed %s: %d (%.0f %%).", seed[s], found[seed[s]], 100 * found[seed[s]] / plants
	printf " On every seed: %d (%.0f %%). Naive harness: %d.\n", everywhere, 100 * everywhere / plants, naive_found
	exit 100 * everywhere < at_least * plants
}
