# SPDX-License-Identifier: MIT
# awk -v tree=NAME -v uncovered=FILE -v reasons=FILE -f coverage.awk floors.ini COVERAGE.lcov
# Prints lines and branches covered of each source file of the tree whose folder is called NAME, and of
# the groups of floors.ini, against their floors, and how many lines are open: not covered, without a
# reason in unreached.tsv why they could not be. Writes all of those, "file:line", class and reason, to the file
# `uncovered`. Exits 1 where something is below its floor. A group that ends in "/" is a folder with all
# below it; one with "functions" is those functions of the file "of"; any other is a file.

function share(hit, all) {
	return all ? 100 * hit / all : 100
}

# Only for the version whose lines it names.
function read_reasons(file,  row, count, part, span, ends, i, j) {
	if ((getline row < file) <= 0 || row != "# " tree)
		return
	known = 1
	while ((getline row < file) > 0) {
		if (row ~ /^#/)
			continue
		split(row, part, "\t")
		count = split(part[4], span, " ")
		for (i = 1; i <= count; i++) {
			if (split(span[i], ends, "-") == 1)
				ends[2] = ends[1]
			for (j = ends[1]; j <= ends[2]; j++)
				reason[part[1], j] = part[2] "\t" part[3]
		}
	}
}

BEGIN { read_reasons(reasons) }

function line(name, lines_hit, lines, branches_hit, branches, left,  text, floor, low) {
	low = ""
	if ((name, "lines") in floors && share(lines_hit, lines) < floors[name, "lines"]) low = "BELOW"
	if ((name, "branches") in floors && share(branches_hit, branches) < floors[name, "branches"]) low = "BELOW"
	text = sprintf("| %s | %d of %d | %.1f %% | %s | %.1f %% | %s | %s | %s |", name, lines_hit, lines,
		share(lines_hit, lines), (name, "lines") in floors ? floors[name, "lines"] " %" : "-",
		share(branches_hit, branches), (name, "branches") in floors ? floors[name, "branches"] " %" : "-",
		known ? left + 0 : "?", low)
	print text
	shown[name] = 1
	if (low != "") below++
}

FNR == 1 { files++ }

files == 1 && /^\[/ {
	group = substr($0, 2, length($0) - 2)
	order[++groups] = group
	next
}
files == 1 && /^[a-z]+ *=/ {
	key = $1
	sub(/=.*/, "", key)
	text = $0
	sub(/^[a-z]+ *= */, "", text)
	if (key == "functions") {
		count = split(text, part, " ")
		for (i = 1; i <= count; i++)
			member[part[i]] = group
	} else if (key == "of")
		of[group] = text
	else
		floors[group, key] = text
	next
}
files == 1 { next }

/^SF:/ {
	# Compiled in its own folder: PATH/fuzz/libnice/../PATH/NAME/file.
	file = $0
	inside = index(file, "/fuzz/libnice/../") && sub(".*/" tree "/", "", file) && file ~ /\.c$/
	if (inside)
		names[++count_of_files] = file
	starts = 0
	next
}
!inside { next }
# Sorted by line, before the lines themselves.
/^FN:/ {
	split(substr($0, 4), part, ",")
	sub(/.*:/, "", part[2])
	start[++starts] = part[1] + 0
	owner[starts] = part[2]
	next
}
/^DA:/ {
	split(substr($0, 4), part, ",")
	number = part[1] + 0
	hit = part[2] > 0
	all[file]++
	got[file] += hit
	# The function that the line is in: the last that starts at or before it.
	best = 0
	for (i = 1; i <= starts; i++)
		if (start[i] <= number && (!best || start[i] > start[best]))
			best = i
	if (best && owner[best] in member && of[member[owner[best]]] == file) {
		all[member[owner[best]]]++
		got[member[owner[best]]] += hit
	}
	if (!hit) {
		print file ":" number "\t" ((file, number) in reason ? reason[file, number] : "-\t-") >uncovered
		if (!((file, number) in reason) || reason[file, number] ~ /^missed/) {
			open[file]++
			if (best && owner[best] in member && of[member[owner[best]]] == file)
				open[member[owner[best]]]++
		}
	} else if ((file, number) in reason && reason[file, number] !~ /^missed/)
		print "unreached.tsv: " file ":" number " was reached: " reason[file, number] >"/dev/stderr"
	next
}
/^BRDA:/ {
	split(substr($0, 6), part, ",")
	ball[file]++
	bgot[file] += part[4] != "-" && part[4] > 0
}

END {
	print "| file | lines | covered | floor | branches | floor | open | |"
	print "|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= count_of_files; i++) {
		file = names[i]
		for (j = 1; j <= groups; j++)
			if (order[j] ~ /\/$/ && index(file, order[j]) == 1) {
				all[order[j]] += all[file]; got[order[j]] += got[file]
				ball[order[j]] += ball[file]; bgot[order[j]] += bgot[file]
				open[order[j]] += open[file]
			}
		line(file, got[file], all[file], bgot[file], ball[file], open[file])
	}
	for (j = 1; j <= groups; j++)
		if (!(order[j] in shown)) {
			if (!all[order[j]]) {
				print "no code of " order[j] " was measured" >"/dev/stderr"
				below++
			}
			line(order[j], got[order[j]], all[order[j]], bgot[order[j]], ball[order[j]], open[order[j]])
		}
	exit below > 0
}
