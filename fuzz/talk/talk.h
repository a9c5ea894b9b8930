/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdarg.h>

#include "agent-priv.h"
#include "agent.h"
#include "candidate-priv.h"
#include "component.h"
#include "conncheck.h"
#include "discovery.h"
#include "stream.h"

#include "stun/attribute.h"
#include "stun/builder.h"
#include "stun/integrity.h"
#include "talk/script.h"
#include "world/world.h"

/* One NiceAgent, the STUN server, TURN server and peer that it talks to, and what each of them has
 * said so far. The others speak well by themselves (answer.c), a script makes them speak ill
 * (steps.c), and what the agent sends and tells is judged against what it was told: packets
 * (packets.c), candidates (candidates.c), pairs (pairs.c). */

/* ---- who there is: cast.c ---- */

#define PEERS 12
#define SERVERS 4

extern const char *const icelab_credentials[][2]; /* username, password for TURN */
#define TALK_REALM "example.org"

IcelabEndpoint talk_peer(uint8_t index);
IcelabEndpoint talk_stun_server(void);
IcelabEndpoint talk_turn_server(unsigned index);
IcelabEndpoint talk_proxy(void);
/* 203.0.113.0/24 and its like: what a NAT shows. */
IcelabEndpoint talk_mapped(uint8_t index, uint8_t family);
IcelabEndpoint talk_relayed(uint8_t index, uint8_t family);

NiceAddress talk_to_nice(const IcelabEndpoint *endpoint);
IcelabEndpoint talk_from_nice(const NiceAddress *address);

/* ---- what was said: talk ---- */

typedef enum {
	PARTY_STUN,
	PARTY_TURN,
	PARTY_PROXY,
	PARTY_PEER,
} Party;

#define SENT_LONGEST 1600

/* A message that the agent sent, taken out of what it was wrapped in. */
typedef struct {
	Party party;
	unsigned number;     /* of the socket */
	IcelabEndpoint to;   /* on the wire */
	IcelabEndpoint peer; /* whom it is for */
	bool relayed;
	bool greeting;                 /* pseudo-SSL's, no message */
	guint stream_id, component_id; /* 0 where the socket belongs to none any more */
	IcelabStunClass message_class;
	uint16_t method;
	bool answered;  /* since it was sent last */
	bool heard;     /* an answer came, to whichever copy */
	uint8_t copies; /* how often it was sent */
	size_t length;
	uint8_t bytes[SENT_LONGEST];
} Sent;

#define MOST_SENT 48

/* A request that reached the agent. */
typedef struct {
	uint8_t transaction[16];
	IcelabEndpoint from;
	unsigned number;
	bool authentic; /* MESSAGE-INTEGRITY, FINGERPRINT and USERNAME are right */
	bool answered;
} Asked;

#define MOST_ASKED 64

/* What is known of an address of the peer's. */
typedef struct {
	IcelabEndpoint endpoint;
	guint stream_id, component_id;
	bool authentic;       /* sent an authentic check, or answered one */
	bool valid;           /* answered a check rightly */
	bool nominated;       /* by USE-CANDIDATE from either side */
	int64_t kept_alive;   /* microseconds: when the indications that follow began to be counted */
	unsigned indications; /* since then */
	int64_t consented;    /* microseconds: when it last answered a check rightly, or was selected */
} Known;

#define MOST_KNOWN 64

typedef struct {
	unsigned number; /* of the socket that asked */
	IcelabEndpoint server;
	IcelabEndpoint relayed;
	bool stream;
	unsigned channel_count;
	struct {
		uint16_t channel;
		IcelabEndpoint peer;
	} channels[8];
	bool is_active;            /* as below */
	IcelabEndpoint active;     /* in the old dialects: whose data come and go as they are */
	unsigned permission_count; /* that were asked for */
	IcelabEndpoint permissions[16];
} Allocation;

/* How long a server keeps what a socket asked it for. */
typedef struct {
	unsigned number; /* of the socket */
	IcelabEndpoint server;
	int64_t expires; /* microseconds; 0: nobody said when */
	bool refreshing; /* it was asked to go on since that was said */
} Lease;

#define MOST_ALLOCATIONS 16

/* RFC 8489 9.2.5: "the client SHOULD retry the request, using the NONCE" of a 438. */
typedef struct {
	bool stands;
	unsigned number; /* of the socket */
	char nonce[16];
	int64_t until; /* microseconds */
} Demand;

typedef struct {
	char ufrag[260];
	char password[260];
} Credentials;

#define MOST_CREDENTIALS 12
#define MOST_STREAMS 3

typedef struct {
	guint id;
	bool removed;
	unsigned components;
	Credentials local[MOST_CREDENTIALS]; /* all that ever held; the last one does */
	unsigned local_count;
	Credentials remote[MOST_CREDENTIALS];
	unsigned remote_count;
	bool selected_by_hand;
	bool knows_peer[3]; /* by a candidate of each component that answers */
	bool nominated[3];  /* by a good check of a candidate that answers, early or not */
	bool withdrawn[3];  /* consent to receive, of each component: RFC 7675 */
	unsigned state[3];  /* of each component, as signalled */
} Stream;

#define MOST_PAYLOADS 128
#define PAYLOAD_LONGEST 600

/* Something that the application may be given. */
typedef struct {
	IcelabEndpoint from;
	size_t length;
	uint8_t bytes[PAYLOAD_LONGEST];
} Payload;

typedef struct {
	NiceAgent *agent;
	bool modern; /* RFC 5245: the rules of today's RFCs hold */
	bool mode3;  /* wildcard addresses: no address of the machine may be told */
	bool nonce_is_old;
	bool ask_password; /* the TURN server wants long-term credentials */
	unsigned nonce;
	uint8_t manners; /* how everybody answers by himself: see answer.c */
	bool has_stun_server;
	bool flawless;        /* nobody has done anything wrong */
	unsigned good_rounds; /* since then, and since the last candidate */
	bool learning;        /* a description is being read: what it says is noted afterwards */
	bool cramped;         /* a socket took not everything that was sent */
	bool forgot_relays;   /* nice_agent_forget_relays() was called */
	Demand demand;
	bool no_nat;   /* servers see the sockets' own addresses */
	bool streamed; /* raw bytes went into a TCP connection: what comes out of it is not foreseen */
	bool unresolved;     /* a server's name was not found */
	bool hung_up;        /* a connection went, and with it what was asked over it */
	bool stream_removed; /* and with it what was asked for it */
	bool relay_added;    /* while there are candidates */
	bool lied;           /* the TURN server's frames said wrong lengths */
	bool bypassed;       /* a check without credentials counted as one with them */
	bool started_controlling;
	unsigned most_checks; /* that the application ever allowed */
	bool role_switched;
	bool early_remote; /* candidates were gathered after the peer's were known */
	bool by_hand;      /* the application selected a pair, whatever the policy */
	unsigned turn_count;
	NiceRelayType turn_type[SERVERS];
	IcelabEndpoint turn[SERVERS + 4]; /* with the alternate servers that were named */
	unsigned turn_known;
	const char *turn_username, *turn_password;
	bool closing; /* nice_agent_close_async() was called */
	bool closed;  /* and has called back */
	uint64_t tie_breaker;
	bool has_tie_breaker;

	Stream streams[MOST_STREAMS];
	unsigned stream_count;
	Sent sent[MOST_SENT]; /* a ring */
	unsigned sent_count;
	Asked asked[MOST_ASKED];
	unsigned asked_count;
	Known known[MOST_KNOWN];
	unsigned known_count;
	Allocation allocations[MOST_ALLOCATIONS];
	unsigned allocation_count;
	Lease leases[MOST_ALLOCATIONS];
	unsigned lease_count;
	IcelabEndpoint mapped[32]; /* what a STUN or TURN server rightly said */
	unsigned mapped_count;
	IcelabEndpoint shown[64]; /* a ring: what peers rightly said */
	unsigned shown_count;
	Payload payloads[MOST_PAYLOADS];
	unsigned payload_count;
	unsigned sent_total;
	uint8_t arrived[4][700]; /* for replays */
	size_t arrived_length[4];
	IcelabEndpoint arrived_from[4];
	unsigned arrived_number[4];
	unsigned arrived_count;
} Talk;

extern Talk talk;

/* Starts an agent as the header says and gathers; ends it. */
void talk_start(const IcelabScript *header);
void talk_end(void);
/* Does to pairs what patches of known defects would do. */
void talk_mend(void *user_data);
/* Lets time pass. */
void talk_advance(int64_t microseconds);
void talk_on_closed(GObject *object, GAsyncResult *result, gpointer user_data);
void talk_step(IcelabStep step, IcelabScript *arguments);

Stream *talk_stream(guint id);
Stream *talk_pick_stream(uint8_t index);
void talk_add_stream(unsigned components);
void talk_note_local_credentials(Stream *stream);
void talk_set_remote_credentials(Stream *stream, const char *ufrag, const char *password);
bool talk_receives(const IcelabWorldSocket *socket, NiceStream **stream, NiceComponent **component);

Known *talk_know(const IcelabEndpoint *endpoint, guint stream_id, guint component_id);
Allocation *talk_allocation(unsigned number);
/* NULL: none. */
Lease *talk_lease(unsigned number, const IcelabEndpoint *server);

/* ---- messages: answer.c ---- */

/* How an answer or a request is made wrong. */
enum {
	FLAW_INTEGRITY = 1,
	FLAW_NO_INTEGRITY = 2,
	FLAW_FINGERPRINT = 4,
	FLAW_NO_FINGERPRINT = 8,
	FLAW_TRANSACTION = 16,
	FLAW_SOURCE = 32,
	FLAW_UNKNOWN_ATTRIBUTE = 64,
	FLAW_TWICE = 128,
};

void talk_answer_stun(Sent *request, IcelabScript *script);
void talk_answer_turn(Sent *request, IcelabScript *script);
void talk_answer_peer(Sent *request, IcelabScript *script);
void talk_check(IcelabScript *script);

/* Everybody answers what is unanswered. */
void talk_answer_all(void);

/* Brings bytes to the agent: from the peer's address to the socket, or through a relay. */
void talk_deliver(
	unsigned number, const IcelabEndpoint *from, bool relayed, const uint8_t *bytes, size_t length);
/* A datagram arrives. */
void talk_receive(
	IcelabWorldSocket *socket, const IcelabEndpoint *from, const uint8_t *bytes, size_t length);
void talk_expect_payload(const IcelabEndpoint *from, const uint8_t *bytes, size_t length);

/* ---- judges ---- */

/* Prints the rule that was broken and how, and aborts, unless ledger.ini knows the defect `id` (may
 * be NULL) and it is to be stepped over. */
void talk_broken(const char *id, const char *rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether each candidate has a user name and a key of its own in the dialect that is spoken: MSN
 * and OC2007. */
bool talk_names_candidates(void);

/* The defect that lets something else than a relay talk to `remote` under force-relay. */
const char *talk_relay_defect(const IcelabEndpoint *remote);

/* Whether a TURN server was named with this address, by the application or another server. */
bool talk_was_given_turn_server(const IcelabEndpoint *endpoint);
/* Whether a TURN server is, or a name may have led to one, at this address. */
bool talk_is_turn_server(const IcelabEndpoint *endpoint);
void packets_sent(
	IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length);
void packets_delivered(
	unsigned number, const IcelabEndpoint *from, bool relayed, const uint8_t *bytes, size_t length);
void candidates_told(NiceCandidate *candidate);
void candidates_judge(void);
void candidates_judge_text(const char *text, const char *where);
void pairs_judge(void);
void pairs_selected(
	guint stream_id, guint component_id, NiceCandidate *local, NiceCandidate *remote);
