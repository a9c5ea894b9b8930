/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/candidate.h"

/* The lines of a session description that can carry an address (RFC 8866, RFC 8839): o=, c=, m=,
 * a=rtcp and a=candidate. Lines end with CR LF or with LF alone. Read without allocation. */

typedef enum {
	ICELAB_SDP_ORIGIN,     /* o= */
	ICELAB_SDP_CONNECTION, /* c= */
	ICELAB_SDP_MEDIA,      /* m=: a port, no address */
	ICELAB_SDP_RTCP,       /* a=rtcp: port and, where given, address (RFC 3605) */
	ICELAB_SDP_CANDIDATE,  /* a=candidate: see the candidate line */
} IcelabSdpField;

typedef struct {
	IcelabSdpField field;
	IcelabSpan line;       /* the whole line without its end */
	unsigned number;       /* 1 for the first line of the description */
	int media;             /* which m= section, 0 for the first; -1 before any */
	IcelabSpan host;       /* the address as it stands there, empty where there is none */
	IcelabAddress address; /* family 0 where there is none or it is a name */
	bool has_port;
	uint16_t port;
} IcelabSdpEntry;

typedef struct {
	const char *text;
	size_t length;
	size_t offset;
	unsigned number;
	int media;
} IcelabSdpReader;

void icelab_sdp_start(IcelabSdpReader *reader, const char *text, size_t length);

/* Moves to the next line of interest. Returns 1 and fills *entry; 0 at the end; -1 at a line that
 * is malformed: then *error (static text that names the field) and entry->number and entry->line
 * say what and where, and the reader stands behind that line. Malformed is also any other line with
 * a NUL or a bare CR in it, because a line of interest could hide behind those. */
int icelab_sdp_next(IcelabSdpReader *reader, IcelabSdpEntry *entry, const char **error);
