/* SPDX-License-Identifier: MIT */
#pragma once

#include <nice/agent.h>

/* What the application is told of one gathering, however many NiceAgents it took: credentials,
 * candidate lines and the description, all written here. libnice's own printers cannot hide a
 * related address and turn port 0 into 9. */

typedef struct {
	NiceCandidateType type;
	NiceCandidateTransport transport;
	guint component;
	NiceAddress address;
	NiceAddress base;
	gboolean has_server;
	NiceAddress server; /* STUN server that told the address, where has_server */
	gboolean has_related;
	NiceAddress related;  /* raddr and rport as they are to be told */
	const char *withheld; /* static text: why it is not told; NULL where it is */
} IcelabLocalCandidate;

typedef struct {
	char *ufrag;
	char *password;
	guint32 id;              /* of the o= line */
	GHashTable *foundations; /* char* -> its number */
	GHashTable *told;        /* char*: transport addresses with their bases */
	GPtrArray *lines;        /* char*: "candidate:..." */
} IcelabSession;

IcelabSession *icelab_session_new(void);
void icelab_session_free(IcelabSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabSession, icelab_session_free)

/* Gives the candidate its foundation and priority. Returns its line, "candidate:...", owned by the
 * session; NULL where it repeats one that was told already. */
const char *icelab_session_add(IcelabSession *session, const IcelabLocalCandidate *candidate);

/* The description (RFC 8866, RFC 8839) with all candidates so far; `gathered`: no more will come.
 */
char *icelab_session_describe(
	const IcelabSession *session, const NiceAddress *connection, gboolean gathered);
