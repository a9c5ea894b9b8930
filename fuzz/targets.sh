# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The targets of a fuzz build folder, and one libFuzzer run of one of them. Sourced by fuzz/plant
# and ci/fuzz.

# Names, one a line, of the build folder $1.
target_names() {
	cut -f 1 "$1/fuzz/targets.txt"
}

# Prints the arguments, one a line, that NAME of the build folder $1 is run with: limits, the
# dictionary, and last the folders of inputs, seeds before corpus. $3: "cold" leaves all inputs out.
target_arguments() {
	awk -F '\t' -v name="$2" -v how="${3-}" '$1 == name {
		print "-max_len=" $2
		if ($3 != "-" && how != "cold")
			print "-dict=" $3
		for (i = 4; i <= NF && how != "cold"; i++)
			if ($i != "")
				print $i
	}' "$1/fuzz/targets.txt"
}

# What the sanitizers are told: GLib's slices would hide what is freed, leaks are found by libFuzzer
# itself, and a trace without names is none.
target_environment() {
	local symbolizer

	export G_SLICE=always-malloc
	symbolizer=$(command -v llvm-symbolizer || command -v llvm-symbolizer-14 || true)
	export ASAN_OPTIONS=allocator_may_return_null=1:symbolize=1
	export UBSAN_OPTIONS=print_stacktrace=1:symbolize=1
	export MSAN_OPTIONS=symbolize=1
	if [ -n "$symbolizer" ]; then
		export ASAN_SYMBOLIZER_PATH=$symbolizer MSAN_SYMBOLIZER_PATH=$symbolizer \
			UBSAN_SYMBOLIZER_PATH=$symbolizer
	fi
}

# An input that takes so many seconds is a finding; so is a run that takes so many MiB.
export TARGET_TIMEOUT=10 TARGET_MEMORY=2560

# The executions in the log $1 of a run, whether it ended by itself, by a finding or was stopped.
log_executions() {
	awk '/^stat::number_of_executed_units:/ { last = $2 }
		/^#[0-9]+\t/ { seen = substr($1, 2) }
		END { print last == "" ? seen + 0 : last }' "$1"
}

# "EDGES INPUTS" of the last line of the log $1 that tells them.
log_edges() {
	awk '/ cov: [0-9]+ / {
			for (i = 1; i < NF; i++) {
				if ($i == "cov:") edges = $(i + 1)
				if ($i == "corp:") inputs = $(i + 1)
			}
			sub(/\/.*/, "", inputs)
		}
		END { print edges + 0, inputs + 0 }' "$1"
}

# The file that a finding left in the folder $1, if any.
artifact() {
	find "$1" -maxdepth 1 -type f \( -name 'crash-*' -o -name 'leak-*' -o -name 'timeout-*' \
		-o -name 'oom-*' \) | sort | head -n 1
}

# Removes what findings left under the prefix $1, "FOLDER/" or "FILE.".
remove_artifacts() {
	rm -f "$1"crash-* "$1"leak-* "$1"timeout-* "$1"oom-*
}

# What a finding is, in one line that is the same for the same finding, from the log $1: the broken
# rule of an oracle, or the sanitizer's word and the topmost function of the library in the trace
# (else the topmost that is none of the runtime's), "KIND in FUNCTION (FILE:LINE)".
log_finding() {
	awk '
		function plain(text) {
			gsub(/0x[0-9a-f]+/, "N", text)
			gsub(/[0-9][0-9][0-9]+/, "N", text)
			return substr(text, 1, 160)
		}
		function first(pattern) {
			sub(pattern, "")
			if (rule == "")
				rule = $0
		}
		/: oracle broken: / {
			place = $0
			sub(/: oracle broken: .*/, "", place)
			sub(/.*\//, "", place)
			first(".*: oracle broken: ")
			rule = plain(rule) " (" place ")"
			exit
		}
		/^icelab: rule broken: / { first("^icelab: rule broken: "); rule = plain(rule); exit }
		/^icelab oracle: / { first("^icelab oracle: "); rule = plain(rule); exit }
		# GLib names itself before its assertions.
		/ERROR:.*: assertion failed/ { first(".*ERROR:(\\.\\./)*"); sub(/^.*\//, "", rule); rule = plain(rule); exit }
		# What says first what it is wins: the sanitizers print more than one summary.
		kind == "" && /runtime error:/ { sub(/.*runtime error: /, ""); kind = plain($0) }
		kind == "" && /(ERROR|WARNING): [A-Za-z]+Sanitizer: / {
			sub(/.*Sanitizer: /, "")
			sub(/ (on|of|in|\().*/, "")
			kind = $0
		}
		kind == "" && /ERROR: libFuzzer: / { sub(/.*libFuzzer: /, ""); sub(/ \(.*/, ""); kind = $0 }
		/^ +#[0-9]+ 0x/ {
			name = $0
			sub(/^ +#[0-9]+ 0x[0-9a-f]+ in /, "", name)
			at = name
			sub(/[ (].*/, "", name)
			sub(/ *\(BuildId.*/, "", at)
			sub(/.*\//, "", at)
			sub(/:[0-9]+$/, "", at)
			if (library == "" && /\/fuzz\/libnice\/\.\.\//)
				library = name " (" at ")"
			if (other == "" && !/(__asan|__ubsan|__sanitizer|__interceptor|__msan|__lsan|fuzzer::|compiler-rt)/ &&
				name !~ /^(memcpy|memmove|memset|memcmp|strlen|str[a-z]*cpy|free|malloc|calloc|realloc|raise|abort|gsignal|g_[a-z_0-9]+|__[a-z_]+)?$/)
				other = name " (" at ")"
		}
		END {
			if (rule != "")
				print rule
			else if (library != "" || other != "")
				print kind " in " (library != "" ? library : other)
			else
				print kind
		}' "$1"
}

# Runs the input $3 of the target $2 of the build folder $1 once more, alone, so that no other input
# has a part in it, with traces that reach through libraries without frame pointers; log in $4.
# Prints what log_finding says of it, nothing where it is not a finding.
replay() {
	ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0 setpriv --pdeathsig KILL "$1/fuzz/$2" \
		-timeout="$TARGET_TIMEOUT" -rss_limit_mb="$TARGET_MEMORY" -artifact_prefix="$4." "$3" \
		>"$4" 2>&1 </dev/null || log_finding "$4"
	remove_artifacts "$4."
}

# Runs the input $3 of the target $2 with the library as the distribution compiles it (build folder
# $1, preset fuzz-stock) under valgrind, whose eyes are others than the sanitizers'; log in $4, guards
# in $5. Prints what it sees in one line, or "nothing".
stock_check() {
	local words

	# Memory that GLib keeps for itself is reachable, not lost.
	env ${5:+"ICELAB_GUARDS=$5"} setpriv --pdeathsig KILL timeout 300 valgrind --leak-check=full --show-leak-kinds=definite \
		--num-callers=30 "$1/fuzz/$2" -timeout=250 -rss_limit_mb=0 -artifact_prefix="$4." "$3" \
		>"$4" 2>&1 </dev/null || true
	remove_artifacts "$4."
	words=$(sed 's/^==[0-9]*== *//' "$4" | awk '
		function place(  name) {
			name = $0
			sub(/^(at|by) 0x[0-9A-F]+: /, "", name)
			return name
		}
		seen { next }
		/^(Invalid (read|write) of size|Conditional jump|Use of uninitialised|Invalid free|Syscall param|Source and destination overlap)/ ||
			/definitely lost in loss record/ {
			what = $0
			sub(/ in loss record.*/, "", what)
			gsub(/[0-9,]+ \([^)]*\) bytes|[0-9,]+ bytes/, "bytes", what)
			next
		}
		# The first of each report whose topmost function is the library itself.
		what != "" && /^(at|by) 0x/ {
			if (/\((stun|agent|socket|nice|random)[a-z]*\/|\.c:[0-9]+\)/ && !/(vg_replace|Fuzzer|\/fuzz\/)/) {
				print what " in " place()
				seen = 1
			}
			next
		}
		what != "" && /^$/ { what = "" }')
	if [ -z "$words" ] && grep -qE 'oracle broken|rule broken|icelab oracle|assertion failed|deadly signal|ALARM' "$4"; then
		words=$(log_finding "$4")
	fi
	echo "${words:-nothing}"
}

# The IDs of the ledger $1.
ledger_ids() {
	sed -n 's/^\[\(.*\)\]$/\1/p' "$1"
}

# The value of the key $3 of the entry $2 of the ledger $1.
ledger_value() {
	awk -v id="$2" -v key="$3" '
		/^\[/ { inside = $0 == "[" id "]" }
		inside && $0 ~ "^" key " *=" { sub(/^[a-z]+ *= */, ""); print; exit }' "$1"
}

# "SCORE ID" of each entry of the ledger $1 that the words $2 (a file, from log_finding) of a finding
# show by one of its "shows", which " | " separates. Who says most about the finding has the highest
# score, who names its function before all.
ledger_scores() {
	awk '
		# Not as the start of a longer name.
		function has(text, part,  at, after) {
			at = part == "" ? 0 : index(text, part)
			after = substr(text, at + length(part), 1)
			return at && !(part ~ /[A-Za-z0-9_]$/ && after ~ /[A-Za-z0-9_]/)
		}
		FNR == NR {
			if (/^\[/) id = substr($0, 2, length($0) - 2)
			else if (/^(shows|function|flavour) *=/) {
				key = $1
				text = $0
				sub(/^[a-z]+ *= */, "", text)
				of[id, key] = text
				ids[id] = 1
			}
			next
		}
		{
			for (id in ids) {
				# What shows under MemorySanitizer alone.
				if (of[id, "flavour"] == "msan" && !/uninitialized/)
					continue
				longest = 0
				count = split(of[id, "shows"], shows, / \| /)
				for (i = 1; i <= count; i++)
					if (has($0, shows[i]) && length(shows[i]) > longest)
						longest = length(shows[i])
				if (longest)
					print longest + (has($0, of[id, "function"]) ? 1000 : 0), id
			}
		}' "$1" "$2"
}

# Whether the words $3 of a finding show the entry $2 of the ledger $1.
ledger_shows() {
	ledger_scores "$1" <(echo "$3") | grep " $2\$" >/dev/null
}

# Those IDs of the ledger $1 that say most about the finding whose words are in the file $2.
ledger_match() {
	ledger_scores "$1" "$2" | sort -k 1,1nr -k 2 | awk 'NR == 1 { most = $1 } $1 == most { print $2 }'
}
