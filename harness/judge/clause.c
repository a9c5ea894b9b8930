/* SPDX-License-Identifier: MIT */
#include "judge/clause.h"

#include <stddef.h>
#include <string.h>

static const IcelabClause clauses[] = {
	{"N4", "RFC 8828 5.2, mode 1", "all network interfaces are used to reach STUN, TURN and peers"},
	{"N5", "RFC 8828 5.2, mode 2", "the kernel's routing table is followed"},
	{"N7", "RFC 8828 5.2, mode 2",
		"the local addresses associated with the chosen interface are host candidates"},
	{"N8", "RFC 8828 5.2, mode 3", "associated private addresses are not provided"},
	{"N9", "RFC 8828 5.2, mode 4", "as mode 3, and through the proxy where HTTP goes through one"},
	{"N10", "RFC 8828 5.2, mode 4", "UDP is disabled where it cannot be proxied"},
	{"N11", "RFC 8828 5.2", "mode 1 is not used without the user's consent"},
	{"N12", "RFC 8828 5.2", "without consent mode 2 is used, or a stricter one"},
	{"N14", "RFC 8828 6.2", "the associated local address is found without sending packets"},
	{"N16", "RFC 8828 7", "applications tell modes 3 and 4 by the absence of host candidates"},
	{"I1", "RFC 8445 5.1.1.1", "a host candidate is an address of the host, one on each interface"},
	{"I2", "RFC 8445 5.1.1.1", "loopback addresses are not gathered"},
	{"I3", "RFC 8445 5.1.1.1", "IPv4-compatible and site-local IPv6 addresses are not gathered"},
	{"I4", "RFC 8445 5.1.1.1", "IPv4-mapped IPv6 addresses are not gathered"},
	{"I5", "RFC 8445 5.1.1.1",
		"beside an address that resists tracking, one that allows it is not gathered"},
	{"I6", "RFC 8445 5.1.1.1",
		"beside an address that resists tracking, IPv6 link-local is not gathered"},
	{"I7", "RFC 8445 5.1.1.2", "server-reflexive and relayed candidates are gathered"},
	{"I9", "RFC 8445 5.1.1.3",
		"foundations are equal exactly for the same type, base, server and transport"},
	{"T1", "RFC 8835 3.3", "beside a temporary IPv6 address, permanent ones are discarded"},
	{"T2", "RFC 8835 3.3", "deprecated temporary addresses are discarded"},
	{"S1", "RFC 8839 5.1",
		"srflx, prflx and relay candidates have a related address and port, host candidates none"},
	{"S3", "RFC 8839 5.1 and 9.1", "a hidden related address is 0.0.0.0 or ::, with port 9"},
	{"S4", "RFC 8839 5.1", "a candidate's address is no domain name"},
	{"J1", "RFC 9429 3.5.3",
		"candidates that the policy forbids are neither shown, nor used, nor visible in other "
		"fields"},
	{"J3", "RFC 9429 5.2.1", "the address in o= means nothing"},
	{"J4", "RFC 9429 5.2.1", "c= and a=rtcp name no local address"},
	{"M1", "mdns-ice-candidates 3.1.1", "a hidden host's name is a version 4 UUID under .local"},
	{"M4", "mdns-ice-candidates 3.1.1", "a name stands for one address"},
	{"M6", "mdns-ice-candidates 3.1.2.2",
		"where a name hides the base, the related address of a srflx candidate is hidden"},
	{"M8", "mdns-ice-candidates 3.1.2.4", "a name that hides an address does not stand in c="},
	{"M10", "mdns-ice-candidates 3.2.2", "nothing but version 4 UUIDs under .local is looked up"},
	{"M11", "mdns-ice-candidates 3.3.1", "peer-reflexive candidates show nothing that was hidden"},
	{"W1", "W3C webrtc-pc, RTCIceTransportPolicy",
		"under \"relay\" only relay candidates are used"},
	{"W3", "w3c/webrtc-pc#3106",
		"the related address of a remote candidate is null unless the application gave it"},
	{"W4", "W3C webrtc-pc, RTCPeerConnectionIceErrorEvent",
		"address and port of an error are null unless a local candidate shows the address"},
	{"W8", "W3C webrtc-stats, RTCIceCandidateStats.address",
		"the address of a remote candidate is null unless the application gave it"},
	{"W9", "W3C webrtc-stats, RTCIceCandidateStats.relayProtocol",
		"a remote candidate's statistics say nothing of its relay"},
	{"L3", "", "from a foundation no hidden address can be computed"},
	{"L6", "", "the description and the candidates that were trickled are the same"},
	{"L12", "", "an error names the server as it was configured"},
	{"L15", "RFC 8838", "nothing is trickled after the end of candidates"},
	{"L22", "", "names are not looked up beside the route that HTTP takes"},
	{"L23", "RFC 6762", "no multicast DNS under a policy that has nothing to announce"},
	{"L29", "RFC 8445 5.1.1.1", "the unspecified address is no candidate"},
	{"L30", "", "nothing is sent that no candidate and no server explains"},
	{"L38", "", "UPnP and NAT-PMP do not ask on links that the policy forbids"},
};

const IcelabClause *icelab_clause(const char *id)
{
	for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
		if (strcmp(clauses[i].id, id) == 0)
			return &clauses[i];
	}
	return NULL;
}
