# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Verbs that describe a network. They only collect what `build` makes of it, in build.sh.
# README.md lists the verbs and explains the address book.

icelab_nl='
'
set -f

icelab_nodes=
icelab_names=' '
icelab_book=
icelab_uses=
icelab_setup=
icelab_tunnels=
icelab_unread=
icelab_jobs=

# shellcheck source=netns/build.sh
. "${0%"${0##*/}"}./build.sh"

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

# icelab_note LINE: into the book, before the lines of icelab_use, which refer to addresses.
icelab_note() {
	icelab_book=$icelab_book$1$icelab_nl
}

icelab_use() {
	icelab_uses=$icelab_uses$1$icelab_nl
}

# icelab_name NAME: that no other address has.
icelab_name() {
	case $icelab_names in
	*" $1 "*) icelab_die "another address is called '$1' already" ;;
	esac
	icelab_names="$icelab_names$1 "
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
	for kind in up device tunnel address route made show six sysctl nft; do
		eval "icelab_${kind}_$1="
	done
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
	icelab_collect show "$1" "link show dev $2"
	icelab_collect show "$3" "link show dev $4"
}

addr() {
	icelab_begin 'addr NODE INTERFACE ADDRESS/LENGTH [NAME]' 3 addr "$@"
	icelab_check_node "$1"
	case $3 in
	*:*)
		icelab_collect address "$1" "address add $3 dev $2 nodad"
		icelab_collect made "$1" "route get ${3%/*} oif $2"
		;;
	*) icelab_collect address "$1" "address add $3 dev $2" ;;
	esac
	[ -z "$4" ] || icelab_name "$4"
	[ -z "$4" ] || icelab_note "address $4 ${3%/*} $1 $2"
}

# What stateless autoconfiguration makes of a router's PREFIX: an address that tells the MAC
# (RFC 4291 appendix A) and a temporary one (RFC 8981), which the kernel makes up and prefers.
slaac() {
	icelab_begin 'slaac NODE INTERFACE A:B:C:D::/64 MAC NAME TEMPORARY-NAME' 6 slaac "$@"
	icelab_check_node "$1"
	icelab_name "$5"
	icelab_name "$6"
	case $4 in
	??:??:??:??:??:??) ;;
	*) icelab_die "'$4' is no MAC address" ;;
	esac
	IFS=:
	# shellcheck disable=SC2086
	set -- "$@" $4
	IFS=' '
	address=${3%::/64}:$(printf '%x:%x:%x:%x' $((0x$7 << 8 ^ 0x200 | 0x$8)) $((0x$9 << 8 | 0xff)) \
		$((0xfe00 | 0x${10})) $((0x${11} << 8 | 0x${12})))
	icelab_collect up "$1" "link set $2 address $4"
	# Without the check for duplicates, which would take 1 s.
	icelab_sysctl "$1" "net.ipv6.conf.$2.dad_transmits=0"
	icelab_sysctl "$1" "net.ipv6.conf.$2.accept_dad=0"
	icelab_sysctl "$1" "net.ipv6.conf.$2.use_tempaddr=2"
	icelab_collect address "$1" "address add $address/64 dev $2 mngtmpaddr nodad"
	icelab_collect made "$1" "route get $address oif $2"
	icelab_collect made "$1" "address show dev $2 temporary"
	icelab_note "address $5 $address $1 $2"
	icelab_unread="$icelab_unread$1:$2:$6 "
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
	icelab_begin 'nft NODE WORDS-OF-A-STATEMENT...' 2 nft "$@"
	icelab_check_node "$1"
	node=$1
	shift
	icelab_collect nft "$node" "$*"
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
	*" $1:"*) icelab_die "'$1' has a tunnel already" ;;
	*:"$2 "*) icelab_die "a tunnel is called '$2' already" ;;
	esac
	icelab_tunnels="$icelab_tunnels$1:$2 "
	icelab_collect device "$1" "link add $2 type wireguard"
	# Apart, since a device without carrier to wait for makes its address the moment it is up.
	icelab_collect tunnel "$1" "link set $2 addrgenmode none"
	icelab_collect tunnel "$1" "link set $2 up"
	eval "icelab_interface_$1=\$2 icelab_key_$1=\$3"
	node=$1
	shift 3
	eval "icelab_peers_$node=\$*"
}

server() {
	icelab_begin 'server NAME PORT' 2 server "$@"
	icelab_check_name "$1"
	icelab_use "server $1 $2"
}

origin() {
	icelab_begin 'origin NAME' 1 origin "$@"
	icelab_check_name "$1"
	icelab_use "origin $1"
}

path() {
	icelab_begin 'path INTERFACE SERVER MAPPED' 3 path "$@"
	icelab_check_name "$2"
	icelab_check_name "$3"
	icelab_use "path $1 $2 $3"
}

infra() {
	icelab_begin 'infra NODE INTERFACE PROTOCOL NAME:PORT NAME:PORT WHY' 6 infra "$@"
	icelab_check_node "$1"
	icelab_check_name "${4%:*}"
	icelab_check_name "${5%:*}"
	icelab_use "infra $*"
}
