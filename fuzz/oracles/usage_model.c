/* SPDX-License-Identifier: MIT */
#include "oracles/usage_model.h"

#include <string.h>

size_t model_bind(ModelAgent *agent, ModelMessage *message, const uint8_t transaction[16])
{
	model_request(agent, message, STUN_REQUEST, STUN_BINDING, transaction);
	return model_finish(agent, message, NULL, 0);
}

size_t model_keepalive(ModelAgent *agent, ModelMessage *message, const uint8_t transaction[16])
{
	model_request(agent, message, STUN_INDICATION, STUN_BINDING, transaction);
	return model_finish(agent, message, NULL, 0);
}

static bool is_ice(StunUsageIceCompatibility dialect)
{
	return dialect == STUN_USAGE_ICE_COMPATIBILITY_RFC5245 ||
		   dialect == STUN_USAGE_ICE_COMPATIBILITY_MSICE2;
}

size_t model_check(ModelAgent *agent, ModelMessage *message, const ModelCheck *check,
	const uint8_t transaction[16])
{
	ModelWriter *writer = &message->writer;

	model_request(agent, message, STUN_REQUEST, STUN_BINDING, transaction);
	if (is_ice(check->dialect)) {
		/* RFC 8445 7.1.1 to 7.1.3. */
		if (check->use_candidate &&
			!model_append_bytes(writer, STUN_ATTRIBUTE_USE_CANDIDATE, NULL, 0))
			return 0;
		if (!model_append32(writer, STUN_ATTRIBUTE_PRIORITY, check->priority) ||
			!model_append64(writer,
				check->controlling ? STUN_ATTRIBUTE_ICE_CONTROLLING : STUN_ATTRIBUTE_ICE_CONTROLLED,
				check->tie_breaker))
			return 0;
	}
	if (check->username.length > 0 && !model_append_bytes(writer, STUN_ATTRIBUTE_USERNAME,
										  check->username.bytes, check->username.length))
		return 0;
	if (check->dialect == STUN_USAGE_ICE_COMPATIBILITY_MSICE2 && check->identifier) {
		/* [MS-ICE2] 2.2: padded with zeros, which are part of the value. */
		size_t length = strlen(check->identifier);
		size_t padded = (length + 3) / 4 * 4;
		uint8_t *value = model_append(writer, STUN_ATTRIBUTE_CANDIDATE_IDENTIFIER, padded);
		if (!value)
			return 0;
		memset(value, 0, padded);
		memcpy(value, check->identifier, length);
		if (!model_append32(writer, STUN_ATTRIBUTE_MS_IMPLEMENTATION_VERSION, 2))
			return 0;
	}
	return model_finish(agent, message, check->password.bytes, check->password.length);
}

ModelReply model_reply(ModelAgent *agent, ModelMessage *message, const ModelMessage *request,
	const ModelAddress *source, bool controlling, uint64_t tie_breaker,
	StunUsageIceCompatibility dialect)
{
	ModelReply reply = {.result = STUN_USAGE_ICE_RETURN_SUCCESS, .controlling = controlling};
	ModelView view = model_view(request);
	unsigned refused = 0;
	ModelValue name;
	uint64_t theirs;

	if (model_class(&view) != STUN_REQUEST) {
		reply.result = STUN_USAGE_ICE_RETURN_INVALID_REQUEST;
		return reply;
	}
	if (model_method(&view) != STUN_BINDING) {
		reply.result = STUN_USAGE_ICE_RETURN_INVALID_METHOD;
		refused = STUN_ERROR_BAD_REQUEST;
	} else if (model_find64(&view,
				   controlling ? STUN_ATTRIBUTE_ICE_CONTROLLING : STUN_ATTRIBUTE_ICE_CONTROLLED,
				   &theirs)) {
		/* RFC 8445 7.3.1.1: "If the agent's tie-breaker value is larger than or equal to the
		 * contents of the ICE-CONTROLLING attribute, the agent generates a Binding error response
		 * [...] 487 [...] but retains its role"; less: "the agent switches to the controlled
		 * role". Controlled: larger or equal switches, less is 487. */
		reply.result = STUN_USAGE_ICE_RETURN_ROLE_CONFLICT;
		if (controlling == (tie_breaker >= theirs))
			refused = STUN_ERROR_ROLE_CONFLICT;
		else
			reply.controlling = !controlling;
	}
	if (refused) {
		if (model_error(agent, message, request, refused))
			reply.length = model_finish(agent, message, NULL, 0);
		return reply;
	}

	if (!model_response(agent, message, request)) {
		reply.unfinished = true;
		return reply;
	}
	ModelAddress address = *source;
	uint16_t type = STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS;
	if (dialect == STUN_USAGE_ICE_COMPATIBILITY_MSN)
		model_xor_address(&address, model_load32(view.bytes + 4), view.bytes + 4);
	else if (model_has_cookie(&view) && dialect != STUN_USAGE_ICE_COMPATIBILITY_GOOGLE)
		model_xor_address(&address, STUN_MAGIC_COOKIE, view.bytes + 4);
	else
		type = STUN_ATTRIBUTE_MAPPED_ADDRESS;
	if (!model_append_address(&message->writer, type, &address) ||
		(model_find(&view, STUN_ATTRIBUTE_USERNAME, &name) &&
			!model_append_bytes(
				&message->writer, STUN_ATTRIBUTE_USERNAME, name.bytes, name.length)) ||
		(dialect == STUN_USAGE_ICE_COMPATIBILITY_MSICE2 &&
			!model_append32(&message->writer, STUN_ATTRIBUTE_MS_IMPLEMENTATION_VERSION, 2))) {
		reply.result = STUN_USAGE_ICE_RETURN_MEMORY_ERROR;
		return reply;
	}
	reply.length = model_finish(agent, message, NULL, 0);
	reply.unfinished = reply.length == 0;
	return reply;
}

static bool is_turn(StunUsageTurnCompatibility dialect)
{
	return dialect == STUN_USAGE_TURN_COMPATIBILITY_DRAFT9 ||
		   dialect == STUN_USAGE_TURN_COMPATIBILITY_RFC5766;
}

/* What the server's last answer wants repeated (RFC 8489 9.2.3.2), and who asks. */
static bool append_answered(
	ModelAgent *agent, ModelMessage *message, const ModelAllocation *allocation, bool reservation)
{
	static const uint16_t repeated[] = {STUN_ATTRIBUTE_REALM, STUN_ATTRIBUTE_NONCE};
	ModelWriter *writer = &message->writer;

	if (allocation->previous) {
		ModelView view = model_view(allocation->previous);
		uint64_t token;
		for (size_t i = 0; i < 2; i++) {
			ModelValue value;
			if (model_find(&view, repeated[i], &value) &&
				!model_append_bytes(writer, repeated[i], value.bytes, value.length))
				return false;
		}
		if (reservation && model_find64(&view, STUN_ATTRIBUTE_RESERVATION_TOKEN, &token) &&
			!model_append64(writer, STUN_ATTRIBUTE_RESERVATION_TOKEN, token))
			return false;
	}
	if (allocation->username.length > 0 &&
		(agent->flags & STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS || allocation->previous))
		return model_append_bytes(writer, STUN_ATTRIBUTE_USERNAME, allocation->username.bytes,
			allocation->username.length);
	return true;
}

size_t model_allocate(ModelAgent *agent, ModelMessage *message, const ModelAllocation *allocation,
	const uint8_t transaction[16])
{
	ModelWriter *writer = &message->writer;
	bool turn = is_turn(allocation->dialect);

	model_request(agent, message, STUN_REQUEST, STUN_ALLOCATE, transaction);
	if (turn) {
		/* RFC 8656 18.8: protocol 17 is UDP; three bytes of zeros follow. */
		if (!model_append32(writer, STUN_ATTRIBUTE_REQUESTED_TRANSPORT, 0x11000000))
			return 0;
		if (allocation->bandwidth >= 0 &&
			!model_append32(writer, STUN_ATTRIBUTE_BANDWIDTH, (uint32_t)allocation->bandwidth))
			return 0;
	} else if (!model_append32(writer, STUN_ATTRIBUTE_MAGIC_COOKIE, 0x72C64BC6)) {
		return 0;
	}
	if (allocation->dialect == STUN_USAGE_TURN_COMPATIBILITY_OC2007 &&
		!model_append32(writer, STUN_ATTRIBUTE_MS_VERSION, 1))
		return 0;
	if (allocation->lifetime >= 0 &&
		!model_append32(writer, STUN_ATTRIBUTE_LIFETIME, (uint32_t)allocation->lifetime))
		return 0;
	if (turn && allocation->ports != STUN_USAGE_TURN_REQUEST_PORT_NORMAL) {
		/* Of draft-ietf-behave-turn-09: even, and reserve the next. */
		uint32_t properties = allocation->ports & STUN_USAGE_TURN_REQUEST_PORT_EVEN_AND_RESERVE
								  ? 0xC0000000
							  : allocation->ports & STUN_USAGE_TURN_REQUEST_PORT_EVEN ? 0x80000000
																					  : 0;
		if (!model_append32(writer, STUN_ATTRIBUTE_REQUESTED_PORT_PROPS, properties))
			return 0;
	}
	if (!append_answered(agent, message, allocation, true))
		return 0;
	return model_finish(agent, message, allocation->password.bytes, allocation->password.length);
}

size_t model_refresh(ModelAgent *agent, ModelMessage *message, const ModelAllocation *allocation,
	const uint8_t transaction[16])
{
	if (!is_turn(allocation->dialect)) {
		/* The old dialects allocate again. */
		ModelAllocation again = *allocation;
		again.ports = STUN_USAGE_TURN_REQUEST_PORT_NORMAL;
		again.bandwidth = 0;
		return model_allocate(agent, message, &again, transaction);
	}
	model_request(agent, message, STUN_REQUEST, STUN_REFRESH, transaction);
	if (allocation->lifetime >= 0 &&
		!model_append32(&message->writer, STUN_ATTRIBUTE_LIFETIME, (uint32_t)allocation->lifetime))
		return 0;
	if (!append_answered(agent, message, allocation, false))
		return 0;
	return model_finish(agent, message, allocation->password.bytes, allocation->password.length);
}

size_t model_permit(ModelAgent *agent, ModelMessage *message, ModelValue username,
	ModelValue password, ModelValue realm, ModelValue nonce, const ModelAddress *peer,
	const uint8_t transaction[16])
{
	ModelWriter *writer = &message->writer;
	ModelAddress address = *peer;

	model_request(agent, message, STUN_REQUEST, STUN_CREATEPERMISSION, transaction);
	model_xor_address(&address, STUN_MAGIC_COOKIE, writer->bytes + 4);
	if (!model_append_address(writer, STUN_ATTRIBUTE_XOR_PEER_ADDRESS, &address))
		return 0;
	if (nonce.bytes && !model_append_bytes(writer, STUN_ATTRIBUTE_NONCE, nonce.bytes, nonce.length))
		return 0;
	if (realm.bytes && !model_append_bytes(writer, STUN_ATTRIBUTE_REALM, realm.bytes, realm.length))
		return 0;
	if (username.bytes &&
		(agent->flags & STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS || (nonce.bytes && realm.bytes)) &&
		!model_append_bytes(writer, STUN_ATTRIBUTE_USERNAME, username.bytes, username.length))
		return 0;
	return model_finish(agent, message, password.bytes, password.length);
}

/* An address of the wrong length leaves the caller with room for its family only: what is tried
 * next must fit in it. */
static void shrink(const ModelView *view, uint16_t type, size_t *room)
{
	ModelValue value;

	if (model_find(view, type, &value) && value.length >= 4)
		*room = value.bytes[1] == 1 ? 16 : value.bytes[1] == 2 ? 28 : *room;
}

static bool take_address(const ModelView *view, uint16_t type, size_t *room, ModelAddress *address)
{
	ModelAddress found;

	if (model_find_address(view, type, *room, &found) != MODEL_ADDRESS_FOUND) {
		shrink(view, type, room);
		return false;
	}
	*address = found;
	*room = found.family == 4 ? 16 : 28;
	return true;
}

static bool take_xor_address(
	const ModelView *view, uint16_t type, uint32_t cookie, size_t *room, ModelAddress *address)
{
	if (!take_address(view, type, room, address))
		return false;
	model_xor_address(address, cookie, view->bytes + 4);
	return true;
}

/* RFC 8489 10: the address that a 3xx names. */
static int redirected(const ModelView *view, unsigned code, int redirect, int error, size_t *room,
	ModelAddress *alternate)
{
	if (code / 100 != 3)
		return error;
	return take_address(view, STUN_ATTRIBUTE_ALTERNATE_SERVER, room, alternate) ? redirect : error;
}

ModelOutcome model_bound(const ModelView *view)
{
	ModelOutcome outcome = {.result = STUN_USAGE_BIND_RETURN_INVALID};
	size_t room = sizeof(struct sockaddr_storage);
	size_t alternate_room = room;
	unsigned code;

	if (model_method(view) != STUN_BINDING || model_class(view) < STUN_RESPONSE)
		return outcome;
	if (model_class(view) == STUN_ERROR) {
		if (model_find_error(view, &code))
			outcome.result = redirected(view, code, STUN_USAGE_BIND_RETURN_ALTERNATE_SERVER,
				STUN_USAGE_BIND_RETURN_ERROR, &alternate_room, &outcome.alternate);
		return outcome;
	}
	/* RFC 8489 12: MAPPED-ADDRESS is of servers that know RFC 3489 alone. */
	bool found = take_xor_address(view, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_MAGIC_COOKIE, &room,
					 &outcome.mapped) ||
				 take_address(view, STUN_ATTRIBUTE_MAPPED_ADDRESS, &room, &outcome.mapped);
	outcome.result = found ? STUN_USAGE_BIND_RETURN_SUCCESS : STUN_USAGE_BIND_RETURN_ERROR;
	return outcome;
}

ModelOutcome model_checked(const ModelView *view, StunUsageIceCompatibility dialect)
{
	ModelOutcome outcome = {.result = STUN_USAGE_ICE_RETURN_INVALID};
	size_t room = sizeof(struct sockaddr_storage);
	unsigned code;

	if (model_method(view) != STUN_BINDING || model_class(view) < STUN_RESPONSE)
		return outcome;
	if (model_class(view) == STUN_ERROR) {
		if (model_find_error(view, &code))
			outcome.result =
				code == 487 ? STUN_USAGE_ICE_RETURN_ROLE_CONFLICT : STUN_USAGE_ICE_RETURN_ERROR;
		return outcome;
	}
	uint32_t cookie = dialect == STUN_USAGE_ICE_COMPATIBILITY_MSN ? model_load32(view->bytes + 4)
																  : STUN_MAGIC_COOKIE;
	bool found =
		take_xor_address(view, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, cookie, &room, &outcome.mapped) ||
		take_address(view, STUN_ATTRIBUTE_MAPPED_ADDRESS, &room, &outcome.mapped);
	outcome.result =
		found ? STUN_USAGE_ICE_RETURN_SUCCESS : STUN_USAGE_ICE_RETURN_NO_MAPPED_ADDRESS;
	return outcome;
}

ModelOutcome model_allocated(const ModelView *view, StunUsageTurnCompatibility dialect)
{
	ModelOutcome outcome = {.result = STUN_USAGE_TURN_RETURN_INVALID};
	size_t mapped_room = sizeof(struct sockaddr_storage);
	size_t relayed_room = mapped_room;
	size_t alternate_room = mapped_room;
	bool mapped = false;
	bool relayed = false;
	unsigned code;

	if (model_method(view) != STUN_ALLOCATE || model_class(view) < STUN_RESPONSE)
		return outcome;
	if (model_class(view) == STUN_ERROR) {
		if (!model_find_error(view, &code))
			return outcome;
		/* [MS-TURN]: names a server in any error. */
		if (dialect == STUN_USAGE_TURN_COMPATIBILITY_OC2007)
			take_address(
				view, STUN_ATTRIBUTE_MS_ALTERNATE_SERVER, &alternate_room, &outcome.alternate);
		outcome.result = redirected(view, code, STUN_USAGE_TURN_RETURN_ALTERNATE_SERVER,
			STUN_USAGE_TURN_RETURN_ERROR, &alternate_room, &outcome.alternate);
		return outcome;
	}
	switch (dialect) {
	case STUN_USAGE_TURN_COMPATIBILITY_DRAFT9:
	case STUN_USAGE_TURN_COMPATIBILITY_RFC5766:
		mapped = take_xor_address(view, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_MAGIC_COOKIE,
			&mapped_room, &outcome.mapped);
		relayed = take_xor_address(view, STUN_ATTRIBUTE_XOR_RELAYED_ADDRESS, STUN_MAGIC_COOKIE,
			&relayed_room, &outcome.relayed);
		break;
	case STUN_USAGE_TURN_COMPATIBILITY_MSN:
		mapped = take_address(view, 0x8000, &mapped_room, &outcome.mapped);
		break;
	case STUN_USAGE_TURN_COMPATIBILITY_OC2007:
		mapped = take_xor_address(view, STUN_ATTRIBUTE_MS_XOR_MAPPED_ADDRESS,
			model_load32(view->bytes + 4), &mapped_room, &outcome.mapped);
		break;
	case STUN_USAGE_TURN_COMPATIBILITY_GOOGLE:
		break;
	}
	if (!is_turn(dialect))
		relayed =
			take_address(view, STUN_ATTRIBUTE_MAPPED_ADDRESS, &relayed_room, &outcome.relayed);
	if (!relayed) {
		outcome.result = STUN_USAGE_TURN_RETURN_ERROR;
		return outcome;
	}
	outcome.result =
		mapped ? STUN_USAGE_TURN_RETURN_MAPPED_SUCCESS : STUN_USAGE_TURN_RETURN_RELAY_SUCCESS;
	outcome.has_lifetime = model_find32(view, STUN_ATTRIBUTE_LIFETIME, &outcome.lifetime);
	outcome.has_bandwidth = model_find32(view, STUN_ATTRIBUTE_BANDWIDTH, &outcome.bandwidth);
	return outcome;
}

ModelOutcome model_refreshed(const ModelView *view, StunUsageTurnCompatibility dialect)
{
	ModelOutcome outcome = {.result = STUN_USAGE_TURN_RETURN_INVALID};
	unsigned code;

	if (model_method(view) != (is_turn(dialect) ? STUN_REFRESH : STUN_ALLOCATE) ||
		model_class(view) < STUN_RESPONSE)
		return outcome;
	if (model_class(view) == STUN_ERROR) {
		if (model_find_error(view, &code))
			outcome.result = STUN_USAGE_TURN_RETURN_ERROR;
		return outcome;
	}
	outcome.result = STUN_USAGE_TURN_RETURN_RELAY_SUCCESS;
	outcome.has_lifetime = model_find32(view, STUN_ATTRIBUTE_LIFETIME, &outcome.lifetime);
	return outcome;
}

uint32_t model_priority(const ModelView *view)
{
	uint32_t priority;

	return model_find32(view, STUN_ATTRIBUTE_PRIORITY, &priority) ? priority : 0;
}

bool model_nominates(const ModelView *view)
{
	ModelValue value;

	/* RFC 8445 7.1.2: "The attribute has no content". */
	return model_find(view, STUN_ATTRIBUTE_USE_CANDIDATE, &value) && value.length == 0;
}

void model_timer_start(ModelTimer *timer, uint64_t now, unsigned delay, unsigned most)
{
	*timer = (ModelTimer){now + delay, delay, 1, most};
}

unsigned model_timer_remainder(const ModelTimer *timer, uint64_t now)
{
	return now >= timer->deadline ? 0 : (unsigned)(timer->deadline - now);
}

StunUsageTimerReturn model_timer_refresh(ModelTimer *timer, uint64_t now)
{
	if (now < timer->deadline)
		return STUN_USAGE_TIMER_RETURN_SUCCESS;
	if (timer->sent >= timer->most)
		return STUN_USAGE_TIMER_RETURN_TIMEOUT;
	timer->sent++;
	timer->delay = timer->sent == timer->most ? timer->delay / 2 : timer->delay * 2;
	timer->deadline = now + timer->delay;
	return STUN_USAGE_TIMER_RETURN_RETRANSMIT;
}
