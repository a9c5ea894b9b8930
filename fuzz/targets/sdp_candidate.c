/* SPDX-License-Identifier: MIT */
/* Attack surface: what a peer sends through signalling, before any packet: candidate lines and
 * session descriptions, which libnice reads with nice_agent_parse_remote_candidate_sdp(),
 * _parse_remote_stream_sdp() and _parse_remote_sdp(), and the same as it writes them with
 * nice_agent_generate_local_*() (agent/agent.c, agent/candidate.c, agent/address.c).
 *
 * The input: a byte of flags, then the text of a description. Its candidate lines are read one by
 * one, all of it as a stream's and as a session's description; what was read becomes the local
 * candidates of another agent, which writes them. Two agents serve all inputs; between two, what
 * the first has learned is taken from it again. There are no sockets and no main loop.
 *
 * Oracles:
 * - A line is accepted if and only if sdp_line_read() (oracles/sdp_line.c), an own reader of
 *   libnice's lenient form, accepts it, with equal fields; and where the strict reader of the
 *   harness accepts a line within libnice's means, so does libnice, with equal fields.
 * - What was accepted, written and read again is equal; the strict reader reads it too, where its
 *   fields are in their ranges.
 * - A stream's description gives the candidates of its lines, or none where one is refused; a
 *   session's the same to the components that they name, and the last ufrag and pwd of each stream.
 * - A written description shows the local candidates in their order, only relay ones under
 *   force-relay, and as default the candidate that the documentation of libnice promises.
 * - No critical message of GLib or libnice: g_critical() is for a caller's mistakes, and a peer is
 *   no caller. */
#include <stdint.h>
#include <string.h>

#include <agent-priv.h>
#include <agent.h>
#include <component.h>
#include <stream.h>

#include "guards.h"
#include "model/sdp.h"
#include "oracles/oracle.h"
#include "oracles/sdp_line.h"

#define STREAMS 2
#define COMPONENTS 2 /* of the first stream; the second has one */
#define LINE_LIMIT 48

enum {
	FORCE_RELAY = 1,
	WITHOUT_CREDENTIALS = 2,
	NAMED = 4,
};

const char *__asan_default_options(void);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input allocates a thousand times and frees all of it: with the 256 MiB that are kept back
 * elsewhere, most of the time goes into fresh pages. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16:max_malloc_fill_size=64";
}

static NiceAgent *listener;
static NiceAgent *speaker;

/* A peer that makes libnice call itself wrongly. */
static void on_log(
	const char *domain, GLogLevelFlags level, const char *message, gpointer data G_GNUC_UNUSED)
{
	static const struct {
		const char *id;
		const char *text;
	} known[] = {
		{"sdp-more-streams", "More streams in SDP than in agent"},
		{"sdp-tcp-without-tcptype", "g_ascii_strcasecmp: assertion 's1 != NULL' failed"},
	};

	if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(message, known[i].text) == 0 && icelab_guard(known[i].id))
			return;
	}
	EXPECT((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0, "sdp-candidate-on-log",
		"%s: %s", domain != NULL ? domain : "?", message);
}

static NiceAgent *new_agent(void)
{
	NiceAgent *agent = nice_agent_new(NULL, NICE_COMPATIBILITY_RFC5245);

	EXPECT(nice_agent_add_stream(agent, COMPONENTS) == 1, "sdp-candidate-new-agent",
		"the first stream");
	EXPECT(nice_agent_add_stream(agent, 1) == 2, "sdp-candidate-new-agent", "the second stream");
	return agent;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	g_log_set_default_handler(on_log, NULL);
	listener = new_agent();
	speaker = new_agent();
	EXPECT(nice_agent_set_local_credentials(speaker, 1, "ufra", "passwordpasswordpasswo"),
		"sdp-candidate-LLVMFuzzerInitialize", "stream 1");
	EXPECT(nice_agent_set_local_credentials(speaker, 2, "gufr", "wordpasswordpasswordpa"),
		"sdp-candidate-LLVMFuzzerInitialize", "stream 2");
	return 0;
}

static NiceComponent *component_of(NiceAgent *agent, guint stream_id, guint component_id)
{
	NiceComponent *component = NULL;

	return agent_find_component(agent, stream_id, component_id, NULL, &component) ? component
																				  : NULL;
}

static void forget(void)
{
	for (GSList *i = listener->streams; i != NULL; i = i->next) {
		NiceStream *stream = i->data;

		stream->remote_ufrag[0] = '\0';
		stream->remote_password[0] = '\0';
		for (GSList *j = stream->components; j != NULL; j = j->next)
			nice_component_restart(j->data, listener);
	}
}

static void free_candidates(GSList *candidates)
{
	g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
}

static IcelabAddress address_of(const NiceAddress *address)
{
	IcelabAddress result = {0};

	if (address->s.addr.sa_family == AF_INET) {
		result.family = 4;
		memcpy(result.bytes, &address->s.ip4.sin_addr, 4);
	} else if (address->s.addr.sa_family == AF_INET6) {
		result.family = 6;
		memcpy(result.bytes, &address->s.ip6.sin6_addr, 16);
	}
	return result;
}

static uint32_t scope_of(const NiceAddress *address)
{
	return address->s.addr.sa_family == AF_INET6 ? address->s.ip6.sin6_scope_id : 0;
}

static uint16_t port_of(const NiceAddress *address)
{
	/* At the same place in both families. */
	return ntohs(address->s.ip4.sin_port);
}

static bool address_is(const NiceAddress *address, const SdpLineAddress *wanted)
{
	IcelabAddress found = address_of(address);

	return icelab_address_equal(&found, &wanted->address) &&
		   (found.family == 0 || port_of(address) == wanted->port) &&
		   scope_of(address) == wanted->scope;
}

/* Not nice_address_equal(): that is judged here, too. A zone that is not named is any. */
static bool same_address(const NiceAddress *a, const NiceAddress *b)
{
	IcelabAddress addresses[2] = {address_of(a), address_of(b)};

	return icelab_address_equal(&addresses[0], &addresses[1]) &&
		   (addresses[0].family == 0 || port_of(a) == port_of(b)) &&
		   (scope_of(a) == 0 || scope_of(b) == 0 || scope_of(a) == scope_of(b));
}

static bool same_candidate(const NiceCandidate *a, const NiceCandidate *b)
{
	return a->type == b->type && a->transport == b->transport && a->priority == b->priority &&
		   a->stream_id == b->stream_id && a->component_id == b->component_id &&
		   strcmp(a->foundation, b->foundation) == 0 && same_address(&a->addr, &b->addr) &&
		   same_address(&a->base_addr, &b->base_addr);
}

/* Whether libnice's own form can say the candidate: it writes port 0 as 9, and no raddr where it
 * equals the address. */
static bool can_be_said(const NiceCandidate *candidate)
{
	bool has_base = nice_address_is_valid(&candidate->base_addr);

	return port_of(&candidate->addr) != 0 &&
		   (!has_base || !same_address(&candidate->addr, &candidate->base_addr)) &&
		   scope_of(&candidate->addr) == 0 && scope_of(&candidate->base_addr) == 0;
}

static void check_against_reader(
	const NiceCandidate *candidate, const SdpLine *line, guint stream_id)
{
	EXPECT(candidate->stream_id == stream_id, "sdp-candidate-check-against-reader", "stream %u",
		candidate->stream_id);
	EXPECT(candidate->component_id == line->component, "sdp-candidate-check-against-reader",
		"component %u", candidate->component_id);
	EXPECT(candidate->priority == line->priority, "sdp-candidate-check-against-reader",
		"priority %u", candidate->priority);
	EXPECT((int)candidate->type == (int)line->type, "sdp-candidate-check-against-reader", "type %d",
		candidate->type);
	EXPECT((int)candidate->transport == (int)line->transport, "sdp-candidate-check-against-reader",
		"transport %d", candidate->transport);
	EXPECT(strlen(candidate->foundation) == line->foundation.length &&
			   memcmp(candidate->foundation, line->foundation.text, line->foundation.length) == 0,
		"sdp-candidate-check-against-reader", "foundation %s", candidate->foundation);
	EXPECT(line->foundation.length < NICE_CANDIDATE_MAX_FOUNDATION,
		"sdp-candidate-check-against-reader", "foundation %s", candidate->foundation);
	EXPECT(address_is(&candidate->addr, &line->address), "sdp-candidate-check-against-reader",
		"address");
	EXPECT(address_is(&candidate->base_addr, &line->base), "sdp-candidate-check-against-reader",
		"raddr");
	EXPECT(candidate->username == NULL && candidate->password == NULL,
		"sdp-candidate-check-against-reader", "credentials from nowhere");
}

/* Well-formed to the letter, and nothing that libnice has no means for: names in place of
 * addresses, TCP without its kind, a keyword in other than small letters. */
static bool is_within_means(const IcelabCandidate *candidate, const char *text)
{
	g_autofree char *typ = g_strdup_printf(" typ %s", icelab_candidate_type_name(candidate->type));

	if (candidate->address.family == 0 || (candidate->has_raddr && candidate->raddr.family == 0) ||
		(candidate->transport == ICELAB_TRANSPORT_TCP && candidate->tcptype == ICELAB_TCPTYPE_NONE))
		return false;
	if (strstr(text, typ) == NULL || (candidate->has_raddr && strstr(text, " raddr ") == NULL) ||
		(candidate->tcptype != ICELAB_TCPTYPE_NONE && strstr(text, " tcptype ") == NULL))
		return false;
	/* A keyword as the name of an extension. */
	for (size_t i = 0; i < candidate->extension_count; i++) {
		if (icelab_span_equal(candidate->extensions[i].name, "typ"))
			return false;
	}
	return true;
}

static void check_against_strict(const NiceCandidate *candidate, const IcelabCandidate *strict)
{
	static const NiceCandidateTransport tcp[] = {
		[ICELAB_TCPTYPE_ACTIVE] = NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE,
		[ICELAB_TCPTYPE_PASSIVE] = NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE,
		[ICELAB_TCPTYPE_SO] = NICE_CANDIDATE_TRANSPORT_TCP_SO};
	NiceCandidateTransport transport = strict->transport == ICELAB_TRANSPORT_TCP
										   ? tcp[strict->tcptype]
										   : NICE_CANDIDATE_TRANSPORT_UDP;
	IcelabAddress address = address_of(&candidate->addr);

	EXPECT(candidate->component_id == strict->component, "sdp-candidate-check-against-strict",
		"component %u", candidate->component_id);
	EXPECT(candidate->priority == strict->priority, "sdp-candidate-check-against-strict",
		"priority %u", candidate->priority);
	EXPECT((int)candidate->type == (int)strict->type, "sdp-candidate-check-against-strict",
		"type %d", candidate->type);
	EXPECT(candidate->transport == transport, "sdp-candidate-check-against-strict", "transport %d",
		candidate->transport);
	EXPECT(icelab_address_equal(&address, &strict->address), "sdp-candidate-check-against-strict",
		"address");
	EXPECT(port_of(&candidate->addr) == strict->port, "sdp-candidate-check-against-strict", "port");
}

static void check_written(const NiceCandidate *candidate, guint stream_id)
{
	/* The parameter is no const, and is only read. */
	g_autofree char *written =
		nice_agent_generate_local_candidate_sdp(speaker, (NiceCandidate *)candidate);
	NiceCandidate *again = nice_agent_parse_remote_candidate_sdp(listener, stream_id, written);
	IcelabCandidate strict;
	const char *error = NULL;

	if (strchr(candidate->foundation, ' ') == NULL) {
		EXPECT(again != NULL, "sdp-candidate-check-written", "%s is refused", written);
		if (can_be_said(candidate))
			EXPECT(same_candidate(candidate, again), "sdp-candidate-check-written",
				"%s is read differently", written);
	}
	if (again != NULL)
		nice_candidate_free(again);
	if (candidate->priority < 1 || candidate->priority > INT32_MAX || candidate->component_id < 1 ||
		candidate->component_id > 256 || candidate->foundation[0] == '\0' ||
		strspn(candidate->foundation,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
			strlen(candidate->foundation))
		return;
	EXPECT(icelab_candidate_parse(written, strlen(written), &strict, &error),
		"sdp-candidate-check-written", "%s: %s", error, written);
	if (port_of(&candidate->addr) != 0)
		check_against_strict(candidate, &strict);
}

/* Reads one line; NULL where it is refused. */
static NiceCandidate *read_line(guint stream_id, const char *text)
{
	NiceCandidate *candidate = nice_agent_parse_remote_candidate_sdp(listener, stream_id, text);
	IcelabCandidate strict;
	SdpLine line;
	const char *error = NULL;
	bool accepted = sdp_line_read(text, &line);

	EXPECT((candidate != NULL) == accepted, "sdp-candidate-read-line", "%s is %s", text,
		accepted ? "refused" : "accepted");
	if (icelab_candidate_parse(text, strlen(text), &strict, &error) && text[0] == 'a' &&
		is_within_means(&strict, text)) {
		EXPECT(candidate != NULL, "sdp-candidate-read-line", "%s is well-formed and refused", text);
		check_against_strict(candidate, &strict);
	}
	if (candidate == NULL)
		return NULL;
	check_against_reader(candidate, &line, stream_id);
	check_written(candidate, stream_id);
	return candidate;
}

static bool same_list(const GSList *a, const GSList *b)
{
	while (a != NULL && b != NULL && same_candidate(a->data, b->data)) {
		a = a->next;
		b = b->next;
	}
	return a == NULL && b == NULL;
}

typedef struct {
	char **lines;
	GSList *read[LINE_LIMIT]; /* at most one candidate each */
	guint count;
} Description;

static void read_lines(Description *description)
{
	for (; description->lines[description->count] != NULL; description->count++) {
		const char *text = description->lines[description->count];

		if (!g_str_has_prefix(text, "a=candidate:"))
			continue;
		NiceCandidate *candidate = read_line(1, text);

		if (candidate != NULL)
			description->read[description->count] = g_slist_prepend(NULL, candidate);
	}
}

static const char *last_value(const Description *description, const char *prefix, guint end)
{
	const char *value = NULL;

	for (guint i = 0; i < end; i++) {
		if (g_str_has_prefix(description->lines[i], prefix))
			value = description->lines[i] + strlen(prefix);
	}
	return value;
}

/* The lines of the first stream: callers cut a session's description at m=. */
static guint first_section(const Description *description)
{
	guint media = 0;
	guint end = 0;

	for (; end < description->count; end++) {
		media += g_str_has_prefix(description->lines[end], "m=") ? 1 : 0;
		if (media == 2)
			break;
	}
	return end;
}

static guint count_lines(const Description *description, const char *prefix, guint end)
{
	guint count = 0;

	for (guint i = 0; i < end; i++)
		count += g_str_has_prefix(description->lines[i], prefix) ? 1 : 0;
	return count;
}

/* The description of one stream. */
static void check_stream(const Description *description, unsigned flags)
{
	guint end = first_section(description);
	bool leaks = count_lines(description, "a=ice-ufrag:", end) > 1 ||
				 count_lines(description, "a=ice-pwd:", end) > 1;
	bool wanted =
		(flags & WITHOUT_CREDENTIALS) == 0 && !(leaks && icelab_guard("sdp-credentials-leak"));
	bool refused = false;
	char *ufrag = NULL;
	char *password = NULL;
	char *rest = description->lines[end];
	g_autofree char *text = NULL;
	GSList *expected = NULL;
	GSList *candidates;

	description->lines[end] = NULL;
	text = g_strjoinv("\n", description->lines);
	description->lines[end] = rest;
	candidates = nice_agent_parse_remote_stream_sdp(
		listener, 1, text, wanted ? &ufrag : NULL, wanted ? &password : NULL);
	for (guint i = 0; i < end; i++)
		refused = refused || (g_str_has_prefix(description->lines[i], "a=candidate:") &&
								 description->read[i] == NULL);

	/* The last comes first, as the list is made. */
	for (guint i = 0; !refused && i < end; i++) {
		if (description->read[i] != NULL)
			expected = g_slist_prepend(expected, description->read[i]->data);
	}
	EXPECT(same_list(candidates, expected), "sdp-candidate-check-stream",
		"other candidates than in the lines");
	if (wanted && !refused) {
		EXPECT(g_strcmp0(ufrag, last_value(description, "a=ice-ufrag:", end)) == 0,
			"sdp-candidate-check-stream", "ufrag %s", ufrag);
		EXPECT(g_strcmp0(password, last_value(description, "a=ice-pwd:", end)) == 0,
			"sdp-candidate-check-stream", "pwd %s", password);
	}
	g_slist_free(expected);
	free_candidates(candidates);
	g_free(ufrag);
	g_free(password);
}

/* What the session's description makes of the agent, by its lines. */
typedef struct {
	int result;
	guint end; /* the line at which it stops */
	GSList *remote[STREAMS][COMPONENTS];
	const char *ufrags[STREAMS];
	const char *passwords[STREAMS];
} Session;

static bool add_remote(GSList **list, const NiceCandidate *candidate, int stream_id)
{
	NiceCandidate *copy;

	if (candidate->type == NICE_CANDIDATE_TYPE_PEER_REFLEXIVE)
		return false;
	for (GSList *i = *list; i != NULL; i = i->next) {
		NiceCandidate *known = i->data;

		if (known->transport != candidate->transport ||
			!same_address(&known->addr, &candidate->addr))
			continue;
		if (known->type != candidate->type)
			break;
		/* RFC 8839 4.2: a repeated candidate is an update. */
		known->base_addr = candidate->base_addr;
		known->priority = candidate->priority;
		memcpy(known->foundation, candidate->foundation, sizeof known->foundation);
		return true;
	}
	copy = nice_candidate_copy(candidate);
	copy->stream_id = (guint)stream_id;
	*list = g_slist_append(*list, copy);
	return true;
}

static void expect_session(const Description *description, Session *session)
{
	int stream = -1;

	for (; session->end < description->count; session->end++) {
		const char *text = description->lines[session->end];
		GSList *read = description->read[session->end];

		if (g_str_has_prefix(text, "m=")) {
			if (++stream == STREAMS)
				break;
		} else if (g_str_has_prefix(text, "a=ice-ufrag:")) {
			if (stream < 0)
				break;
			session->ufrags[stream] = text + strlen("a=ice-ufrag:");
		} else if (g_str_has_prefix(text, "a=ice-pwd:")) {
			if (stream < 0)
				break;
			session->passwords[stream] = text + strlen("a=ice-pwd:");
		} else if (g_str_has_prefix(text, "a=candidate:")) {
			NiceCandidate *candidate = read != NULL ? read->data : NULL;

			if (stream < 0 || candidate == NULL || candidate->component_id < 1 ||
				candidate->component_id > (stream == 0 ? COMPONENTS : 1u))
				break;
			if (add_remote(
					&session->remote[stream][candidate->component_id - 1], candidate, stream + 1))
				session->result++;
		}
	}
	if (session->end < description->count)
		session->result = -1;
}

static void check_session(const Description *description, const char *text)
{
	Session session = {0};
	int result = nice_agent_parse_remote_sdp(listener, text);

	expect_session(description, &session);
	EXPECT(result == session.result, "sdp-candidate-check-session", "%d, not %d", result,
		session.result);
	for (guint i = 0; i < STREAMS; i++) {
		NiceStream *stream = agent_find_stream(listener, i + 1);
		const char *ufrag = session.ufrags[i] != NULL ? session.ufrags[i] : "";
		const char *password = session.passwords[i] != NULL ? session.passwords[i] : "";

		/* What is too long is cut. */
		EXPECT(strncmp(stream->remote_ufrag, ufrag, NICE_STREAM_MAX_UFRAG - 1) == 0 &&
				   strnlen(stream->remote_ufrag, NICE_STREAM_MAX_UFRAG) < NICE_STREAM_MAX_UFRAG,
			"sdp-candidate-check-session", "ufrag %s", stream->remote_ufrag);
		EXPECT(strncmp(stream->remote_password, password, NICE_STREAM_MAX_PWD - 1) == 0 &&
				   strnlen(stream->remote_password, NICE_STREAM_MAX_PWD) < NICE_STREAM_MAX_PWD,
			"sdp-candidate-check-session", "pwd %s", stream->remote_password);
		for (guint j = 0; j < (i == 0 ? COMPONENTS : 1u); j++) {
			GSList *remote = nice_agent_get_remote_candidates(listener, i + 1, j + 1);

			EXPECT(same_list(remote, session.remote[i][j]), "sdp-candidate-check-session",
				"candidates of stream %u component %u", i + 1, j + 1);
			free_candidates(remote);
			free_candidates(session.remote[i][j]);
		}
	}
	forget();
}

/* The candidate that becomes the default of a component, by what agent.h says: IPv4 only, and the
 * one of the lowest priority; RTCP's goes with RTP's foundation. */
static const NiceCandidate *default_of(
	const GSList *candidates, bool relay, const NiceCandidate *rtp)
{
	const NiceCandidate *found = NULL;

	for (const GSList *i = candidates; i != NULL; i = i->next) {
		const NiceCandidate *candidate = i->data;

		if (candidate->addr.s.addr.sa_family != AF_INET ||
			(relay && candidate->type != NICE_CANDIDATE_TYPE_RELAYED))
			continue;
		if (rtp != NULL && strcmp(rtp->foundation, candidate->foundation) == 0)
			return candidate;
		if (rtp == NULL && (found == NULL || candidate->priority < found->priority))
			found = candidate;
	}
	return found;
}

typedef struct {
	GString *text;
	bool relay;
} Expected;

static void expect_stream(Expected *expected, guint id, const char *name)
{
	NiceStream *stream = agent_find_stream(speaker, id);
	NiceComponent *rtp_component = component_of(speaker, id, 1);
	NiceComponent *rtcp_component = component_of(speaker, id, 2);
	const NiceCandidate *rtp = default_of(rtp_component->local_candidates, expected->relay, NULL);
	const NiceCandidate *rtcp =
		rtp != NULL && rtcp_component != NULL
			? default_of(rtcp_component->local_candidates, expected->relay, rtp)
			: NULL;
	char address[ICELAB_ADDRESS_TEXT] = "0.0.0.0";

	if (rtp != NULL) {
		IcelabAddress value = address_of(&rtp->addr);

		icelab_address_format(&value, address);
	}
	g_string_append_printf(expected->text, "m=%s %u ICE/SDP\nc=IN IP4 %s\n", name,
		rtp != NULL ? port_of(&rtp->addr) : 0, address);
	if (rtcp != NULL && port_of(&rtcp->addr) != 0)
		g_string_append_printf(expected->text, "a=rtcp:%u\n", port_of(&rtcp->addr));
	g_string_append_printf(expected->text, "a=ice-ufrag:%s\na=ice-pwd:%s\n", stream->local_ufrag,
		stream->local_password);
	for (GSList *i = stream->components; i != NULL; i = i->next) {
		NiceComponent *component = i->data;

		for (GSList *j = component->local_candidates; j != NULL; j = j->next) {
			NiceCandidate *candidate = j->data;

			if (expected->relay && candidate->type != NICE_CANDIDATE_TYPE_RELAYED)
				continue;
			g_autofree char *line = nice_agent_generate_local_candidate_sdp(speaker, candidate);

			g_string_append_printf(expected->text, "%s\n", line);
		}
	}
}

/* The read candidates become those of the speaker's components. */
static void check_generated(const Description *description, unsigned flags)
{
	Expected expected = {g_string_new(NULL), (flags & FORCE_RELAY) != 0};
	const char *name = flags & NAMED ? "audio" : "-";
	g_autofree char *written = NULL;
	g_autofree char *stream_written = NULL;
	g_autofree char *bare = NULL;
	NiceStream *first = agent_find_stream(speaker, 1);
	gsize length;

	g_free(first->name);
	first->name = flags & NAMED ? g_strdup("audio") : NULL;
	speaker->force_relay = expected.relay;
	for (guint i = 0; i < description->count; i++) {
		NiceCandidate *candidate = description->read[i] != NULL ? description->read[i]->data : NULL;
		NiceComponent *component =
			candidate != NULL ? component_of(speaker, i % STREAMS + 1, candidate->component_id)
							  : NULL;

		if (component != NULL)
			component->local_candidates = g_slist_append(component->local_candidates, candidate);
	}
	expect_stream(&expected, 1, name);
	length = expected.text->len;
	stream_written = nice_agent_generate_local_stream_sdp(speaker, 1, TRUE);
	EXPECT(strcmp(stream_written, expected.text->str) == 0, "sdp-candidate-check-generated",
		"%s\n not\n%s", stream_written, expected.text->str);
	bare = nice_agent_generate_local_stream_sdp(speaker, 1, FALSE);
	EXPECT(strcmp(bare, strstr(expected.text->str, "a=ice-ufrag:")) == 0,
		"sdp-candidate-check-generated", "%s", bare);
	expect_stream(&expected, 2, "-");
	written = nice_agent_generate_local_sdp(speaker);
	EXPECT(strcmp(written, expected.text->str) == 0, "sdp-candidate-check-generated",
		"%s\n not\n%s", written, expected.text->str);
	EXPECT(length <= expected.text->len, "sdp-candidate-check-generated", "a shorter description");
	for (GSList *i = speaker->streams; i != NULL; i = i->next) {
		NiceStream *stream = i->data;

		for (GSList *j = stream->components; j != NULL; j = j->next) {
			NiceComponent *component = j->data;

			g_slist_free(component->local_candidates);
			component->local_candidates = NULL;
		}
	}
	g_string_free(expected.text, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Description description = {0};
	unsigned flags;

	if (size < 1)
		return 0;
	flags = data[0];
	g_autofree char *text = g_strndup((const char *)data + 1, size - 1);

	description.lines = g_strsplit(text, "\n", 0);
	if (g_strv_length(description.lines) <= LINE_LIMIT) {
		read_lines(&description);
		check_stream(&description, flags);
		check_session(&description, text);
		check_generated(&description, flags);
	}
	for (guint i = 0; i < description.count; i++)
		free_candidates(description.read[i]);
	g_strfreev(description.lines);
	return 0;
}
