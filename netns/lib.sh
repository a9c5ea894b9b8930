# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Verbs that describe a network. They only collect; `build` makes the network with as few
# processes as it takes. README.md lists the verbs and explains the address book.
#
# Nothing but the tools themselves is forked: one more process costs as much as ten addresses.

icelab_nl='
'
set -f

icelab_nodes=
icelab_names=' '
icelab_book=
icelab_setup=
icelab_tunnels=
icelab_devices=
icelab_jobs=

# --- Errors --------------------------------------------------------------------------------

# icelab_die TEXT: the verb at hand cannot be right.
icelab_die() {
	icelab_blame "$icelab_verb" "$1"
	exit 1
}

# icelab_skip TEXT: this machine lacks something.
icelab_skip() {
	echo "skip: $1" >&2
	exit 77
}

# icelab_blame VERB MESSAGE: names the last line of the script that reads like VERB, since dash
# does not say which line it is at. Only a verb spelled out there, without variables, is found.
icelab_blame() {
	IFS=" 	'\"$icelab_nl"
	# shellcheck disable=SC2086 # Splitting leaves the words alone, without quotes.
	set -- "$1" "$2" $1
	verb=$1 message=$2
	shift 2
	IFS=' '
	wanted=$* at='' count=0
	while IFS= read -r text; do
		count=$((count + 1))
		IFS=" 	'\""
		# shellcheck disable=SC2086
		set -- $text
		IFS=' '
		case $* in
		'') ;;
		"$wanted" | "$wanted "*) at=:$count ;;
		*\\)
			text=$*
			case $wanted in "${text%\\}"*) at=:$count ;; esac
			;;
		esac
	done <"$0"
	echo "$0$at: $verb: $message" >&2
}

# icelab_blame_line COMMANDS PREFIX: command $number failed, as $said says. Fails, for the caller.
icelab_blame_line() {
	rest=$1
	while [ "$number" -gt 1 ]; do
		rest=${rest#*"$icelab_nl"} number=$((number - 1))
	done
	rest=${rest%%"$icelab_nl"*}
	icelab_blame "${rest##* # }" "$said ($2${rest% # *})"
	return 1
}

# icelab_read_error FILE: the number of the command that failed in $number, and what ip, nft or sh
# says about it in $said.
icelab_read_error() {
	said='' number=1
	while IFS= read -r text; do
		case $text in
		'Command failed -:'*) number=${text##*:} && continue ;;
		/dev/stdin:[0-9]*) text=${text#*:} number=${text%%:*} text=${text#*: } ;;
		'sh: '[0-9]*) text=${text#*: } number=${text%%:*} text=${text#*: } ;;
		esac
		[ -n "$said" ] || said=$text
	done <"$1"
	[ -n "$said" ] || said='it fails without a word'
	[ -z "$ICELAB_EACH" ] || number=$count
}

# --- Collecting ----------------------------------------------------------------------------

# icelab_begin USAGE NEEDED VERB WORDS...: the verb that the collected commands come from.
icelab_begin() {
	usage=$1 needed=$2
	shift 2
	icelab_verb=$*
	[ $# -gt "$needed" ] || icelab_die "usage: $usage"
}

# icelab_collect KIND NODE COMMAND: for `build`, with the verb as a comment at its end.
icelab_collect() {
	eval "icelab_$1_$2=\${icelab_$1_$2}\$3' # '\$icelab_verb\$icelab_nl"
}

icelab_check_node() {
	case " $icelab_nodes " in
	*" $1 "*) ;;
	*) icelab_die "there is no node '$1'" ;;
	esac
}

icelab_check_name() {
	case $icelab_names in
	*" $1 "*) ;;
	*) icelab_die "no address is called '$1'" ;;
	esac
}

icelab_note() {
	icelab_book=$icelab_book$1$icelab_nl
}

# icelab_name NAME ADDRESS NODE INTERFACE: into the book.
icelab_name() {
	case $icelab_names in
	*" $1 "*) icelab_die "another address is called '$1' already" ;;
	esac
	icelab_names="$icelab_names$1 "
	icelab_note "address $1 $2 $3 $4"
}

# icelab_sysctl NODE KEY=VALUE: as a line of shell.
icelab_sysctl() {
	rest=${2%%=*} file=/proc/sys
	while [ -n "$rest" ]; do
		file=$file/${rest%%.*}
		case $rest in
		*.*) rest=${rest#*.} ;;
		*) rest= ;;
		esac
	done
	icelab_collect sysctl "$1" "echo ${2#*=} >$file"
}

# --- Verbs ---------------------------------------------------------------------------------

topology() {
	icelab_begin 'topology NAME' 1 topology "$@"
	icelab_note "topology $1"
}

# Forwarding and the like are set whatever the host has, because a new namespace inherits the
# host's IPv4 settings.
node() {
	icelab_begin 'node NAME client|lan|core|stun|vpn' 2 node "$@"
	case $1 in
	*[!a-z0-9_]*) icelab_die "'$1' is no name for a node: a-z, 0-9 and _ only" ;;
	esac
	case $2 in
	client | stun) forward=0 ;;
	lan | core | vpn) forward=1 ;;
	*) icelab_die "'$2' is no role: client, lan, core, stun or vpn" ;;
	esac
	icelab_nodes="$icelab_nodes$1 "
	icelab_setup="${icelab_setup}netns add $1 # $icelab_verb$icelab_nl"
	eval "icelab_up_$1= icelab_tunnel_$1= icelab_address_$1= icelab_route_$1= icelab_six_$1="
	eval "icelab_sysctl_$1= icelab_nft_$1= icelab_pid_$1="
	icelab_collect up "$1" 'link set lo up'
	icelab_sysctl "$1" net.ipv4.ip_forward=$forward
	# Loose, as systemd sets it: the kernel takes the higher of "all" and the interface's own.
	icelab_sysctl "$1" net.ipv4.conf.all.rp_filter=2
	icelab_note "node $1 $2"
}

link() {
	icelab_begin 'link NODE INTERFACE NODE INTERFACE' 4 link "$@"
	icelab_check_node "$1"
	icelab_check_node "$3"
	icelab_setup="${icelab_setup}link add $2 netns $1 type veth peer name $4 netns $3 # \
$icelab_verb$icelab_nl"
	# Else the kernel makes a link-local address, whose check for duplicates takes 2 s.
	icelab_collect up "$1" "link set $2 addrgenmode none up"
	icelab_collect up "$3" "link set $4 addrgenmode none up"
}

addr() {
	icelab_begin 'addr NODE INTERFACE ADDRESS/LENGTH [NAME]' 3 addr "$@"
	icelab_check_node "$1"
	case $3 in
	*:*) icelab_collect address "$1" "address add $3 dev $2 nodad" ;;
	*) icelab_collect address "$1" "address add $3 dev $2" ;;
	esac
	[ -z "$4" ] || icelab_name "$4" "${3%/*}" "$1" "$2"
}

route() {
	icelab_begin 'route NODE [-6] WORDS-OF-IP-ROUTE-ADD...' 2 route "$@"
	icelab_policy "$@"
}

rule() {
	icelab_begin 'rule NODE [-6] WORDS-OF-IP-RULE-ADD...' 2 rule "$@"
	icelab_policy "$@"
}

# icelab_policy NODE [-6] WORDS...: `ip -batch` takes no -6 on a line, so these go separately.
icelab_policy() {
	icelab_check_node "$1"
	node=$1 kind=route object=${icelab_verb%% *}
	shift
	[ "$1" != -6 ] || { kind=six && shift; }
	icelab_collect $kind "$node" "$object add $*"
}

sysctl() {
	icelab_begin 'sysctl NODE KEY=VALUE' 2 sysctl "$@"
	icelab_check_node "$1"
	icelab_sysctl "$1" "$2"
}

nft() {
	icelab_begin 'nft NODE STATEMENT' 2 nft "$@"
	icelab_check_node "$1"
	icelab_collect nft "$1" "$2"
}

# The ports are random, so that a private port that leaks differs from the mapped one.
nat() {
	icelab_begin 'nat NODE INTERFACE [ADDRESS [PREFIX]]' 2 nat "$@"
	icelab_check_node "$1"
	icelab_collect nft "$1" 'add table ip nat'
	icelab_collect nft "$1" \
		'add chain ip nat postrouting { type nat hook postrouting priority srcnat ; }'
	icelab_collect nft "$1" "add rule ip nat postrouting ${4:+ip saddr $4 }oifname $2 \
${3:+snat to }${3:-masquerade} fully-random"
}

# The words are those of `wg set`. The device is the kernel's or else wireguard-go's, whose names
# must differ in one sandbox.
tunnel() {
	icelab_begin 'tunnel NODE INTERFACE PRIVATE-KEY WORDS-OF-WG-SET...' 4 tunnel "$@"
	icelab_check_node "$1"
	case " $icelab_tunnels" in
	*" $1 "*) icelab_die "'$1' has a tunnel already" ;;
	*:"$2 "*) icelab_die "a tunnel is called '$2' already" ;;
	esac
	icelab_tunnels="$icelab_tunnels$1:$2 "
	icelab_devices="${icelab_devices}link add $2 netns $1 type wireguard # $icelab_verb$icelab_nl"
	# Apart, since a device without carrier to wait for makes its address the moment it is up.
	icelab_collect tunnel "$1" "link set $2 addrgenmode none"
	icelab_collect tunnel "$1" "link set $2 up"
	eval "icelab_key_$1=\$3"
	node=$1 device=$2
	shift 3
	eval "icelab_peers_$node=\$*"
}

server() {
	icelab_begin 'server NAME PORT' 2 server "$@"
	icelab_check_name "$1"
	icelab_note "server $1 $2"
}

origin() {
	icelab_begin 'origin NAME' 1 origin "$@"
	icelab_check_name "$1"
	icelab_note "origin $1"
}

path() {
	icelab_begin 'path INTERFACE SERVER MAPPED' 3 path "$@"
	icelab_check_name "$2"
	icelab_check_name "$3"
	icelab_note "path $1 $2 $3"
}

infra() {
	icelab_begin 'infra NODE INTERFACE PROTOCOL NAME:PORT NAME:PORT WHY' 6 infra "$@"
	icelab_check_node "$1"
	icelab_check_name "${4%:*}"
	icelab_check_name "${5%:*}"
	icelab_note "infra $*"
}

# --- Building ------------------------------------------------------------------------------

# icelab_echo PREFIX COMMANDS: as one would type them. A PREFIX that ends in a quote closes it too.
icelab_echo() {
	rest=$2 quote=
	case $1 in *\') quote=\' ;; esac
	while [ -n "$rest" ]; do
		text=${rest%%"$icelab_nl"*} rest=${rest#*"$icelab_nl"}
		echo "$1${text% # *}$quote" >&2
	done
}

# icelab_each PREFIX COMMANDS: one process each; the first that fails is COMMAND $count. A PREFIX
# that ends in a quote takes the command as one word.
icelab_each() {
	left=$2 count=0 prefix=${1%\'}
	while [ -n "$left" ]; do
		text=${left%%"$icelab_nl"*} left=${left#*"$icelab_nl"} count=$((count + 1))
		text=${text% # *}
		# shellcheck disable=SC2086 # Words are meant.
		case $1 in
		*\') $prefix "$text" ;;
		*) $prefix $text ;;
		esac || return
	done
}

# icelab_ip NODE PREFIX COMMANDS: PREFIX is ip with the options that all COMMANDS share.
icelab_ip() {
	[ -n "$3" ] || return 0
	[ -z "$ICELAB_ECHO" ] || icelab_echo "$2" "$3"
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
	settings='' statements=''
	eval "settings=\$icelab_sysctl_$1 statements=\$icelab_nft_$1"
	enter="nsenter --net=/run/netns/$1"
	if [ -n "$ICELAB_ECHO" ]; then
		icelab_echo "$enter sh -c '" "$settings"
		icelab_echo "$enter nft '" "$statements"
	fi
	commands=$settings
	if [ -n "$ICELAB_EACH" ]; then
		icelab_each "$enter sh -c '" "$settings" &&
			commands=$statements && icelab_each "$enter nft '" "$statements"
	elif [ -n "$statements" ]; then
		$enter sh -c "set -e; ${settings}exec nft -f -" <<-EOF
			$statements
		EOF
	else
		$enter sh -c "set -e; $settings"
	fi 2>"$ICELAB_WORK/$1.errors" && return
	icelab_read_error "$ICELAB_WORK/$1.errors"
	case $said in Error:*) commands=$statements ;; esac
	icelab_blame_line "$commands" "$enter "
	return 1
}

# icelab_make: the namespaces, the cables and, where the kernel has WireGuard, the tunnels. Tells by
# $userspace where it has not.
icelab_make() {
	userspace='' rest=$icelab_setup last=0
	while [ -n "$rest" ]; do
		rest=${rest#*"$icelab_nl"} last=$((last + 1))
	done
	commands=$icelab_setup$icelab_devices
	icelab_ip setup 'ip ' "$commands" && return
	if [ "$number" -le "$last" ]; then
		icelab_blame_line "$commands" 'ip '
		exit 1
	fi
	userspace=yes
	command -v wireguard-go >/dev/null || icelab_skip \
		'this kernel has no WireGuard: modprobe wireguard, or apt install wireguard-go'
	{ true <>/dev/net/tun; } 2>/dev/null || icelab_skip \
		'this kernel has no WireGuard and /dev/net/tun cannot be opened: chmod 666 /dev/net/tun'
}

# icelab_tunnel NODE:INTERFACE: wireguard-go returns when it can be asked and goes on behind.
icelab_tunnel() {
	node=${1%%:*} device=${1#*:} key='' peers=''
	eval "key=\$icelab_key_$node peers=\$icelab_peers_$node"
	enter="nsenter --net=/run/netns/$node" file=$ICELAB_WORK/$node.key
	echo "$key" >"$file" || return
	daemon="$enter wireguard-go $device" configure="$enter wg set $device private-key $file $peers"
	[ -n "$userspace" ] || daemon=
	for command in "$daemon" "$configure"; do
		[ -n "$command" ] || continue
		[ -z "$ICELAB_ECHO" ] || echo "$command" >&2
		# shellcheck disable=SC2086 # Words are meant.
		$command >"$ICELAB_WORK/$node.wireguard" 2>&1 && continue
		icelab_read_error "$ICELAB_WORK/$node.wireguard"
		icelab_blame "tunnel $node $device $key $peers" "$said ($command)"
		return 1
	done
}

# icelab_finish NODE: settings come before addresses, because those for temporary addresses must.
icelab_finish() {
	icelab_enter "$1" || return
	eval "commands=\$icelab_up_$1\$icelab_tunnel_$1\$icelab_address_$1\$icelab_route_$1"
	icelab_ip "$1" "ip -n $1 " "$commands" || icelab_blame_line "$commands" "ip -n $1 " || return
	eval "commands=\$icelab_six_$1"
	icelab_ip "$1" "ip -6 -n $1 " "$commands" || icelab_blame_line "$commands" "ip -6 -n $1 "
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
	:* | *:) icelab_die 'set ICELAB_BOOK and ICELAB_WORK, and be in a sandbox: see netns/README.md' ;;
	esac
	[ -d "$ICELAB_WORK" ] || mkdir -p "$ICELAB_WORK" || exit 1
	for tool in ip nsenter nft ${icelab_tunnels:+wg}; do
		command -v "$tool" >/dev/null || icelab_skip \
			"$tool is missing: apt install iproute2 util-linux nftables wireguard-tools"
	done
	icelab_make
	for tunnel in $icelab_tunnels; do
		icelab_start icelab_tunnel "$tunnel"
	done
	tunnels=$icelab_jobs icelab_jobs=
	# The nodes with a tunnel come last: they wait until it is there.
	for node in $icelab_nodes; do
		case " $icelab_tunnels" in
		*" $node:"*) ;;
		*) icelab_start icelab_finish "$node" ;;
		esac
	done
	for tunnel in $icelab_tunnels; do
		# shellcheck disable=SC2086 # The list of processes is as long as that of tunnels, or empty.
		set -- $tunnels
		icelab_wait ${1:+"$1"}
		tunnels=${tunnels#" $1"}
		icelab_start icelab_finish "${tunnel%%:*}"
	done
	# shellcheck disable=SC2086
	icelab_wait $icelab_jobs
	printf %s "$icelab_book" >"$ICELAB_BOOK" || exit 1
}
