/* SPDX-License-Identifier: MIT */
#include "talk/rules.h"

#include <string.h>

#define ATTRIBUTE_PRIORITY 0x0024 /* RFC 8445 16.1 */
#define ATTRIBUTE_CONTROLLED 0x8029
#define ATTRIBUTE_CONTROLLING 0x802A
#define KEEPALIVE 15000000 /* microseconds: RFC 8445 11 */
#define MOST_KEEPALIVES 20
#define CONSENT 31000000 /* microseconds: RFC 7675 5.1, and one for timers */

bool rule_integrity(const IcelabStunMessage *message, const Credentials *credentials)
{
	return icelab_stun_check_integrity(
			   message, credentials->password, strlen(credentials->password)) == ICELAB_STUN_RIGHT;
}

static bool is_username(
	const IcelabStunAttribute *attribute, const Credentials *first, const Credentials *second)
{
	size_t a = strlen(first->ufrag), b = strlen(second->ufrag);

	return attribute->length == a + 1 + b && memcmp(attribute->value, first->ufrag, a) == 0 &&
		   attribute->value[a] == ':' && memcmp(attribute->value + a + 1, second->ufrag, b) == 0;
}

static uint32_t number_in(const IcelabStunAttribute *attribute)
{
	const uint8_t *v = attribute->value;

	return (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
}

static void judge_priority(const Sent *sent, const IcelabStunAttribute *attribute)
{
	uint32_t priority;
	unsigned kind;

	/* RFC 8445 16.1: PRIORITY "contains a 32-bit unsigned integer". */
	if (attribute->length != 4)
		talk_broken(NULL, "RFC 8445 7.1.1", "PRIORITY has %u bytes", attribute->length);
	priority = number_in(attribute);
	/* RFC 8445 5.1.2.1: the lowest 8 bits are 256 - component ID. */
	if (sent->component_id != 0 && (priority & 0xff) != ((256 - sent->component_id) & 0xff))
		talk_broken(NULL, "RFC 8445 5.1.2.1", "PRIORITY %08x of component %u", priority,
			sent->component_id);
	/* RFC 8445 7.1.1: the type preference of a check is the one of a peer-reflexive candidate: 110
	 * here, halved for the transport that is liked less (RFC 6544 4.2). */
	kind = priority >> 24;
	if (!sent->relayed && kind != 110 && kind != 55)
		talk_broken(NULL, "RFC 8445 7.1.1", "a check's PRIORITY is %08x", priority);
}

static void judge_role(const Sent *sent, const IcelabStunMessage *message, bool first)
{
	IcelabStunAttribute controlled, controlling, use;
	bool is_controlled = icelab_stun_find(message, ATTRIBUTE_CONTROLLED, &controlled);
	bool is_controlling = icelab_stun_find(message, ATTRIBUTE_CONTROLLING, &controlling);
	const IcelabStunAttribute *role = is_controlled ? &controlled : &controlling;
	uint64_t tie_breaker;

	if (is_controlled == is_controlling || role->length != 8)
		talk_broken(NULL, "RFC 8445 7.1.3", "a check has not exactly one role of 8 bytes");
	tie_breaker = 0;
	for (unsigned i = 0; i < 8; i++)
		tie_breaker = tie_breaker << 8 | role->value[i];
	/* RFC 8445 16.1: the tie-breaker is chosen once per agent. */
	if (talk.has_tie_breaker && tie_breaker != talk.tie_breaker)
		talk_broken(NULL, "RFC 8445 16.1", "the tie-breaker changed");
	talk.tie_breaker = tie_breaker;
	talk.has_tie_breaker = true;
	/* What waits for a permission or a proxy was written earlier. */
	if (first && sent->party == PARTY_PEER && !sent->relayed && talk.sent_count < MOST_SENT &&
		is_controlling != (talk.agent->controlling_mode != FALSE))
		talk_broken(NULL, "RFC 8445 7.1.3", "a check in the wrong role");
	/* RFC 8445 7.1.2: "The controlling agent MUST include the USE-CANDIDATE attribute in order to
	 * nominate"; 7.3.1.5: the controlled one is told by it. */
	if (icelab_stun_find(message, ATTRIBUTE_USE_CANDIDATE, &use) && !is_controlling)
		talk_broken("use-candidate-after-role-switch", "RFC 8445 7.1.2",
			"USE-CANDIDATE from the controlled agent");
}

void rule_check(const Sent *sent, const IcelabStunMessage *message, bool first)
{
	Stream *stream = talk_stream(sent->stream_id);
	IcelabStunAttribute username, priority;
	bool right = false;

	if (stream == NULL)
		return;
	if (!icelab_stun_find(message, ICELAB_STUN_USERNAME, &username))
		talk_broken(NULL, "RFC 8445 7.1.1", "a check without USERNAME");
	for (unsigned i = 0; i < stream->remote_count && !right; i++)
		for (unsigned j = 0; j < stream->local_count && !right; j++)
			right = is_username(&username, &stream->remote[i], &stream->local[j]) &&
					rule_integrity(message, &stream->remote[i]);
	/* RFC 8445 7.2.2: the username is the peer's fragment, a colon, the own one; the password the
	 * peer's. */
	if (!right && !talk.learning)
		talk_broken(NULL, "RFC 8445 7.2.2", "a check with other credentials than the peer's");
	if (!icelab_stun_find(message, ATTRIBUTE_PRIORITY, &priority))
		talk_broken(NULL, "RFC 8445 7.1.1", "a check without PRIORITY");
	if (!talk.by_hand)
		judge_priority(sent, &priority);
	judge_role(sent, message, first);
}

void rule_answer(const Sent *sent, const IcelabStunMessage *message)
{
	Stream *stream = talk_stream(sent->stream_id);
	IcelabStunAttribute mapped;
	IcelabEndpoint shown;
	Asked *asked = NULL;
	bool right = false;

	for (unsigned i = 0; i < MIN(talk.asked_count, MOST_ASKED); i++)
		if (memcmp(talk.asked[i].transaction, message->transaction, 16) == 0 &&
			talk.asked[i].number == sent->number &&
			icelab_endpoint_equal(&talk.asked[i].from, &sent->peer) && !talk.asked[i].answered)
			asked = &talk.asked[i];
	/* What a relay carries may be delayed, doubled and replayed inside another packet. */
	if (asked == NULL && (sent->relayed || talk.streamed))
		return;
	if (asked == NULL)
		talk_broken(NULL, "RFC 8489 6.3", "an answer that nobody there asked for");
	asked->answered = true;
	if (message->message_class != ICELAB_STUN_SUCCESS)
		return;
	/* RFC 8489 9.1.3: without the right credentials there is no success. While candidates are
	 * gathered, libnice has the discoveries' agents look, which ask for none. */
	if (!asked->authentic) {
		bool gathering = talk.agent->discovery_list != NULL;

		talk_broken(gathering ? "discovery-validates-checks" : NULL, "RFC 8489 9.1.3",
			"a check with wrong credentials succeeded");
		talk.bypassed = true;
		return;
	}
	/* RFC 7675 5.2: who revoked consent answers 403; what waits for a permission was written
	 * before.
	 */
	if (stream != NULL && sent->component_id != 0 && stream->withdrawn[sent->component_id - 1] &&
		!sent->relayed)
		talk_broken(NULL, "RFC 7675 5.2", "a check succeeded after consent was withdrawn");
	/* RFC 8489 6.3.1.1: XOR-MAPPED-ADDRESS is where the request came from. */
	if (!icelab_stun_find(message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &mapped) ||
		!icelab_stun_read_xor_address(message, &mapped, &shown.address, &shown.port) ||
		!icelab_endpoint_equal(&shown, &sent->peer))
		talk_broken(NULL, "RFC 8489 6.3.1.1", "XOR-MAPPED-ADDRESS is not the request's source");
	for (unsigned i = 0; stream != NULL && i < stream->local_count && !right; i++)
		right = rule_integrity(message, &stream->local[i]);
	if (stream != NULL && !right)
		talk_broken(NULL, "RFC 8489 9.1.3.1", "an answer with another key than the request's");
}

void rule_turn_request(const Sent *sent, const IcelabStunMessage *message)
{
	IcelabStunAttribute username, realm, nonce;
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	size_t key_length;

	if (!icelab_stun_find(message, ICELAB_STUN_REALM, &realm) ||
		!icelab_stun_find(message, ICELAB_STUN_USERNAME, &username) ||
		!icelab_stun_find(message, ICELAB_STUN_NONCE, &nonce))
		return;
	if (talk.demand.number == sent->number && nonce.length == strlen(talk.demand.nonce) &&
		memcmp(nonce.value, talk.demand.nonce, nonce.length) == 0)
		talk.demand.stands = false;
	/* Quotes are taken off by libnice, for better or worse: only plain names are judged. */
	if (talk.turn_username[0] == '"' || talk.turn_password[0] == '\0')
		return;
	if (username.length != strlen(talk.turn_username) ||
		memcmp(username.value, talk.turn_username, username.length) != 0)
		talk_broken(NULL, "RFC 8489 9.2.3", "another username than the application gave");
	if (realm.length == 0 || realm.value[0] == '"' || realm.value[realm.length - 1] == '"' ||
		realm.value[realm.length - 1] == 0)
		return;
	key_length = icelab_stun_long_term_key(ICELAB_DIGEST_MD5,
		(IcelabSpan){(const char *)username.value, username.length},
		(IcelabSpan){(const char *)realm.value, realm.length},
		(IcelabSpan){talk.turn_password, strlen(talk.turn_password)}, key);
	/* RFC 8489 9.2.4: a request after a challenge is protected. */
	if (icelab_stun_check_integrity(message, key, key_length) != ICELAB_STUN_RIGHT)
		talk_broken(NULL, "RFC 8489 9.2.4", "a TURN request with a wrong MESSAGE-INTEGRITY");
}

/* RFC 7675 5.1: nothing is sent to an address from which no valid answer came for 30 seconds. */
void rule_consent(const Sent *sent)
{
	const Known *known;

	if (!talk.modern || !talk.agent->consent_freshness || talk.by_hand || talk.bypassed ||
		sent->component_id == 0 || talk.known_count == MOST_KNOWN)
		return;
	known = talk_know(&sent->peer, sent->stream_id, sent->component_id);
	if (known != NULL && icelab_world_now() - known->consented > CONSENT)
		/* What pseudo-TCP sends again does not ask. */
		talk_broken(talk.agent->reliable ? "consent-pseudotcp" : NULL, "RFC 7675 5.1",
			"%zu bytes were sent %d s after the last consent", sent->length,
			(int)((icelab_world_now() - known->consented) / 1000000));
}

/* RFC 8445 11: a keepalive is sent every Tr, which is 15 seconds or more. A new pair starts anew,
 * so that some more are no flood. */
void rule_keepalive(const Sent *sent)
{
	Known *known;

	if (!talk.modern || talk.known_count == MOST_KNOWN)
		return;
	known = talk_know(&sent->peer, sent->stream_id, sent->component_id);
	if (known == NULL)
		return;
	if (icelab_world_now() - known->kept_alive > KEEPALIVE) {
		known->kept_alive = icelab_world_now();
		known->indications = 0;
	}
	if (++known->indications > MOST_KEEPALIVES)
		talk_broken(NULL, "RFC 8445 11", "%u keepalives in %d s", known->indications,
			(int)((icelab_world_now() - known->kept_alive) / 1000000));
}
