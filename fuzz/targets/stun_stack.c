/* SPDX-License-Identifier: MIT */
/* Any STUN implementation that fills an IcelabStack (target.h). Attack surface: what it reads of a
 * stranger's datagram, authenticates and answers.
 *
 * Oracles: what is accepted is a message, and says what the model reads (oracles/message_model.h);
 * the same is judged the same twice; FINGERPRINT and MESSAGE-INTEGRITY are accepted only where the
 * model computes them; what is built is read, validates, and does so no more with any bit changed;
 * an answer has the request's transaction id and the source's address. */
#include <string.h>

#include "arena.h"
#include "conversation.h"
#include "oracles/forge.h"
#include "oracles/oracle.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t password[] = "VOkJxbRl1RmTxUk/WvJxBt"; /* RFC 5769 2 */
#define PASSWORD_LENGTH (sizeof password - 1)
static const ModelRules rules = {MODEL_RFC5389, false};
static uint8_t scratch[8192];

static void expect_address(const char *name, bool has, const IcelabAddress *address, uint16_t port,
	bool has_model, const ModelAddress *model)
{
	EXPECT(has == has_model, name, "%d, expected %d", has, has_model);
	if (has)
		EXPECT(port == model_load16(model->port) && address->family == model->family &&
				   memcmp(address->bytes, model->address, model->family == 4 ? 4 : 16) == 0,
			name, "another address or port");
}

/* The bytes are a message of RFC 8489 to the model. */
static bool is_message(const uint8_t *bytes, size_t length)
{
	ModelView view = {bytes, length, &rules};

	return model_measure(bytes, length, true) == (int)length && model_has_cookie(&view);
}

static void expect_fields(const uint8_t *bytes, size_t length, const IcelabStackFields *fields)
{
	ModelView view = {bytes, length, &rules};
	ModelAddress mapped;
	ModelValue name;
	uint32_t priority = 0;
	unsigned code = 0;

	/* 0x0115 is an old Data indication to the model. */
	if (model_load16(bytes) != 0x0115)
		EXPECT(fields->message_class == model_class(&view) && fields->method == model_method(&view),
			"stack-type", "class %u, method %u", fields->message_class, fields->method);
	EXPECT(memcmp(fields->transaction, bytes + 4, 16) == 0, "stack-transaction", "another id");
	/* RFC 8489 14.6: who knows MESSAGE-INTEGRITY-SHA256 uses nothing behind it; the model does not.
	 */
	if (model_find(&view, 0x001c, &name))
		return;
	bool has_mapped =
		model_find_xor_address(&view, 0x0020, 28, 0x2112A442, &mapped) == MODEL_ADDRESS_FOUND;
	expect_address("stack-mapped", fields->has_mapped, &fields->mapped, fields->mapped_port,
		has_mapped, &mapped);
	bool has_priority = model_find32(&view, 0x0024, &priority);
	EXPECT(fields->has_priority == has_priority && (!has_priority || fields->priority == priority),
		"stack-priority", "%u, expected %u", fields->priority, priority);
	bool has_code = model_find_error(&view, &code);
	if (fields->has_error)
		EXPECT(has_code && fields->error_code == code, "stack-error", "%u, expected %u",
			fields->error_code, code);
	if (fields->has_username)
		EXPECT(model_find(&view, 0x0006, &name) && name.length == fields->username_length &&
				   memcmp(name.bytes, fields->username, name.length) == 0,
			"stack-username", "another");
}

/* RIGHT: both sums are; by the model. */
static bool is_right(const uint8_t *bytes, size_t length)
{
	ModelView view = {bytes, length, &rules};
	ModelValue seal;
	uint8_t sum[20];
	size_t fingerprint = model_offset(&view, 0x8028);

	if (!model_find(&view, 0x0008, &seal) || seal.length != 20 || fingerprint + 4 != length ||
		model_load32(bytes + fingerprint) != model_fingerprint(bytes, length, false))
		return false;
	model_integrity(
		&rules, bytes, (size_t)(seal.bytes - bytes), length, password, PASSWORD_LENGTH, sum);
	return memcmp(sum, seal.bytes, 20) == 0;
}

static void read_message(const uint8_t *bytes, size_t length)
{
	IcelabStackFields fields;
	IcelabStackFields again;
	IcelabStackVerdict verdict = icelab_stack.parse(bytes, length, &fields);

	EXPECT(icelab_stack.parse(bytes, length, &again) == verdict, "stack-second-opinion",
		"another verdict");
	if (verdict == ICELAB_STACK_ACCEPTED) {
		EXPECT(is_message(bytes, length), "stack-accepts", "what is no message");
		expect_fields(bytes, length, &fields);
	}
	IcelabStackVerdict valid =
		icelab_stack.validate(bytes, length, true, password, PASSWORD_LENGTH);
	EXPECT(valid == icelab_stack.validate(bytes, length, true, password, PASSWORD_LENGTH),
		"stack-second-opinion", "another verdict");
	if (valid == ICELAB_STACK_ACCEPTED)
		EXPECT(is_message(bytes, length) && is_right(bytes, length), "stack-authenticates",
			"a message whose sums are wrong");
}

static void answer(const uint8_t *bytes, size_t length, uint8_t choice)
{
	IcelabAddress source = {.family = choice & 1 ? 6 : 4};
	uint8_t *reply = icelab_arena_take(1300);
	ModelAddress mapped;

	if (!reply)
		return;
	for (int i = 0; i < (choice & 1 ? 16 : 4); i++)
		source.bytes[i] = (uint8_t)(choice + 31 * i);
	size_t size =
		icelab_stack.respond(bytes, length, &source, 40000, password, PASSWORD_LENGTH, reply, 1300);
	if (size == 0)
		return;
	ModelView view = {reply, size, &rules};
	EXPECT(model_measure(reply, size, true) == (int)size, "stack-answer", "no message");
	EXPECT(memcmp(reply + 4, bytes + 4, 16) == 0, "stack-answer", "another transaction");
	/* 0x0115, an error of method 5, is an old Data indication to the model. */
	EXPECT(model_load16(reply) == 0x0115 ||
			   (model_class(&view) >= 2 &&
				   model_method(&view) == model_method(&(ModelView){bytes, length, &rules})),
		"stack-answer", "class %u, method %u", model_class(&view), model_method(&view));
	if (model_class(&view) == 2 && model_has_cookie(&view))
		expect_address("stack-answer-mapped", true, &source, 40000,
			model_find_xor_address(&view, 0x0020, 28, 0x2112A442, &mapped) == MODEL_ADDRESS_FOUND,
			&mapped);
}

/* What is built from the step is read again. */
static void build(const ConversationStep *step)
{
	IcelabStackFields fields = {0};
	IcelabStackFields read;
	size_t capacity = step->b < 128 ? 1300 : (size_t)(step->b - 128) * 4;
	uint8_t *bytes = icelab_arena_take(capacity);

	if (!bytes)
		return;
	fields.message_class = step->a & 3;
	fields.method = (step->a >> 2 & 0x3F) * 65 & 0xFFF;
	for (int i = 0; i < 16; i++)
		fields.transaction[i] = (uint8_t)(step->c + i);
	model_store32(fields.transaction, 0x2112A442);
	fields.has_mapped = step->c & 1;
	fields.mapped.family = step->c & 2 ? 6 : 4;
	for (int i = 0; i < (step->c & 2 ? 16 : 4); i++)
		fields.mapped.bytes[i] = (uint8_t)(step->b + 7 * i);
	fields.mapped_port = (uint16_t)(step->a * 257);
	fields.has_priority = step->c & 4;
	fields.priority = step->length >= 4 ? model_load32(step->payload) : 0;
	fields.has_error = step->c & 8;
	fields.error_code = 300 + (step->a * 7u + step->b) % 400;
	fields.has_username = step->c & 16;
	fields.username_length = step->length < 508 ? step->length : 508;
	if (fields.username_length > 0)
		memcpy(fields.username, step->payload, fields.username_length);
	size_t length = icelab_stack.build(
		&fields, step->c & 32 ? password : NULL, PASSWORD_LENGTH, bytes, capacity);
	if (length == 0) {
		EXPECT(capacity < 1300, "stack-build", "no room in %zu bytes", capacity);
		return;
	}
	bytes = icelab_arena_copy(bytes, length);
	if (!bytes)
		return;
	/* What was told is said. */
	EXPECT(icelab_stack.parse(bytes, length, &read) == ICELAB_STACK_ACCEPTED, "stack-round-trip",
		"its own message is refused");
	expect_fields(bytes, length, &read);
	EXPECT(read.message_class == fields.message_class && read.method == fields.method &&
			   read.has_mapped == fields.has_mapped && read.has_priority == fields.has_priority &&
			   read.has_error == fields.has_error && read.has_username == fields.has_username &&
			   (!read.has_error || read.error_code == fields.error_code) &&
			   (!read.has_priority || read.priority == fields.priority) &&
			   (!read.has_mapped || read.mapped_port == fields.mapped_port),
		"stack-round-trip", "it says something else");
	if (!(step->c & 32))
		return;
	EXPECT(is_right(bytes, length), "stack-sums", "its own sums are wrong");
	/* Indications and errors may be excused from integrity; what is not must validate. */
	IcelabStackVerdict valid =
		icelab_stack.validate(bytes, length, true, password, PASSWORD_LENGTH);
	if (fields.message_class != 3 && fields.has_username)
		EXPECT(valid == ICELAB_STACK_ACCEPTED, "stack-validates", "its own message is refused");
	size_t bit = (step->a * 256u + step->b) % (length * 8);
	bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	EXPECT(icelab_stack.validate(bytes, length, true, password, PASSWORD_LENGTH) !=
			   ICELAB_STACK_ACCEPTED,
		"stack-bit", "bit %zu makes no difference", bit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Conversation conversation;
	ConversationStep step;

	conversation_start(&conversation, data, size);
	while (conversation_next(&conversation, &step)) {
		if (step.kind % 2 == 1) {
			build(&step);
			continue;
		}
		Forge orders = {.what = step.b,
			.username = {(const uint8_t *)"user", 4},
			.key = password,
			.key_length = PASSWORD_LENGTH,
			.damage = step.c};
		size_t length = forge(&rules, &orders, step.payload, step.length, scratch, sizeof scratch);
		const uint8_t *bytes = icelab_arena_copy(scratch, length);
		if (!bytes)
			break;
		read_message(bytes, length);
		answer(bytes, length, step.c);
	}
	icelab_arena_reset();
	return 0;
}
