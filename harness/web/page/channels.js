// SPDX-License-Identifier: MIT
//
// Through what an address is learned, and what that means: one line each.
const channels = {
	host: ['host candidate', 'an address of this machine, told to any script that gathers'],
	srflx: ['srflx candidate', 'what a STUN server saw, told to any script that gathers'],
	prflx: ['prflx candidate', 'what a peer saw, told to any script that gathers'],
	relay: ['relay candidate', 'the address at a TURN server'],
	raddr: ['related address', 'stands beside a srflx or relay candidate: the address behind it'],
	sdp: ['session description', 'the offer that a page sends to whomever it likes'],
	stats: ['statistics', 'what getStats() tells any script'],
	error: ['icecandidateerror', 'what a script is told when a STUN server does not answer'],
	extension: ['candidate extension', 'a field behind the candidate that few look at'],
	foundation: ['foundation', 'computed from the address; who knows the formula tries them all'],
	mdns: ['mDNS', 'an announcement to everyone on a link'],
	wire: ['wire', 'packets that others saw pass, whatever the script was told'],
};

export function describeChannel(channel) {
	return channels[channel] || [channel, ''];
}
