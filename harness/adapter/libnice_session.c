/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_session.h"

#include <sys/random.h>

/* Random letters of RFC 8839 5.4's ice-char. `bytes` is a multiple of 3, so that base64 needs no
 * padding. */
static char *random_text(gsize bytes)
{
	guchar random[32];

	g_assert(bytes % 3 == 0 && bytes <= sizeof(random));
	if (getrandom(random, bytes, 0) != (gssize)bytes)
		g_error("no randomness");
	return g_base64_encode(random, bytes);
}

IcelabSession *icelab_session_new(void)
{
	IcelabSession *session = g_new0(IcelabSession, 1);

	/* RFC 8445 5.3: at least 24 bits of randomness in the fragment, 128 in the password. */
	session->ufrag = random_text(6);
	session->password = random_text(18);
	session->id = g_random_int();
	session->foundations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	session->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	session->lines = g_ptr_array_new_with_free_func(g_free);
	return session;
}

void icelab_session_free(IcelabSession *session)
{
	g_free(session->ufrag);
	g_free(session->password);
	g_hash_table_unref(session->foundations);
	g_hash_table_unref(session->told);
	g_ptr_array_unref(session->lines);
	g_free(session);
}

static char *host_text(const NiceAddress *address)
{
	return nice_address_dup_string(address);
}

/* RFC 8445 5.1.1.3: two candidates have the same foundation when type, base's IP address, server's
 * IP address and transport protocol are the same. A number tells nothing of them, where a hash
 * could be searched for. */
static guint foundation(IcelabSession *session, const IcelabLocalCandidate *candidate)
{
	g_autofree char *base = host_text(&candidate->base);
	g_autofree char *server = candidate->has_server ? host_text(&candidate->server) : g_strdup("");
	gboolean udp = candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP;
	char *key = g_strdup_printf("%d %s %s %s", candidate->type, base, server, udp ? "UDP" : "TCP");
	gpointer known = g_hash_table_lookup(session->foundations, key);

	if (known != NULL) {
		g_free(key);
		return GPOINTER_TO_UINT(known);
	}

	guint number = g_hash_table_size(session->foundations) + 1;
	g_hash_table_insert(session->foundations, key, GUINT_TO_POINTER(number));
	return number;
}

/* RFC 8445 5.1.2.1, with libnice's type preferences. Its local preference is not used: it counts
 * this host's addresses (also for a wildcard socket), and is unique within one agent only. */
static guint32 priority(const IcelabSession *session, const IcelabLocalCandidate *candidate)
{
	gboolean udp = candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP;
	guint32 type_preference = candidate->type == NICE_CANDIDATE_TYPE_HOST ? 120 : 100;
	guint32 local_preference = 65535 - MIN(session->lines->len, 65535);

	/* RFC 6544 4.2: TCP below UDP. */
	return ((udp ? type_preference : type_preference / 2) << 24) | (local_preference << 8) |
		   (256 - candidate->component);
}

static void append_transport_address(GString *line, const NiceAddress *address, const char *port)
{
	g_autofree char *host = host_text(address);
	guint number = nice_address_get_port(address);

	/* RFC 6544 4.5: an active TCP candidate has no port of its own, so it says 9. */
	g_string_append_printf(line, "%s%s%u", host, port, number == 0 ? 9 : number);
}

static const char *tcp_type(NiceCandidateTransport transport)
{
	if (transport == NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE)
		return "active";
	return transport == NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE ? "passive" : "so";
}

const char *icelab_session_add(IcelabSession *session, const IcelabLocalCandidate *candidate)
{
	gboolean udp = candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP;
	GString *key = g_string_new(NULL);
	GString *line;

	/* RFC 8445 5.1.3: "A candidate is redundant if and only if its transport address and base equal
	 * those of another candidate." */
	g_string_append_printf(key, "%d ", candidate->transport);
	append_transport_address(key, &candidate->address, " ");
	g_string_append_c(key, ' ');
	append_transport_address(key, &candidate->base, " ");
	if (!g_hash_table_add(session->told, g_string_free(key, FALSE)))
		return NULL;

	line = g_string_new(NULL);
	g_string_append_printf(line, "candidate:%u %u %s %u ", foundation(session, candidate),
		candidate->component, udp ? "UDP" : "TCP", priority(session, candidate));
	append_transport_address(line, &candidate->address, " ");
	g_string_append_printf(
		line, " typ %s", candidate->type == NICE_CANDIDATE_TYPE_HOST ? "host" : "srflx");
	if (candidate->has_related) {
		g_string_append(line, " raddr ");
		append_transport_address(line, &candidate->related, " rport ");
	}
	if (!udp)
		g_string_append_printf(line, " tcptype %s", tcp_type(candidate->transport));

	g_ptr_array_add(session->lines, g_string_free(line, FALSE));
	return g_ptr_array_index(session->lines, session->lines->len - 1);
}

char *icelab_session_describe(
	const IcelabSession *session, const NiceAddress *connection, gboolean gathered)
{
	g_autofree char *host = host_text(connection);
	const char *family = nice_address_ip_version(connection) == 6 ? "IP6" : "IP4";
	GString *sdp = g_string_new("v=0\r\n");

	/* RFC 9429 5.2.1: an o= address without meaning; c= and a=rtcp with 0.0.0.0 and port 9. */
	g_string_append_printf(sdp, "o=- %u 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", session->id);
	g_string_append(sdp, "a=ice-options:trickle\r\n");
	g_string_append_printf(sdp, "m=audio 9 RTP/AVP 0\r\nc=IN %s %s\r\n", family, host);
	g_string_append(sdp, "a=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\n");
	g_string_append_printf(
		sdp, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", session->ufrag, session->password);
	for (guint i = 0; i < session->lines->len; i++)
		g_string_append_printf(sdp, "a=%s\r\n", (const char *)g_ptr_array_index(session->lines, i));
	if (gathered)
		g_string_append(sdp, "a=end-of-candidates\r\n");
	return g_string_free(sdp, FALSE);
}
