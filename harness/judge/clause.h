/* SPDX-License-Identifier: MIT */
#pragma once

/* The catalogue of clauses: what a finding's ID stands for. N: RFC 8828. I: RFC 8445. T: RFC 8835.
 * S: RFC 8839. J: RFC 9429. M: draft-ietf-mmusic-mdns-ice-candidates. W: W3C. L: a leak channel
 * that no clause names. */

typedef struct {
	const char *id;     /* "N8" */
	const char *source; /* "RFC 8828 5.2, mode 3" */
	const char *text;   /* condensed */
} IcelabClause;

/* NULL where there is no such ID; static storage. */
const IcelabClause *icelab_clause(const char *id);
