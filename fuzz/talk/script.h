/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The input of a target that holds a conversation: a header of fixed length, then steps, each a
 * code, a length and that many bytes of arguments. What is missing reads as zero, and zero is
 * always the well-behaved choice, so that a short script is a good conversation and every further
 * byte makes it a worse one. */

#define ICELAB_SCRIPT_HEADER 16

typedef struct {
	const uint8_t *bytes;
	size_t left;
} IcelabScript;

static inline uint8_t icelab_script_byte(IcelabScript *script)
{
	if (script->left == 0)
		return 0;
	script->left--;
	return *script->bytes++;
}

static inline uint16_t icelab_script_short(IcelabScript *script)
{
	uint16_t high = icelab_script_byte(script);

	return (uint16_t)(high << 8 | icelab_script_byte(script));
}

static inline IcelabScript icelab_script_take(IcelabScript *script, size_t length)
{
	IcelabScript taken = {script->bytes, length < script->left ? length : script->left};

	script->bytes += taken.left;
	script->left -= taken.left;
	return taken;
}

/* The steps of a conversation with an agent. */
typedef enum {
	STEP_ROUNDS,      /* everybody answers everything for a while, well */
	STEP_ADVANCE,     /* the clock */
	STEP_ANSWER_STUN, /* the STUN server answers a request */
	STEP_ANSWER_TURN, /* the TURN server answers a request */
	STEP_ANSWER_PEER, /* the peer answers a check */
	STEP_CHECK,       /* the peer checks */
	STEP_DATA,        /* the peer sends data */
	STEP_RELAY_FRAME, /* the TURN server sends ChannelData or an indication, well formed or not */
	STEP_DATAGRAM,    /* raw bytes arrive on a UDP socket */
	STEP_STREAM,      /* raw bytes arrive on a TCP connection */
	STEP_CONNECTION,  /* what TCP does: connected, refused, knocked, ended, reset, blocked */
	STEP_REPLAY,      /* something that arrived before arrives again */
	STEP_REMOTE,      /* the application learns the peer's credentials and candidates */
	STEP_REMOTE_SDP,  /* the same as SDP */
	STEP_SEND,        /* the application sends */
	STEP_READ,        /* the application looks: getters, SDP, properties */
	STEP_RESTART,     /* ICE restart, of the agent or a stream */
	STEP_STREAMS,     /* a stream is removed, added, gathered for */
	STEP_SELECT,      /* the application selects a pair or a remote candidate */
	STEP_CHANGE,      /* properties, relays, consent, receiving */
	STEP_RESOLVE,     /* the resolver answers */
	STEP_COUNT,
} IcelabStep;
