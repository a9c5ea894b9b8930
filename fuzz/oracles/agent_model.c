/* SPDX-License-Identifier: MIT */
#include "oracles/agent_model.h"

#include <string.h>

#include <config.h>

#include "guards.h"

void model_agent_start(ModelAgent *agent, ModelDialect dialect, unsigned flags,
	const uint16_t *known, const char *software)
{
	agent->rules = (ModelRules){dialect, flags & STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES};
	agent->flags = flags;
	agent->known = known;
	agent->software = software;
	agent->legacy_checks = dialect == MODEL_MSICE2;
	memset(agent->open, 0, sizeof agent->open);
}

ModelView model_view(const ModelMessage *message)
{
	return (ModelView){
		message->writer.bytes, model_length(&message->writer), message->writer.rules};
}

static bool is_known(const ModelAgent *agent, uint16_t type)
{
	for (const uint16_t *known = agent->known; *known; known++)
		if (*known == type)
			return true;
	return false;
}

unsigned model_unknown(
	const ModelAgent *agent, const ModelView *view, uint8_t *types, unsigned most)
{
	/* RFC 8489 14.5: "agents MUST ignore all other attributes that follow MESSAGE-INTEGRITY". */
	bool all = icelab_guard("stun-unknown-after-integrity");
	unsigned count = 0;

	for (size_t offset = 20; offset + 4 <= view->length && count < most;) {
		uint16_t type = model_load16(view->bytes + offset);
		size_t length = model_load16(view->bytes + offset + 2);

		/* RFC 8489 14: those from 0x8000 on are comprehension-optional. */
		if (type < 0x8000 && !is_known(agent, type)) {
			model_store16(types + 2 * count, type);
			count++;
		}
		if (!all &&
			(type == STUN_ATTRIBUTE_MESSAGE_INTEGRITY || type == STUN_ATTRIBUTE_FINGERPRINT))
			break;
		offset += 4 + (view->rules->unaligned ? length : (length + 3) / 4 * 4);
	}
	return count;
}

/* RFC 8489 14.7: the last attribute, and right. */
static bool has_fingerprint(const ModelAgent *agent, const ModelView *view)
{
	size_t offset = model_offset(view, STUN_ATTRIBUTE_FINGERPRINT);
	ModelValue version;

	if (offset == 0 || model_load16(view->bytes + offset - 2) != 4 ||
		(offset + 4 != view->length && !icelab_guard("stun-fingerprint-not-last")))
		return false;
	uint32_t sum = model_load32(view->bytes + offset);
	if (sum == model_fingerprint(view->bytes, view->length, false))
		return true;
	/* [MS-ICE2] 3.1.4.8.2: old clients, which do not say a version, have another sum. */
	return agent->rules.dialect == MODEL_MSICE2 &&
		   !model_find(view, STUN_ATTRIBUTE_MS_IMPLEMENTATION_VERSION, &version) &&
		   sum == model_fingerprint(view->bytes, view->length, true);
}

static bool has(const ModelView *view, uint16_t type)
{
	return model_offset(view, type) != 0;
}

static const StunDefaultValidaterData *find_user(
	const StunDefaultValidaterData *users, const ModelView *view)
{
	ModelValue name = {NULL, 0};

	model_find(view, STUN_ATTRIBUTE_USERNAME, &name);
	for (; users && users->username; users++)
		if (users->username_len == name.length &&
			memcmp(users->username, name.bytes, name.length) == 0)
			return users;
	return NULL;
}

StunValidationStatus model_validate(ModelAgent *agent, ModelMessage *message, const uint8_t *bytes,
	size_t length, const StunDefaultValidaterData *users)
{
	int measured = model_measure(bytes, length, !agent->rules.unaligned);
	if (measured == 0)
		return STUN_VALIDATION_INCOMPLETE_STUN;
	if (measured < 0 || (size_t)measured != length)
		return STUN_VALIDATION_NOT_STUN;

	ModelView view = {bytes, length, &agent->rules};
	*message = (ModelMessage){.writer = {(uint8_t *)(uintptr_t)bytes, length, &agent->rules}};
	if (model_is_modern(&agent->rules)) {
		if (!model_has_cookie(&view))
			return STUN_VALIDATION_BAD_REQUEST;
		if (agent->flags & STUN_AGENT_USAGE_USE_FINGERPRINT && !has_fingerprint(agent, &view))
			return STUN_VALIDATION_BAD_REQUEST;
	}

	unsigned message_class = model_class(&view);
	ModelTransaction *sent = NULL;
	if (message_class >= STUN_RESPONSE) {
		/* RFC 8489 6.3.3: only the answer to a request that is waited for. */
		for (int i = 0; i < STUN_AGENT_MAX_SAVED_IDS && !sent; i++)
			if (agent->open[i] && agent->sent[i].method == model_method(&view) &&
				memcmp(agent->sent[i].id, bytes + 4, 16) == 0)
				sent = &agent->sent[i];
		if (!sent)
			return STUN_VALIDATION_UNMATCHED_RESPONSE;
	}

	unsigned code = 0;
	if (message_class == STUN_ERROR)
		model_find_error(&view, &code);
	/* RFC 8489 9.1.4, 9.2.4, 9.2.5: these cannot be authenticated yet. */
	bool excused = agent->flags & STUN_AGENT_USAGE_IGNORE_CREDENTIALS || code == 300 ||
				   code == 400 || code == 401 || code == 438;
	/* RFC 8656 11.5: indications are not authenticated with long-term credentials. */
	if (message_class == STUN_INDICATION && agent->flags & (STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS |
															   STUN_AGENT_USAGE_NO_INDICATION_AUTH))
		excused = true;

	bool sealed = has(&view, STUN_ATTRIBUTE_MESSAGE_INTEGRITY);
	bool named = has(&view, STUN_ATTRIBUTE_USERNAME);
	if (message_class < STUN_RESPONSE && !excused) {
		bool complete = named == sealed || sealed;
		/* RFC 8489 9.1.3. */
		if (agent->flags & STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS)
			complete = complete && named && sealed;
		/* RFC 8489 9.2.4. */
		if (agent->flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS && message_class == STUN_REQUEST)
			complete = complete && named && sealed && has(&view, STUN_ATTRIBUTE_NONCE) &&
					   has(&view, STUN_ATTRIBUTE_REALM);
		if (!complete)
			return STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST;
	}

	const uint8_t *key = sent ? sent->key : NULL;
	size_t key_length = sent ? sent->key_length : 0;
	if (sealed && ((!key && !excused) || agent->flags & STUN_AGENT_USAGE_FORCE_VALIDATER)) {
		const StunDefaultValidaterData *user = find_user(users, &view);
		if (!user)
			return STUN_VALIDATION_UNAUTHORIZED;
		key = user->password;
		key_length = user->password_len;
	}

	if (!excused && key && key_length > 0) {
		ModelValue seal;
		uint8_t sum[20];
		if (!model_find(&view, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &seal))
			return STUN_VALIDATION_UNAUTHORIZED;
		const uint8_t *used = key;
		size_t used_length = key_length;
		if (agent->flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS) {
			ModelValue name;
			ModelValue realm;
			if (sent && sent->has_long_term) {
				memcpy(message->long_term, sent->long_term, 16);
			} else {
				if (!model_find(&view, STUN_ATTRIBUTE_USERNAME, &name) ||
					!model_find(&view, STUN_ATTRIBUTE_REALM, &realm))
					return STUN_VALIDATION_UNAUTHORIZED;
				model_long_term_key(name, realm, (ModelValue){key, key_length}, message->long_term);
			}
			message->has_long_term = true;
			used = message->long_term;
			used_length = 16;
		}
		/* RFC 8489 14.5: HMAC-SHA1 is 20 bytes. */
		if (seal.length != 20)
			return STUN_VALIDATION_UNAUTHORIZED;
		model_integrity(
			&agent->rules, bytes, (size_t)(seal.bytes - bytes), length, used, used_length, sum);
		if (memcmp(sum, seal.bytes, 20) != 0)
			return STUN_VALIDATION_UNAUTHORIZED;
		message->key = key;
		message->key_length = key_length;
	}

	/* RFC 7675 5.1: "a 403 [...] response" revokes consent. */
	bool forbidden = agent->flags & STUN_AGENT_USAGE_CONSENT_FRESHNESS && code == 403;
	/* RFC 8489 6.3.3: the transaction ends with its answer. */
	if (sent && !(forbidden && icelab_guard("stun-forbidden-replay")))
		agent->open[sent - agent->sent] = false;
	if (forbidden)
		return STUN_VALIDATION_FORBIDDEN;

	uint32_t version;
	if (model_find32(&view, STUN_ATTRIBUTE_MS_IMPLEMENTATION_VERSION, &version))
		agent->legacy_checks = false;

	uint8_t unknown[2];
	if (model_unknown(agent, &view, unknown, 1) > 0)
		return message_class == STUN_REQUEST ? STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE
											 : STUN_VALIDATION_UNKNOWN_ATTRIBUTE;
	return STUN_VALIDATION_SUCCESS;
}

static bool append_software(ModelAgent *agent, ModelMessage *message)
{
	if (!model_is_modern(&agent->rules) ||
		!(agent->software || agent->flags & STUN_AGENT_USAGE_ADD_SOFTWARE))
		return true;
	return model_append_software(
		&message->writer, agent->software ? agent->software : PACKAGE_STRING);
}

bool model_request(ModelAgent *agent, ModelMessage *message, unsigned message_class,
	unsigned method, const uint8_t transaction[16])
{
	message->writer.rules = &agent->rules;
	message->key = NULL;
	message->key_length = 0;
	message->has_long_term = false;
	if (!model_start(&message->writer, message_class, method, transaction))
		return false;
	if (model_is_modern(&agent->rules))
		model_store32(message->writer.bytes + 4, STUN_MAGIC_COOKIE);
	/* SOFTWARE is optional: what has no room goes without. */
	if (message_class == STUN_REQUEST)
		append_software(agent, message);
	return true;
}

static bool answer(
	ModelAgent *agent, ModelMessage *message, const ModelMessage *request, unsigned message_class)
{
	ModelView view = model_view(request);

	if (model_class(&view) != STUN_REQUEST)
		return false;
	message->writer.rules = &agent->rules;
	message->key = request->key;
	message->key_length = request->key_length;
	memcpy(message->long_term, request->long_term, 16);
	message->has_long_term = request->has_long_term;
	if (!model_start(&message->writer, message_class, model_method(&view), view.bytes + 4))
		return false;
	append_software(agent, message);
	return true;
}

bool model_response(ModelAgent *agent, ModelMessage *message, const ModelMessage *request)
{
	return answer(agent, message, request, STUN_RESPONSE);
}

bool model_error(
	ModelAgent *agent, ModelMessage *message, const ModelMessage *request, unsigned code)
{
	return answer(agent, message, request, STUN_ERROR) &&
		   model_append_error(&message->writer, code);
}

size_t model_unknown_error(ModelAgent *agent, ModelMessage *message, const ModelMessage *request)
{
	uint8_t types[2 * STUN_AGENT_MAX_UNKNOWN_ATTRIBUTES];
	ModelView view = model_view(request);
	unsigned count = model_unknown(agent, &view, types, STUN_AGENT_MAX_UNKNOWN_ATTRIBUTES);

	if (!model_error(agent, message, request, STUN_ERROR_UNKNOWN_ATTRIBUTE))
		return 0;
	/* RFC 3489 11.2.10: "if the number of unknown attributes is an odd number, one of the
	 * attributes MUST be repeated in the list". */
	if (!model_has_cookie(&view) && count % 2 == 1) {
		memcpy(types + 2 * count, types, 2);
		count++;
	}
	if (!model_append_bytes(&message->writer, STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES, types, 2 * count))
		return 0;
	return model_finish(agent, message, request->key, request->key_length);
}

size_t model_finish(ModelAgent *agent, ModelMessage *message, const uint8_t *key, size_t key_length)
{
	ModelView view = model_view(message);
	bool remember = model_class(&view) == STUN_REQUEST;
	bool fingerprint =
		model_is_modern(&agent->rules) && agent->flags & STUN_AGENT_USAGE_USE_FINGERPRINT;
	int slot = 0;

	/* [MS-TURN] 2.2.1: nothing answers Send requests. */
	if (agent->rules.dialect == MODEL_OC2007 && model_method(&view) == STUN_SEND)
		remember = false;
	while (remember && slot < STUN_AGENT_MAX_SAVED_IDS && agent->open[slot])
		slot++;
	if (slot == STUN_AGENT_MAX_SAVED_IDS)
		return 0;

	if (message->key) {
		key = message->key;
		key_length = message->key_length;
	}
	bool seal = key;
	bool long_term = agent->flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS;
	if (key && long_term && !message->has_long_term) {
		ModelValue name;
		ModelValue realm;
		/* The first request, which is to learn them (RFC 8489 9.2.3.1). */
		if (model_find(&view, STUN_ATTRIBUTE_USERNAME, &name) &&
			model_find(&view, STUN_ATTRIBUTE_REALM, &realm)) {
			model_long_term_key(name, realm, (ModelValue){key, key_length}, message->long_term);
			message->has_long_term = true;
		} else {
			seal = false;
		}
	}
	if (seal) {
		uint8_t *sum = model_append(&message->writer, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, 20);
		if (!sum)
			return 0;
		model_integrity(&agent->rules, message->writer.bytes, (size_t)(sum - message->writer.bytes),
			model_length(&message->writer) +
				(agent->flags & STUN_AGENT_USAGE_USE_FINGERPRINT ? 8 : 0),
			long_term ? message->long_term : key, long_term ? 16 : key_length, sum);
	}
	if (fingerprint) {
		uint8_t *sum = model_append(&message->writer, STUN_ATTRIBUTE_FINGERPRINT, 4);
		if (!sum)
			return 0;
		model_store32(
			sum, model_fingerprint(message->writer.bytes, model_length(&message->writer), false));
	}
	if (remember) {
		ModelTransaction *sent = &agent->sent[slot];
		memcpy(sent->id, message->writer.bytes + 4, 16);
		sent->method = model_method(&view);
		sent->key = key;
		sent->key_length = key_length;
		memcpy(sent->long_term, message->long_term, 16);
		sent->has_long_term = message->has_long_term;
		agent->open[slot] = true;
	}
	message->key = key;
	message->key_length = key_length;
	return model_length(&message->writer);
}

bool model_forget(ModelAgent *agent, const uint8_t id[16])
{
	for (int i = 0; i < STUN_AGENT_MAX_SAVED_IDS; i++)
		if (agent->open[i] && memcmp(agent->sent[i].id, id, 16) == 0) {
			agent->open[i] = false;
			return true;
		}
	return false;
}
