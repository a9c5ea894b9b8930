/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent-priv.h"
#include "socket.h"

#include "talk/message.h"
#include "world/world.h"

/* What a relay's socket was asked for, what its server granted and delivered, and what the socket
 * may therefore send and hand out: RFC 8656. Rules are judged in the dialects of RFC 5766 and its
 * drafts, over datagrams. */

#define RELAY_PEERS 4
#define RELAY_CHANNELS 16
#define RELAY_WAITING 16
#define RELAY_DATA 64
#define RELAY_REALM "turn.example.org" /* in OC2007, where the answer to Allocate names it */
#define RELAY_USERNAME "dXNlcg=="      /* "user" in the dialects that read Base64 */
#define RELAY_PASSWORD "cGFzcw=="

typedef struct {
	size_t length;
	uint8_t bytes[1600];
	bool answered;
	bool spoiled; /* by an answer that is wrong */
	int64_t sent; /* microseconds: the last time */
} RelayRequest;

typedef struct {
	unsigned peer;
	size_t length;
	uint8_t first[32];
} RelayData;

typedef struct {
	NiceTurnSocketCompatibility dialect;
	bool modern; /* RFC 5766 or its drafts */
	bool stream;
	bool framed;                         /* RFC 4571 within */
	RelayRequest waiting[RELAY_WAITING]; /* a ring */
	unsigned waiting_count;
	RelayData data[RELAY_DATA]; /* a ring: what the application sent */
	unsigned data_count;
	unsigned nonces;
	int64_t asked[RELAY_PEERS];      /* microseconds: when for a permission; 0: not */
	int64_t renewed[RELAY_PEERS];    /* when it last asked */
	int64_t permits_since;           /* when the server first granted one; 0: it did not */
	bool permitted[RELAY_PEERS];     /* an answer to that came, whatever it said */
	int bound[RELAY_CHANNELS];       /* the peer of channel 0x4000 + index; -1: none */
	int64_t expires[RELAY_CHANNELS]; /* microseconds: until when */
	bool doubtful;                   /* libnice and its server may see channels differently */
	StunAgent *agent;                /* the socket's */
	bool unanswered[STUN_AGENT_MAX_SAVED_IDS]; /* filled up by relay_fill */
	bool unfinished; /* a message of the present call was given up as it was built */
	struct {
		bool any;
		IcelabEndpoint from;
		size_t length;
		const uint8_t *bytes;
	} due; /* what must come out next, if anything does */
} Relay;

extern Relay relay;

/* The dialect and the transport; nothing else is known yet. */
void relay_start(NiceTurnSocketCompatibility dialect, bool stream, bool framed);

IcelabEndpoint relay_server(void);
IcelabEndpoint relay_peer(unsigned index);

/* RFC 8489 9.1.1, 9.2.2. */
size_t relay_key(const char *realm, uint8_t key[ICELAB_DIGEST_MAXIMUM]);

/* IcelabWorldNetwork's: judges what the socket sends, and keeps its requests. */
void relay_sent(
	IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length);

/* A server that answers nothing: of the 200 requests that the socket remembers, as many as are not
 * to be `left` are in use, as if others had been sent. Only where one socket may have so many: for
 * each Send (GOOGLE, MSN), and for each peer whose data the server delivers (RFC 5766). Sending
 * them would take most of the time of a run. */
void relay_fill(unsigned left);

/* They are given up, before time passes. */
void relay_forget(void);

/* The application gives data for a peer; before it is sent. */
void relay_given(unsigned peer, const void *bytes, size_t length);

/* Judges what the socket hands out. */
void relay_out(const NiceAddress *from, const uint8_t *bytes, size_t length);

/* The next thing that may be handed out. The bytes must outlive the judgement. */
void relay_due(const IcelabEndpoint *from, const uint8_t *bytes, size_t length);

/* A request of the socket's: those that wait first, the newest foremost. NULL: there was none. */
RelayRequest *relay_request(uint8_t index);

/* The realm by which a request is signed; false where it is not. */
bool relay_realm(const RelayRequest *request, char *realm, size_t size);

/* The server answers a request, in whatever way. */
void relay_answered(const RelayRequest *request);

/* The server grants a request; `sound`: libnice must take it. */
void relay_granted(const RelayRequest *request, bool sound);

/* Whether an answer to the request, right in itself, must still be taken: libnice may have given
 * up, and an answer that was wrong may have ended the transaction. */
bool relay_waits(const RelayRequest *request);
