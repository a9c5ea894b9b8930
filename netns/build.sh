# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # What the verbs collected is in variables that start with icelab_.
#
# Makes the network that the verbs of lib.sh collected, with as few processes as it takes: one more
# costs as much as ten addresses, so nothing but the tools themselves is forked.

# An ordinary login has no sbin in its path, where nft is.
PATH=$PATH:/usr/sbin:/sbin

# --- Errors --------------------------------------------------------------------------------

# icelab_skip TEXT: this machine lacks something.
icelab_skip() {
	echo "skip: $1" >&2
	exit 77
}

# icelab_die TEXT: the verb at hand cannot be right.
icelab_die() {
	icelab_blame "$icelab_verb" "$1"
	exit 1
}

# icelab_blame VERB MESSAGE: names the last line of the script that reads like VERB, since dash
# does not tell which line it is at. A line with variables in it is not found.
icelab_blame() {
	message=$2
	IFS=" 	'\""
	# shellcheck disable=SC2086 # Splitting takes the quotes off the words.
	set -- "$1" $1
	IFS=' '
	verb=$1 at='' line=0
	shift
	wanted=$*
	while IFS= read -r text; do
		line=$((line + 1))
		IFS=" 	'\""
		# shellcheck disable=SC2086
		set -- $text
		IFS=' '
		text=$*
		case $text in
		"$wanted" | "$wanted "*) at=:$line ;;
		*\\) case $wanted in "${text%\\}"*) at=:$line ;; esac ;;
		esac
	done <"$0"
	echo "$0$at: $verb: $message" >&2
}

# icelab_read_error FILE: what a tool complains of in $said, and which of the commands in $number:
# what it tells, or else $count, or else nothing.
icelab_read_error() {
	said='' number=$count
	while IFS= read -r text; do
		case $text in
		'Command failed -:'*) number=${text##*:} && continue ;;
		/dev/stdin:[0-9]*) text=${text#*:} number=${text%%:*} text=${text#*: } ;;
		'sh: '[0-9]*) text=${text#*: } number=${text%%:*} text=${text#*: } ;;
		esac
		[ -n "$said" ] || said=$text
	done <"$1"
	[ -n "$said" ] || said='it fails without a word'
	[ -z "$count" ] || number=$count
}

# icelab_blame_command PREFIX COMMANDS: the one that $said and $number are about. Always fails.
icelab_blame_command() {
	# ip does not tell the number where a word is wrong, but repeats the word.
	word=${said#*\"} word=${word%%\"*} rest=$2 line=0 found=build
	while [ -n "$rest" ] && [ "$found" = build ]; do
		text=${rest%%"$icelab_nl"*} rest=${rest#*"$icelab_nl"} line=$((line + 1))
		case ${number:-"${text% # *} "} in
		"$line" | *" $word "*) found=${text##* # } said="$said ($1${text% # *}${1##*[!\']})" ;;
		esac
	done
	icelab_blame "$found" "$said"
	return 1
}

# --- Commands ------------------------------------------------------------------------------

# A PREFIX is what all COMMANDS have before them. One that ends in a quote takes a command as one
# word. A command ends in its verb, as a comment.

# icelab_echo PREFIX COMMANDS: as one would type them.
icelab_echo() {
	[ -n "$ICELAB_ECHO" ] || return 0
	rest=$2
	while [ -n "$rest" ]; do
		text=${rest%%"$icelab_nl"*} rest=${rest#*"$icelab_nl"}
		echo "$1${text% # *}${1##*[!\']}" >&2
	done
}

# icelab_each PREFIX COMMANDS: one process each, until one fails, which is number $count.
icelab_each() {
	left=$2 count=0
	while [ -n "$left" ]; do
		text=${left%%"$icelab_nl"*} left=${left#*"$icelab_nl"} count=$((count + 1))
		text=${text% # *}
		# shellcheck disable=SC2086 # Words are meant.
		case $1 in
		*\') ${1%\'} "$text" ;;
		*) $1 $text ;;
		esac || return
	done
}

# icelab_ip NODE PREFIX COMMANDS: PREFIX is ip with the options that all COMMANDS share.
icelab_ip() {
	[ -n "$3" ] || return 0
	icelab_echo "$2" "$3"
	count=
	if [ -n "$ICELAB_EACH" ]; then
		icelab_each "$2" "$3"
	else
		# shellcheck disable=SC2086
		${2}-batch - <<-EOF
			$3
		EOF
	fi 2>"$ICELAB_WORK/$1.errors" && return
	icelab_read_error "$ICELAB_WORK/$1.errors"
	return 1
}

# icelab_enter NODE: kernel settings and NAT, in one visit.
icelab_enter() {
	settings='' statements='' count=''
	eval "settings=\$icelab_sysctl_$1 statements=\$icelab_nft_$1"
	enter="nsenter --net=/run/netns/$1" prefix="nsenter --net=/run/netns/$1 sh -c '"
	icelab_echo "$prefix" "$settings"
	icelab_echo "$enter nft '" "$statements"
	if [ -n "$ICELAB_EACH" ]; then
		icelab_each "$prefix" "$settings" &&
			prefix="$enter nft '" settings=$statements && icelab_each "$prefix" "$settings"
	elif [ -n "$statements" ]; then
		$enter sh -c "set -e; ${settings}exec nft -f -" <<-EOF
			$statements
		EOF
	else
		$enter sh -c "set -e; $settings"
	fi 2>"$ICELAB_WORK/$1.errors" && return
	icelab_read_error "$ICELAB_WORK/$1.errors"
	case $said in Error:*) prefix="$enter nft '" settings=$statements ;; esac
	icelab_blame_command "$prefix" "$settings"
}

# --- Steps ---------------------------------------------------------------------------------

# icelab_make_devices: the tunnels' ends, where the kernel has WireGuard; tells by $userspace where
# it has not. WireGuard's own packets stay in the namespace that its device was made in, so each is
# made in its node.
icelab_make_devices() {
	userspace='' count=''
	for tunnel in $icelab_tunnels; do
		node=${tunnel%%:*}
		eval "commands=\$icelab_device_$node"
		icelab_ip "$node" "ip -n $node " "$commands" && continue
		case $icelab_tunnels in
		"$tunnel "*) userspace=yes && break ;;
		*) icelab_blame_command "ip -n $node " "$commands" || exit 1 ;;
		esac
	done
	[ -n "$userspace" ] || return 0
	command -v wireguard-go >/dev/null || icelab_skip \
		'this kernel has no WireGuard: modprobe wireguard, or apt install wireguard-go'
	{ true <>/dev/net/tun; } 2>/dev/null || icelab_skip \
		'this kernel has no WireGuard and /dev/net/tun cannot be opened: chmod 666 /dev/net/tun'
}

# icelab_tunnel NODE: wireguard-go returns when it can be asked and goes on behind.
icelab_tunnel() {
	device='' key='' peers='' count=''
	eval "device=\$icelab_interface_$1 key=\$icelab_key_$1 peers=\$icelab_peers_$1"
	enter="nsenter --net=/run/netns/$1" file=$ICELAB_WORK/$1.key
	icelab_echo '' "echo $key >$file$icelab_nl"
	echo "$key" >"$file" || return
	daemon="$enter wireguard-go $device" configure="$enter wg set $device private-key $file $peers"
	[ -n "$userspace" ] || daemon=
	for command in "$daemon" "$configure"; do
		[ -n "$command" ] || continue
		icelab_echo '' "$command$icelab_nl"
		# shellcheck disable=SC2086 # Words are meant.
		$command >"$ICELAB_WORK/$1.wireguard" 2>&1 && continue
		icelab_read_error "$ICELAB_WORK/$1.wireguard"
		icelab_blame "tunnel $1 $device $key $peers" "$said ($command)"
		return 1
	done
}

# icelab_fill NODE: all that is its own. The settings come first, because those for temporary
# addresses must; in a batch, addresses cannot be shown after links.
icelab_fill() {
	icelab_jobs=
	case " $icelab_tunnels" in
	*" $1:"*) icelab_start icelab_tunnel "$1" ;;
	esac
	icelab_enter "$1" || return
	# shellcheck disable=SC2086 # The list is empty where commands go one by one.
	icelab_wait $icelab_jobs
	commands='' kinds='up tunnel address route made show'
	# One by one, what was made is shown at the end only.
	[ -z "$ICELAB_EACH" ] || kinds='up tunnel address route'
	for kind in $kinds; do
		eval "commands=\$commands\$icelab_${kind}_$1"
	done
	icelab_ip "$1" "ip -n $1 " "$commands" >"$ICELAB_WORK/$1.shown" ||
		icelab_blame_command "ip -n $1 " "$commands" || return
	eval "commands=\$icelab_six_$1"
	icelab_ip "$1" "ip -6 -n $1 " "$commands" || icelab_blame_command "ip -6 -n $1 " "$commands"
}

# icelab_settle NODE: waits for workers of the kernel, which are late under load. Until they have
# been there, Linux drops what is sent on a link that just got its carrier, and hears nobody ask for
# a new IPv6 address. To show a link does that work at once since Linux 6.9.
icelab_settle() {
	eval "commands=\$icelab_made_$1\$icelab_show_$1"
	[ -n "$commands" ] || return 0
	tries=0
	until icelab_settled "$1"; do
		tries=$((tries + 1))
		[ $tries -lt 2000 ] || icelab_die "$1 does not become ready: $word $text"
		icelab_ip "$1" "ip -n $1 " "$commands" >"$ICELAB_WORK/$1.shown" ||
			icelab_blame_command "ip -n $1 " "$commands" || exit 1
	done
}

# icelab_settled NODE: by what was shown last.
icelab_settled() {
	seen=
	while read -r word text; do
		case $word:$text in
		local:* | *': <'*' state UP '*) ;;
		*': <'* | *:'from :: '* | inet6:*' tentative '*) return 1 ;;
		esac
		seen=yes
	done <"$ICELAB_WORK/$1.shown"
	[ -n "$seen" ]
}

# icelab_read_back NODE:INTERFACE:NAME: the temporary address that the kernel made up.
icelab_read_back() {
	IFS=:
	# shellcheck disable=SC2086
	set -- $1
	IFS=' '
	address='' device=''
	while read -r word text; do
		case $word in
		[0-9]*:) device=${text%%[@:]*} ;;
		inet6) [ "$device" != "$2" ] || address=${text%%/*} ;;
		esac
	done <"$ICELAB_WORK/$1.shown"
	[ -n "$address" ] || icelab_die "the kernel made no temporary address on $2 of $1"
	icelab_note "address $3 $address $1 $2"
}

# icelab_start FUNCTION ARGUMENT: beside the others, or in its turn where commands go one by one.
icelab_start() {
	if [ -n "$ICELAB_EACH" ]; then
		"$1" "$2" || exit 1
	else
		"$1" "$2" &
		icelab_jobs="$icelab_jobs $!"
	fi
}

# icelab_wait PROCESS...
icelab_wait() {
	failed=
	for job in "$@"; do
		wait "$job" || failed=yes
	done
	[ -z "$failed" ] || exit 1
}

# build: makes it all and writes the book.
build() {
	icelab_begin build 0 build
	# shellcheck disable=SC2153
	case $ICELAB_BOOK:$ICELAB_WORK in
	:* | *:)
		icelab_die 'set ICELAB_BOOK and ICELAB_WORK, and be in a sandbox: see netns/README.md'
		;;
	esac
	[ -d "$ICELAB_WORK" ] || mkdir -p "$ICELAB_WORK" || exit 1
	for tool in ip nsenter nft ${icelab_tunnels:+wg}; do
		command -v "$tool" >/dev/null || icelab_skip \
			"$tool is missing: apt install iproute2 util-linux nftables wireguard-tools"
	done
	icelab_ip setup 'ip ' "$icelab_setup" || icelab_blame_command 'ip ' "$icelab_setup" || exit 1
	icelab_make_devices
	# The nodes with a tunnel come first: they take longest.
	for tunnel in $icelab_tunnels; do
		icelab_start icelab_fill "${tunnel%%:*}"
	done
	for node in $icelab_nodes; do
		case " $icelab_tunnels" in
		*" $node:"*) ;;
		*) icelab_start icelab_fill "$node" ;;
		esac
	done
	# shellcheck disable=SC2086
	icelab_wait $icelab_jobs
	for node in $icelab_nodes; do
		icelab_settle "$node"
	done
	for entry in $icelab_unread; do
		icelab_read_back "$entry"
	done
	printf %s "$icelab_book$icelab_uses" >"$ICELAB_BOOK" || exit 1
}
