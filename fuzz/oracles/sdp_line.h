/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/address.h"
#include "model/span.h"

/* libnice's lenient form of a candidate line, read independently of it: six fields, then pairs of
 * names and values, of which the last of a name counts; numbers as strtoull(3) reads them, cut to
 * the width of their field. The strict form is harness/model/candidate.h. */

typedef struct {
	IcelabAddress address;
	uint16_t port;
	uint32_t scope;
} SdpLineAddress;

typedef struct {
	IcelabSpan foundation; /* the 32 characters that are kept */
	uint32_t component;
	int transport; /* 0 UDP, 1 TCP active, 2 passive, 3 simultaneous-open */
	uint32_t priority;
	SdpLineAddress address;
	SdpLineAddress base; /* family 0 where there is none */
	int type;            /* 0 host, 1 srflx, 2 prflx, 3 relay */
} SdpLine;

/* Returns whether `text`, "a=candidate:...", is one, and fills *line; its spans are of `text`. */
bool sdp_line_read(const char *text, SdpLine *line);
