/* SPDX-License-Identifier: MIT */
/* libnice as a STUN client, a TURN client and an ICE agent that answers checks. Attack surface:
 * stun/usages/, reached by hostile answers of a STUN or TURN server (bind.c, turn.c, timer.c) and
 * by the checks of a peer (ice.c), and stun/ below.
 *
 * The input chooses the dialect and the usage flags, then what is asked and what arrives. The
 * blocking stun_usage_bind_run() has sockets and a clock of the input's (stacks/network.h). What is
 * sent, what an answer is taken for and when is sent again must be what the model says
 * (oracles/usage_model.h). */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "arena.h"
#include "guards.h"
#include "oracles/oracle.h"
#include "oracles/usage_model.h"
#include "stacks/gnutls.h"
#include "stacks/network.h"
#include "stacks/pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	RECEIVE,  /* a: user or transaction, b: FORGE_, c: dialect, role and tie-breaker */
	CHECK,    /* a: user, b: what it holds, c: room; payload: priority and tie-breaker */
	ALLOCATE, /* a: user, b: what it holds, c: room */
	REFRESH,  /* the same */
	PERMIT,   /* the same */
	BIND,     /* b: an indication, c: room */
	TIME,     /* a: time-out, b: most requests, c: steps of the clock */
	RUN,      /* the blocking discovery: what arrives later is for it. a: server, b: failures */
	WIDEN,    /* the next that arrives: a: attribute, b: 32 bytes each, c: and bytes */
	KINDS,
};

static Pair pair;
static Conversation conversation;
static PairMessage previous; /* the last answer of a server */
static bool has_previous;
static bool over; /* a known defect ends the conversation */
static uint8_t scratch[70000];
static uint16_t wide;
static size_t width;

/* 1300 bytes are MAX_STUN_DATAGRAM_PAYLOAD; no caller has less than a header. */
static size_t room(uint8_t choice)
{
	return choice < 128 ? 1300 : 20 + (size_t)(choice - 128) * 4;
}

static ModelAddress draw_address(uint8_t choice)
{
	ModelAddress address = {.family = choice & 1 ? 6 : 4};

	model_store16(address.port, 0x2112 + choice);
	for (int i = 0; i < (choice & 1 ? 16 : 4); i++)
		address.address[i] = (uint8_t)(choice * 7 + i * 29);
	return address;
}

static socklen_t to_socket(const ModelAddress *address, struct sockaddr_storage *socket_address)
{
	memset(socket_address, 0, sizeof *socket_address);
	if (address->family == 4) {
		struct sockaddr_in in = {.sin_family = AF_INET};
		memcpy(&in.sin_port, address->port, 2);
		memcpy(&in.sin_addr, address->address, 4);
		memcpy(socket_address, &in, sizeof in);
		return sizeof in;
	}
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	memcpy(&in6.sin6_port, address->port, 2);
	memcpy(&in6.sin6_addr, address->address, 16);
	memcpy(socket_address, &in6, sizeof in6);
	return sizeof in6;
}

/* An address of family 0 was not said; then the caller's must not look like one. */
static void expect_address(const char *name, const struct sockaddr_storage *real, socklen_t length,
	const ModelAddress *model)
{
	struct sockaddr_storage expected;

	if (model->family == 0)
		return;
	socklen_t expected_length = to_socket(model, &expected);
	EXPECT(length == expected_length, name, "an address of %u bytes, expected %u", length,
		expected_length);
	EXPECT(memcmp(real, &expected, length) == 0, name, "the address or port is another");
}

static void expect_result(const char *name, int real, int model)
{
	EXPECT(real == model, name, "result %d, expected %d", real, model);
}

static void process_bind(const PairMessage *message)
{
	struct sockaddr_storage mapped;
	struct sockaddr_storage alternate;
	socklen_t mapped_length = sizeof mapped;
	socklen_t alternate_length = sizeof alternate;
	ModelView view = model_view(&message->model);
	ModelOutcome model = model_bound(&view);
	StunMessage real = message->real;

	expect_result("bind",
		stun_usage_bind_process(&real, (struct sockaddr *)&mapped, &mapped_length,
			(struct sockaddr *)&alternate, &alternate_length),
		model.result);
	expect_address("bind-mapped", &mapped, mapped_length, &model.mapped);
	expect_address("bind-alternate", &alternate, alternate_length, &model.alternate);
	/* agent.c's server reflexive candidates do not ask for another server. */
	mapped_length = sizeof mapped;
	int result =
		stun_usage_bind_process(&real, (struct sockaddr *)&mapped, &mapped_length, NULL, NULL);
	if (model.result != STUN_USAGE_BIND_RETURN_ALTERNATE_SERVER &&
		!(model.result == STUN_USAGE_BIND_RETURN_ERROR &&
			stun_message_has_attribute(&real, STUN_ATTRIBUTE_ALTERNATE_SERVER)))
		expect_result("bind-without-alternate", result, model.result);
}

static void process_check(const PairMessage *message, StunUsageIceCompatibility dialect)
{
	struct sockaddr_storage mapped;
	socklen_t mapped_length = sizeof mapped;
	ModelView view = model_view(&message->model);
	ModelOutcome model = model_checked(&view, dialect);
	StunMessage real = message->real;

	expect_result("check-answer",
		stun_usage_ice_conncheck_process(&real, &mapped, &mapped_length, dialect), model.result);
	expect_address("check-mapped", &mapped, mapped_length, &model.mapped);
}

static void expect_number(const char *name, bool has, uint32_t real, uint32_t model)
{
	/* What is not said leaves the caller's value. */
	if (!has)
		model = 0xA5A5A5A5;
	EXPECT(real == model, name, "%u, expected %u", real, model);
}

static void process_turn(const PairMessage *message, StunUsageTurnCompatibility dialect, bool ask)
{
	struct sockaddr_storage mapped;
	struct sockaddr_storage relayed;
	struct sockaddr_storage alternate;
	socklen_t mapped_length = sizeof mapped;
	socklen_t relayed_length = sizeof relayed;
	socklen_t alternate_length = sizeof alternate;
	uint32_t bandwidth = 0xA5A5A5A5;
	uint32_t lifetime = 0xA5A5A5A5;
	ModelView view = model_view(&message->model);
	ModelOutcome model = model_allocated(&view, dialect);
	StunMessage real = message->real;
	int result = stun_usage_turn_process(&real, &relayed, &relayed_length, &mapped, &mapped_length,
		ask ? &alternate : NULL, ask ? &alternate_length : NULL, &bandwidth, &lifetime, dialect);

	if (ask || (model.result != STUN_USAGE_TURN_RETURN_ALTERNATE_SERVER &&
				   !stun_message_has_attribute(&real, STUN_ATTRIBUTE_ALTERNATE_SERVER)))
		expect_result("allocation", result, model.result);
	expect_address("allocation-mapped", &mapped, mapped_length, &model.mapped);
	expect_address("allocation-relayed", &relayed, relayed_length, &model.relayed);
	if (ask)
		expect_address("allocation-alternate", &alternate, alternate_length, &model.alternate);
	expect_number("allocation-lifetime", model.has_lifetime, lifetime, model.lifetime);
	expect_number("allocation-bandwidth", model.has_bandwidth, bandwidth, model.bandwidth);

	lifetime = 0xA5A5A5A5;
	model = model_refreshed(&view, dialect);
	expect_result(
		"refresh", stun_usage_turn_refresh_process(&real, &lifetime, dialect), model.result);
	expect_number("refresh-lifetime", model.has_lifetime, lifetime, model.lifetime);
}

/* Around the peer's own, where the comparison of RFC 8445 7.3.1.1 changes its mind. */
static uint64_t draw_tie_breaker(const PairMessage *request, uint8_t choice)
{
	ModelView view = model_view(&request->model);
	uint64_t theirs = 0x932FF9B151263B36;

	if (!model_find64(&view, STUN_ATTRIBUTE_ICE_CONTROLLING, &theirs))
		model_find64(&view, STUN_ATTRIBUTE_ICE_CONTROLLED, &theirs);
	switch (choice & 7) {
	case 0:
		return theirs;
	case 1:
		return theirs - 1;
	case 2:
		return theirs + 1;
	case 3:
		return 0;
	case 4:
		return UINT64_MAX;
	case 5:
		return theirs ^ 0xFFFFFFFF; /* the halves apart */
	case 6:
		return theirs ^ 0xFFFFFFFF00000000;
	default:
		return theirs << 32 | theirs >> 32;
	}
}

static void answer(const PairMessage *request, uint8_t choice, size_t capacity)
{
	StunUsageIceCompatibility dialect = (StunUsageIceCompatibility)(choice & 3);
	uint64_t tie_breaker = draw_tie_breaker(request, choice >> 3);
	bool controlling = choice & 4;
	ModelAddress source = draw_address(choice);
	struct sockaddr_storage from;
	socklen_t from_length = to_socket(&source, &from);
	StunMessage received = request->real;
	PairMessage reply;

	EXPECT(stun_usage_ice_conncheck_priority(&received) ==
			   model_priority(&(ModelView){request->model.writer.bytes,
				   model_length(&request->model.writer), request->model.writer.rules}),
		"priority", "%u", stun_usage_ice_conncheck_priority(&received));
	ModelView view = model_view(&request->model);
	EXPECT(stun_usage_ice_conncheck_use_candidate(&received) == model_nominates(&view),
		"use-candidate", "%d", stun_usage_ice_conncheck_use_candidate(&received));

	if (!pair_take(&reply, capacity))
		return;
	ModelReply model = model_reply(
		&pair.model, &reply.model, &request->model, &source, controlling, tie_breaker, dialect);
	if (model.unfinished && icelab_guard("ice-reply-assert"))
		return;
	bool control = controlling;
	size_t length = capacity;
	StunUsageIceReturn result =
		stun_usage_ice_conncheck_create_reply(&pair.agent, &received, &reply.real,
			reply.real.buffer, &length, &from, from_length, &control, tie_breaker, dialect);
	if (!model.unfinished)
		expect_result("reply", result, model.result);
	EXPECT(control == model.controlling, "role", "%s, expected %s",
		control ? "controlling" : "controlled", model.controlling ? "controlling" : "controlled");
	EXPECT(length == model.length, "reply-length", "%zu bytes, expected %zu", length, model.length);
	if (length > 0)
		pair_expect_same("reply-bytes", &reply);
}

static size_t forge_step(const Pair *whose, const ConversationStep *step)
{
	uint8_t key[16];
	Forge orders = pair_orders(whose, step, key);

	orders.wide = wide;
	orders.width = width;
	wide = 0;
	return forge(
		&whose->model.rules, &orders, step->payload, step->length, scratch, sizeof scratch);
}

static void receive(const ConversationStep *step)
{
	PairMessage message;
	StunValidationStatus status;
	size_t length = forge_step(&pair, step);

	if (!pair_validate(&pair, &message, scratch, length, &status) ||
		status != STUN_VALIDATION_SUCCESS)
		return;
	answer(&message, step->c, step->a & 0x80 ? 20 + (size_t)(step->a & 0x3F) * 8 : 1300);
	process_bind(&message);
	process_check(&message, (StunUsageIceCompatibility)(step->c & 3));
	process_turn(&message, (StunUsageTurnCompatibility)(step->c % 5), step->c & 8);
	if (stun_message_get_class(&message.real) >= STUN_RESPONSE) {
		previous = message;
		has_previous = true;
	}
}

/* Model first: where a long-term key of nothing but quotes would be made, the conversation ends. */
static bool steps_over(const PairMessage *message)
{
	ModelView view = model_view(&message->model);
	ModelValue value;

	if (!(pair.model.flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS) ||
		!icelab_guard("stun-trim-credentials"))
		return false;
	over = (model_find(&view, STUN_ATTRIBUTE_USERNAME, &value) && model_trim(value).length == 0) ||
		   (model_find(&view, STUN_ATTRIBUTE_REALM, &value) && model_trim(value).length == 0);
	return over;
}

static void expect_request(const char *name, const PairMessage *message, size_t real, size_t model)
{
	EXPECT(real == model, name, "%zu bytes, expected %zu", real, model);
	if (model > 0)
		pair_expect_same(name, message);
}

static uint32_t load_or(const ConversationStep *step, size_t offset, uint32_t otherwise)
{
	return step->length >= offset + 4 ? model_load32(step->payload + offset) : otherwise;
}

static ModelValue value_of(const uint8_t *bytes, size_t length)
{
	return (ModelValue){bytes, length};
}

static void check(const ConversationStep *step)
{
	static const char *const identifiers[] = {NULL, "1234", "candidate", ""};
	const StunDefaultValidaterData *user = pair_user(step->a);
	ModelCheck order = {
		.username = value_of(user->username, step->b & 1 ? user->username_len : 0),
		.password = value_of(step->b & 2 ? user->password : NULL, user->password_len),
		.use_candidate = step->b & 4,
		.controlling = step->b & 8,
		.dialect = (StunUsageIceCompatibility)(step->b >> 4 & 3),
		.identifier = identifiers[step->b >> 6],
		.priority = load_or(step, 0, 0x6E0001FF),
		.tie_breaker = (uint64_t)load_or(step, 4, 0x932FF9B1) << 32 | load_or(step, 8, 0x51263B36),
	};
	PairMessage message;
	uint8_t id[16];

	if (!pair_take(&message, room(step->c)))
		return;
	icelab_gnutls_foresee(id, sizeof id);
	size_t model = model_check(&pair.model, &message.model, &order, id);
	if (steps_over(&message))
		return;
	size_t real = stun_usage_ice_conncheck_create(&pair.agent, &message.real, message.real.buffer,
		message.real.buffer_len, order.username.bytes, order.username.length, order.password.bytes,
		order.password.length, order.use_candidate, order.controlling, order.priority,
		order.tie_breaker, order.identifier, order.dialect);
	expect_request("check", &message, real, model);
}

static void allocate(const ConversationStep *step)
{
	const StunDefaultValidaterData *user = pair_user(step->a);
	ModelAllocation order = {
		.previous = has_previous && step->b & 1 ? &previous.model : NULL,
		.ports = step->b >> 1 & 3,
		.bandwidth = step->b & 8 ? (int32_t)load_or(step, 0, 100) : -1,
		.lifetime = step->b & 16 ? (int32_t)load_or(step, 4, 600) : -1,
		.username = value_of(user->username, step->b & 32 ? user->username_len : 0),
		.password = value_of(step->b & 64 ? user->password : NULL, user->password_len),
		.dialect = (StunUsageTurnCompatibility)((step->a >> 4) % 5),
	};
	StunMessage *answered = order.previous ? &previous.real : NULL;
	PairMessage message;
	uint8_t id[16];
	size_t model;
	size_t real;

	if (!pair_take(&message, room(step->c)))
		return;
	icelab_gnutls_foresee(id, sizeof id);
	bool refresh = step->kind % KINDS == REFRESH;
	model = refresh ? model_refresh(&pair.model, &message.model, &order, id)
					: model_allocate(&pair.model, &message.model, &order, id);
	if (steps_over(&message))
		return;
	uint8_t *name = (uint8_t *)(uintptr_t)order.username.bytes;
	uint8_t *password = (uint8_t *)(uintptr_t)order.password.bytes;
	if (refresh)
		real = stun_usage_turn_create_refresh(&pair.agent, &message.real, message.real.buffer,
			message.real.buffer_len, answered, order.lifetime, name, order.username.length,
			password, order.password.length, order.dialect);
	else
		real = stun_usage_turn_create(&pair.agent, &message.real, message.real.buffer,
			message.real.buffer_len, answered, (StunUsageTurnRequestPorts)order.ports,
			order.bandwidth, order.lifetime, name, order.username.length, password,
			order.password.length, order.dialect);
	expect_request(refresh ? "refresh-request" : "allocate-request", &message, real, model);
}

static void permit(const ConversationStep *step)
{
	static uint8_t realm[11] = "example.org";
	static uint8_t nonce[5] = "nonce";
	const StunDefaultValidaterData *user = pair_user(step->a);
	ModelValue username = value_of(step->b & 1 ? user->username : NULL, user->username_len);
	ModelValue password = value_of(step->b & 2 ? user->password : NULL, user->password_len);
	bool has_realm = step->b & 4;
	bool has_nonce = step->b & 8;
	ModelAddress peer = draw_address(step->b >> 4);
	struct sockaddr_storage to;
	PairMessage message;
	uint8_t id[16];

	if (!pair_take(&message, room(step->c)))
		return;
	to_socket(&peer, &to);
	icelab_gnutls_foresee(id, sizeof id);
	size_t model = model_permit(&pair.model, &message.model, username, password,
		value_of(has_realm ? realm : NULL, sizeof realm),
		value_of(has_nonce ? nonce : NULL, sizeof nonce), &peer, id);
	if (steps_over(&message))
		return;
	size_t real = stun_usage_turn_create_permission(&pair.agent, &message.real, message.real.buffer,
		message.real.buffer_len, step->b & 1 ? user->username : NULL, user->username_len,
		step->b & 2 ? user->password : NULL, user->password_len, has_realm ? realm : NULL,
		sizeof realm, has_nonce ? nonce : NULL, sizeof nonce, &to,
		(StunUsageTurnCompatibility)(step->a % 5));
	expect_request("permission", &message, real, model);
	EXPECT(stun_usage_turn_create_permission(&pair.agent, &message.real, message.real.buffer,
			   message.real.buffer_len, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL,
			   STUN_USAGE_TURN_COMPATIBILITY_RFC5766) == 0,
		"permission", "a permission for nobody");
}

static void ask_binding(const ConversationStep *step)
{
	PairMessage message;
	uint8_t id[16];
	bool keep = step->b & 1;

	if (!pair_take(&message, room(step->c)))
		return;
	icelab_gnutls_foresee(id, sizeof id);
	size_t model = keep ? model_keepalive(&pair.model, &message.model, id)
						: model_bind(&pair.model, &message.model, id);
	size_t real = keep ? stun_usage_bind_keepalive(&pair.agent, &message.real, message.real.buffer,
							 message.real.buffer_len)
					   : stun_usage_bind_create(&pair.agent, &message.real, message.real.buffer,
							 message.real.buffer_len);
	expect_request(keep ? "keepalive" : "bind-request", &message, real, model);
}

static void time_out(const ConversationStep *step)
{
	StunTimer real;
	ModelTimer model;
	unsigned delay = step->a * 20u;
	unsigned most = step->b & 7;

	if (step->b & 8) {
		stun_timer_start_reliable(&real, delay);
		model_timer_start(&model, network_clock(), delay, 0);
	} else {
		stun_timer_start(&real, delay, most);
		model_timer_start(&model, network_clock(), delay, most);
	}
	for (int turn = 0; turn < 12; turn++) {
		unsigned left = model_timer_remainder(&model, network_clock());
		EXPECT(stun_timer_remainder(&real) == left, "timer", "%u ms are left, expected %u",
			stun_timer_remainder(&real), left);
		/* To the deadline, just before it, or by the input's step. */
		switch (step->c & 3) {
		case 0:
			network_set_clock(network_clock() + left);
			break;
		case 1:
			network_set_clock(network_clock() + (left > 1 ? left - 1 : left));
			break;
		default:
			network_set_clock(network_clock() + (step->c >> 2) * 37u);
			break;
		}
		StunUsageTimerReturn expected = model_timer_refresh(&model, network_clock());
		StunUsageTimerReturn result = stun_timer_refresh(&real);
		EXPECT(result == expected, "timer", "%d, expected %d", (int)result, (int)expected);
		if (expected == STUN_USAGE_TIMER_RETURN_TIMEOUT)
			break;
	}
}

/* stun_usage_bind_run() against the steps that are left of the conversation. */
static struct {
	Pair pair;        /* only its model */
	PairMessage sent; /* only its model */
	ModelTimer timer;
	struct sockaddr_storage server;
	socklen_t server_length;
	bool over;
	int result;
	ModelAddress mapped;
	bool pending;
	ConversationStep step;
	unsigned sends;
	unsigned expected_sends;
	unsigned refusals; /* errors that sending meets */
	unsigned errors;   /* in the error queue */
	unsigned sockets;
} run;

static bool run_next(void)
{
	if (!run.pending && conversation_next(&conversation, &run.step))
		run.pending = true;
	return run.pending;
}

static bool run_arrive(void *user, unsigned patience, unsigned *wait)
{
	(void)user;
	EXPECT(!run.over, "run", "goes on after its end");
	EXPECT(run.sends == run.expected_sends, "run-retransmission", "%u requests sent, expected %u",
		run.sends, run.expected_sends);
	unsigned left = model_timer_remainder(&run.timer, network_clock());
	EXPECT(patience == left, "run-patience", "waits %u ms, expected %u", patience, left);
	if (run_next()) {
		*wait = (run.step.c & 0x1F) * 32u;
		if (*wait <= patience)
			return true;
		/* Later: what is left to wait. */
		run.step.c = (uint8_t)((run.step.c & 0xE0) | (*wait - patience) / 32);
	}
	switch (model_timer_refresh(&run.timer, network_clock() + patience)) {
	case STUN_USAGE_TIMER_RETURN_TIMEOUT:
		run.over = true;
		run.result = STUN_USAGE_BIND_RETURN_TIMEOUT;
		break;
	case STUN_USAGE_TIMER_RETURN_RETRANSMIT:
		run.expected_sends++;
		break;
	default:
		break;
	}
	return false;
}

static void run_judge(const uint8_t *bytes, size_t length)
{
	ModelMessage message;
	StunValidationStatus status = model_validate(&run.pair.model, &message, bytes, length, NULL);

	if (status == STUN_VALIDATION_UNKNOWN_ATTRIBUTE) {
		run.over = true;
		run.result = STUN_USAGE_BIND_RETURN_ERROR;
		return;
	}
	if (status != STUN_VALIDATION_SUCCESS)
		return;
	ModelView view = model_view(&message);
	ModelOutcome outcome = model_bound(&view);
	switch (outcome.result) {
	case STUN_USAGE_BIND_RETURN_INVALID:
		break;
	case STUN_USAGE_BIND_RETURN_ALTERNATE_SERVER:
		/* RFC 8489 10: "the client [...] attempts the request again" with that server. */
		run.server_length = to_socket(&outcome.alternate, &run.server);
		model_timer_start(&run.timer, network_clock(), 500, 3);
		run.expected_sends++;
		if (!icelab_guard("bind-alternate-forgets"))
			run.pair.model.open[0] = true;
		if (run.sockets == 0) {
			run.over = true;
			run.result = STUN_USAGE_BIND_RETURN_ERROR;
			run.expected_sends--;
		}
		break;
	default:
		run.over = true;
		run.result = outcome.result;
		run.mapped = outcome.mapped;
		break;
	}
}

static ssize_t run_receive(void *user, uint8_t *bytes, size_t capacity)
{
	(void)user;
	run.pending = false;
	if (run.step.length == 0) {
		/* An ICMP error, as the input says with one to take or without. */
		run.errors = run.step.a & 1;
		errno = ECONNREFUSED;
		return -1;
	}
	size_t length = forge_step(&run.pair, &run.step);
	if (length > capacity)
		length = capacity;
	ModelView view = {scratch, length, &run.pair.model.rules};
	ModelValue seal;
	if (model_measure(scratch, length, true) == (int)length &&
		icelab_guard("stun-integrity-length") &&
		model_find(&view, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &seal) && seal.length != 20)
		length = 1;
	memcpy(bytes, scratch, length);
	run_judge(scratch, length);
	return (ssize_t)length;
}

static bool run_send(
	void *user, const uint8_t *bytes, size_t length, const struct sockaddr *to, socklen_t to_length)
{
	(void)user;
	if (run.refusals > 0) {
		run.refusals--;
		run.errors = 1;
		errno = ECONNREFUSED;
		return false;
	}
	run.sends++;
	EXPECT(to_length == run.server_length && memcmp(to, &run.server, to_length) == 0,
		"run-destination", "a request goes to another server");
	EXPECT(length == model_length(&run.sent.model.writer) &&
			   memcmp(bytes, run.sent.model.writer.bytes, length) == 0,
		"run-request", "another request");
	return true;
}

static bool run_dequeue(void *user)
{
	(void)user;
	bool has = run.errors > 0;

	run.errors = 0;
	return has;
}

static bool run_open(void *user, int family)
{
	(void)user;
	EXPECT(family == run.server.ss_family, "run-socket", "a socket of family %d", family);
	if (run.sockets == 0)
		return false;
	run.sockets--;
	return true;
}

static void run_bind(const ConversationStep *step)
{
	static const Network network = {run_arrive, run_receive, run_send, run_dequeue, run_open, NULL};
	ModelAddress server = draw_address(step->a);
	struct sockaddr_storage mapped;
	socklen_t mapped_length = sizeof mapped;
	static struct sockaddr_storage asked[2]; /* one byte more than any has */
	uint8_t id[16];

	memset(&run, 0, sizeof run);
	run.refusals = step->b & 3;
	run.sockets = 4 - (step->b >> 4 & 3);
	if ((step->b & 0xC0) == 0xC0)
		run.sockets = 0;
	run.server_length = to_socket(&server, &run.server);
	memcpy(asked, &run.server, sizeof run.server);
	model_agent_start(&run.pair.model, MODEL_RFC3489, 0, STUN_ALL_KNOWN_ATTRIBUTES, NULL);
	if (!pair_take(&run.sent, 1300))
		return;
	icelab_gnutls_foresee(id, sizeof id);
	model_bind(&run.pair.model, &run.sent.model, id);
	model_timer_start(&run.timer, network_clock(), 500, 3);
	run.expected_sends = 1;
	socklen_t asked_length = run.server_length;
	if (run.sockets == 0) {
		run.over = true;
		run.result = STUN_USAGE_BIND_RETURN_ERROR;
		run.expected_sends = 0;
	}
	if (step->b & 4 && step->b & 8) {
		/* An address that is cut, or longer than any. */
		asked_length = step->a & 2 ? 4 : sizeof *asked + 1;
		run.over = true;
		run.result = STUN_USAGE_BIND_RETURN_ERROR;
		run.expected_sends = 0;
	} else if (step->b & 4 && step->a & 2) {
		/* A family without options of its own. */
		run.server.ss_family = AF_UNIX;
		memcpy(asked, &run.server, sizeof run.server);
	}
	network_use(&network);
	int result =
		(int)stun_usage_bind_run((struct sockaddr *)asked, asked_length, &mapped, &mapped_length);
	network_use(NULL);
	EXPECT(run.over, "run", "ends with %d before its end", result);
	expect_result("run-result", result, run.result);
	EXPECT(run.sends == run.expected_sends, "run-retransmission", "%u requests sent, expected %u",
		run.sends, run.expected_sends);
	if (result == STUN_USAGE_BIND_RETURN_SUCCESS)
		expect_address("run-mapped", &mapped, mapped_length, &run.mapped);
	EXPECT(network_sockets() == 0, "run-leak", "%d sockets are left open", network_sockets());
	network_reset();
}

static void take(const ConversationStep *step)
{
	switch (step->kind % KINDS) {
	case RECEIVE:
		receive(step);
		break;
	case CHECK:
		check(step);
		break;
	case ALLOCATE:
	case REFRESH:
		allocate(step);
		break;
	case PERMIT:
		permit(step);
		break;
	case BIND:
		ask_binding(step);
		break;
	case TIME:
		time_out(step);
		break;
	case RUN:
		run_bind(step);
		break;
	case WIDEN:
		wide = forge_type(step->a);
		width = (size_t)step->b * 32 + step->c;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ConversationStep step;

	conversation_start(&conversation, data, size);
	pair_start(&pair, &conversation);
	/* Not a whole second, so that time-outs cross one. */
	network_break_clock(conversation.options & 64);
	network_set_clock(1000000 + conversation.seed % 1000);
	has_previous = false;
	over = false;
	wide = 0;
	while (!over && conversation_next(&conversation, &step))
		take(&step);
	if (!over)
		pair_expect_same_transactions(&pair);
	network_break_clock(false);
	icelab_arena_reset();
	return 0;
}
