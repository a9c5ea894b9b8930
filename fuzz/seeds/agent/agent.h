/* SPDX-License-Identifier: MIT */
#pragma once

#include <string.h>

#include "seeds/script_seed.h"
#include "seeds/seed.h"
#include "talk/header.h"

/* What the seeds of ice_agent are written with. */

static inline void text(uint8_t step, const uint8_t *first, size_t count, const char *rest)
{
	size_t rest_length = strlen(rest);

	bytes[length++] = step;
	bytes[length++] = (uint8_t)(count + rest_length);
	memcpy(bytes + length, first, count);
	memcpy(bytes + length + count, rest, rest_length);
	length += count + rest_length;
}

static inline void end(const char *name)
{
	seed_write(name, bytes, length);
}

#define CONTROLLING 1
#define FORCE_RELAY 2
#define NO_UDP 4
#define TCP 8
#define MODE3 16
#define STUN_SERVER 0x40
#define ONE_RELAY (1 << 3)
#define TWO_RELAYS (2 << 3)
#define TWO_COMPONENTS 2
#define TWO_STREAMS 1
#define REMOTE_ONE 0, 0, 0, 0, 0, 0, 1 /* stream and component, credentials, one host candidate */

void seeds_of_plain(void);
void seeds_of_refused(void);
void seeds_of_consent(void);
void seeds_of_life(void);
void seeds_of_relays(void);
void seeds_of_alternates(void);
void seeds_of_streams(void);
void seeds_of_dialects(void);
void seeds_of_ms_streams(void);
