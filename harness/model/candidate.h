/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/address.h"
#include "model/span.h"

/* One candidate line (RFC 8839 section 5.1), read strictly and without allocation. */

typedef enum {
	ICELAB_CANDIDATE_HOST,
	ICELAB_CANDIDATE_SRFLX,
	ICELAB_CANDIDATE_PRFLX,
	ICELAB_CANDIDATE_RELAY,
} IcelabCandidateType;

typedef enum {
	ICELAB_TRANSPORT_UDP,
	ICELAB_TRANSPORT_TCP,
} IcelabTransport;

typedef enum {
	ICELAB_TCPTYPE_NONE,
	ICELAB_TCPTYPE_ACTIVE,
	ICELAB_TCPTYPE_PASSIVE,
	ICELAB_TCPTYPE_SO,
} IcelabTcpType;

#define ICELAB_CANDIDATE_EXTENSIONS 16

typedef struct {
	IcelabSpan foundation;
	uint16_t component;
	IcelabTransport transport;
	uint32_t priority;
	IcelabSpan connection; /* the connection-address as it stands there */
	IcelabAddress address; /* family 0 where it is a name (mDNS, FQDN) */
	uint16_t port;
	IcelabCandidateType type;
	bool has_raddr;      /* also where its value is empty ("raddr  rport 0") */
	IcelabSpan related;  /* raddr as it stands there */
	IcelabAddress raddr; /* family 0 where it is absent or a name */
	bool has_rport;
	uint16_t rport;
	IcelabTcpType tcptype; /* RFC 6544 */
	struct {
		IcelabSpan name;
		IcelabSpan value;
	} extensions[ICELAB_CANDIDATE_EXTENSIONS]; /* generation, ufrag, network-id, network-cost ... */
	size_t extension_count;
} IcelabCandidate;

/* Reads "candidate:..." or "a=candidate:..." of `length` bytes, no line end. On failure returns
 * false and sets *error to a static text that names the field ("port: not a number from 0 to
 * 65535"). Presence and meaning of fields beyond the grammar (a missing raddr, a TCP candidate
 * without tcptype) is the judge's business. */
bool icelab_candidate_parse(
	const char *line, size_t length, IcelabCandidate *candidate, const char **error);

/* Reads a connection-address: an IP address, or a name, for which the family is 0. False where it
 * is neither. What resolvers would take for an address (192.168.257, 0x7f.1) is no name. */
bool icelab_connection_address_parse(IcelabSpan text, IcelabAddress *address);

/* "host", "srflx", "prflx", "relay"; static storage. */
const char *icelab_candidate_type_name(IcelabCandidateType type);
/* "udp", "tcp"; static storage. */
const char *icelab_transport_name(IcelabTransport transport);
