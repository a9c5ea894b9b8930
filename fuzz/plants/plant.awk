# SPDX-License-Identifier: MIT
# Plants one defect: awk -v plant=NAME -f plant.awk SET.ini SOURCE >PLANTED
# Each "replace" of the section NAME must occur in its function once, or, where "nth" precedes it,
# so many times at least. Exits 1 with one line on stderr where it does not.

function fail(text) {
	print set ": [" plant "]: " text >"/dev/stderr"
	failed = 1
	exit 1
}

function value(line) {
	sub(/^[a-z]+ *= */, "", line)
	sub(/ +$/, "", line)
	return line
}

FNR == 1 { files++ }

files == 1 {
	set = FILENAME
	if ($0 ~ /^\[/)
		inside = ($0 == "[" plant "]")
	else if (inside && /^function *=/)
		wanted = value($0)
	else if (inside && /^nth *=/)
		nth = value($0)
	else if (inside && /^replace *=/) {
		old[++edits] = value($0)
		which[edits] = nth
		nth = 0
	} else if (inside && /^with *=/) {
		if (!edits)
			fail("\"with\" without \"replace\" before it")
		new[edits] = value($0)
		given[edits] = 1
	}
	next
}

# A function's definition: its name at file scope, up to a line that starts with "}". What ends in
# ";" before its "{" is a declaration.
files == 2 && FNR == 1 {
	if (wanted == "" || !edits)
		fail("no such plant, or it lacks function, replace or with")
	for (i = 1; i <= edits; i++)
		if (!given[i])
			fail("\"replace\" without \"with\" after it")
}

files == 2 {
	if (state == 0 && /^[a-zA-Z_]/ && match($0, "(^|[ *])" wanted " *\\("))
		state = 1
	if (state == 1 && /;[ \t]*$/)
		state = 0
	if (state == 1 && /^\{|\{[ \t]*$/)
		state = 2
	if (state == 2) {
		seen = 1
		for (i = 1; i <= edits; i++) {
			at = index($0, old[i])
			if (at && ++count[i] == (which[i] ? which[i] : 1))
				$0 = substr($0, 1, at - 1) new[i] substr($0, at + length(old[i]))
		}
	}
	if (state == 2 && /^\}/)
		state = 0
	print
}

END {
	if (failed)
		exit 1
	if (!seen)
		fail("no function \"" wanted "\" in " FILENAME)
	for (i = 1; i <= edits; i++) {
		if (!count[i])
			fail("not in " wanted ": " old[i])
		if (!which[i] && count[i] > 1)
			fail(count[i] " times in " wanted ", say which with nth: " old[i])
		if (which[i] && count[i] < which[i])
			fail("only " count[i] " times in " wanted ": " old[i])
	}
}
