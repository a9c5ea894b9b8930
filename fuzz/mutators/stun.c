/* SPDX-License-Identifier: MIT */
/* Mutates conversations (conversation.h) whose payloads are STUN messages: steps come, go and
 * change places, attributes likewise; values have the forms that their types have, and the
 * boundaries of those. The lengths of header, attributes and padding stay right, but for one time
 * in some. Transaction ids, MESSAGE-INTEGRITY and FINGERPRINT are the target's to repair
 * (oracles/forge.h): each step says which. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "conversation.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maximum);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
	size_t size2, uint8_t *out, size_t maximum, unsigned seed);

#define MESSAGE 4096 /* bytes that a mutated message may have */
#define ATTRIBUTES 64

typedef struct {
	uint8_t head[CONVERSATION_STEP];
	uint8_t payload[MESSAGE];
	size_t length;
} Step;

static Step steps[CONVERSATION_STEPS + 1];
static int step_count;
static uint8_t setup[CONVERSATION_SETUP];
static uint64_t state;

static uint32_t draw(void)
{
	uint64_t z = state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return (uint32_t)(z >> 32);
}

static uint32_t below(uint32_t limit)
{
	return draw() % limit;
}

static bool once_in(uint32_t times)
{
	return below(times) == 0;
}

static void store16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static size_t load16(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

/* Attributes of RFC 3489, 8489, 8656, 8445, [MS-TURN], [MS-ICE2] and the drafts, with the form of
 * their values. */
typedef enum { FLAG, NUMBER, LONG, TEXT, PLAIN_ADDRESS, ERROR, SEAL, SUM, TYPES } Form;
static const struct {
	uint16_t type;
	Form form;
} kinds[] = {
	{0x0001, PLAIN_ADDRESS},
	{0x0006, TEXT},
	{0x0006, TEXT},
	{0x0008, SEAL},
	{0x0008, SEAL},
	{0x0009, ERROR},
	{0x0009, ERROR},
	{0x000A, TYPES},
	{0x000C, NUMBER},
	{0x000D, NUMBER},
	{0x000E, PLAIN_ADDRESS},
	{0x000F, NUMBER},
	{0x0010, NUMBER},
	{0x0011, PLAIN_ADDRESS},
	{0x0012, PLAIN_ADDRESS},
	{0x0013, TEXT},
	{0x0014, TEXT},
	{0x0015, TEXT},
	{0x0016, PLAIN_ADDRESS},
	{0x0017, NUMBER},
	{0x0018, NUMBER},
	{0x0019, NUMBER},
	{0x001A, FLAG},
	{0x001C, TEXT},
	{0x001E, TEXT},
	{0x0020, PLAIN_ADDRESS},
	{0x0020, PLAIN_ADDRESS},
	{0x0022, LONG},
	{0x0024, NUMBER},
	{0x0025, FLAG},
	{0x7FFF, TEXT},
	{0x8000, PLAIN_ADDRESS},
	{0x8001, NUMBER},
	{0x8008, NUMBER},
	{0x8020, PLAIN_ADDRESS},
	{0x8022, TEXT},
	{0x8023, PLAIN_ADDRESS},
	{0x8028, SUM},
	{0x8028, SUM},
	{0x8029, LONG},
	{0x8029, LONG},
	{0x802A, LONG},
	{0x802A, LONG},
	{0x8050, TEXT},
	{0x8054, TEXT},
	{0x8070, NUMBER},
	{0xC001, NUMBER},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static const uint16_t types[] = {0x0001, 0x0101, 0x0111, 0x0011, 0x0003, 0x0103, 0x0113, 0x0004,
	0x0104, 0x0114, 0x0016, 0x0017, 0x0008, 0x0108, 0x0118, 0x0009, 0x0109, 0x0119, 0x0115, 0x0002,
	0x0006, 0x0106, 0x0116, 0x3EEF, 0x3FFF};

/* Where comparisons change their minds. */
static uint32_t boundary(void)
{
	static const uint32_t values[] = {0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF,
		0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x2112A442, 0x72C64BC6, 600};

	return once_in(4) ? draw() : values[below(sizeof values / sizeof *values)];
}

static void store32(uint8_t *bytes, uint32_t value)
{
	store16(bytes, value >> 16);
	store16(bytes + 2, value & 0xFFFF);
}

/* Writes a value of the type's form, at most 256 bytes; returns its length. */
static size_t make_value(Form form, uint8_t *value)
{
	static const char *const texts[] = {"user", "user:ice", "example.org", "\"example.org\"",
		"long1", "nonce", "\"", "\"\"", "", "us", "user2", "\xFF"};
	static const uint16_t codes[] = {300, 400, 401, 403, 420, 438, 487, 500, 699, 299, 700, 0, 399};
	size_t length;

	switch (form) {
	case FLAG:
		return 0;
	case NUMBER:
		store32(value, boundary());
		return 4;
	case LONG:
		store32(value, boundary());
		store32(value + 4, boundary());
		return 8;
	case TEXT:
		if (once_in(2)) {
			const char *text = texts[below(sizeof texts / sizeof *texts)];
			length = strlen(text);
			memcpy(value, text, length);
			return length;
		}
		length = once_in(8) ? below(256) : below(24);
		for (size_t i = 0; i < length; i++)
			value[i] = once_in(4) ? (uint8_t)draw() : (uint8_t)('a' + below(26));
		return length;
	case PLAIN_ADDRESS:
		length = once_in(2) ? 8 : 20;
		for (size_t i = 0; i < length; i++)
			value[i] = (uint8_t)draw();
		value[0] = 0;
		value[1] = once_in(16) ? (uint8_t)below(4) : length == 8 ? 1 : 2;
		return length;
	case ERROR: {
		unsigned code = once_in(4) ? below(1024) : codes[below(sizeof codes / sizeof *codes)];
		value[0] = value[1] = 0;
		value[2] = (uint8_t)(code / 100);
		value[3] = (uint8_t)(once_in(16) ? 95 + below(10) : code % 100);
		length = below(16);
		memset(value + 4, 'r', length);
		return 4 + length;
	}
	case SEAL:
		memset(value, 0, 24);
		return once_in(8) ? below(25) : 20;
	case SUM:
		memset(value, 0, 4);
		return 4;
	case TYPES:
		length = below(8);
		for (size_t i = 0; i < length; i++)
			store16(value + 2 * i, draw() & 0xFFFF);
		return 2 * length;
	}
	return 0;
}

/* The attributes of a message as far as they are whole; the last entry is where they end. */
static int find_attributes(const uint8_t *message, size_t length, size_t offsets[ATTRIBUTES + 1])
{
	int count = 0;
	size_t offset = 20;

	while (offset + 4 <= length && count < ATTRIBUTES) {
		size_t next = offset + 4 + (load16(message + offset + 2) + 3) / 4 * 4;
		if (next > length)
			break;
		offsets[count++] = offset;
		offset = next;
	}
	offsets[count] = offset;
	return count;
}

/* Puts `added` bytes at `offset` in the place of `removed`. */
static bool splice(Step *step, size_t offset, size_t removed, const uint8_t *bytes, size_t added)
{
	if (step->length - removed + added > MESSAGE)
		return false;
	memmove(step->payload + offset + added, step->payload + offset + removed,
		step->length - offset - removed);
	if (added > 0)
		memcpy(step->payload + offset, bytes, added);
	step->length += added - removed;
	return true;
}

static size_t make_attribute(uint8_t *attribute)
{
	unsigned kind = below(KINDS);
	size_t length =
		make_value(once_in(24) ? (Form)below(TYPES + 1) : kinds[kind].form, attribute + 4);
	size_t padded = (length + 3) / 4 * 4;

	store16(attribute, once_in(32) ? draw() & 0xFFFF : kinds[kind].type);
	store16(attribute + 2, length);
	memset(attribute + 4 + length, 0, padded - length);
	return 4 + padded;
}

static void insert_attribute(Step *step, size_t offset)
{
	uint8_t attribute[4 + 256 + 4];
	size_t length = make_attribute(attribute);

	splice(step, offset, 0, attribute, length);
}

static void fix_length(Step *step)
{
	if (step->length >= 20)
		store16(step->payload + 2, step->length - 20);
}

static void make_message(Step *step)
{
	step->length = 20;
	store16(step->payload, types[once_in(2) ? below(3) : below(sizeof types / sizeof *types)]);
	for (size_t i = 4; i < 20; i++)
		step->payload[i] = (uint8_t)draw();
	if (!once_in(8))
		store32(step->payload + 4, 0x2112A442);
	for (unsigned left = below(5); left > 0; left--)
		insert_attribute(step, step->length);
	fix_length(step);
}

/* Gives an attribute's value other bytes, or another length, with the padding that it needs. */
static void change_value(Step *step, size_t offset)
{
	uint8_t value[512 + 4];
	size_t length = load16(step->payload + offset + 2);
	size_t padded = (length + 3) / 4 * 4;
	unsigned type = (unsigned)load16(step->payload + offset);

	if (length > 512)
		return;
	memcpy(value, step->payload + offset + 4, length);
	switch (below(4)) {
	case 0: /* as its type has it */
		for (unsigned tries = 0; tries < 64; tries++) {
			unsigned kind = below(KINDS);
			if (kinds[kind].type == type) {
				length = make_value(kinds[kind].form, value);
				break;
			}
		}
		break;
	case 1:
		if (length > 0)
			value[below((uint32_t)length)] = (uint8_t)draw();
		break;
	case 2: /* a little longer or shorter */
		length = length + below(9) < 4 ? 0 : length + below(9) - 4;
		if (length > 512)
			length = 512;
		break;
	default:
		length = LLVMFuzzerMutate(value, length, 512);
		break;
	}
	size_t now = (length + 3) / 4 * 4;
	memset(value + length, 0, now - length);
	if (splice(step, offset + 4, padded, value, now))
		store16(step->payload + offset + 2, length);
}

static void mutate_message(Step *step)
{
	size_t offsets[ATTRIBUTES + 1];
	bool fix = !once_in(16);

	if (step->length < 20) {
		make_message(step);
		return;
	}
	int count = find_attributes(step->payload, step->length, offsets);
	int one = count > 0 ? (int)below((uint32_t)count) : 0;
	size_t size = count > 0 ? offsets[one + 1] - offsets[one] : 0;

	switch (below(16)) {
	case 0:
	case 1:
	case 2:
		insert_attribute(step, offsets[below((uint32_t)count + 1)]);
		break;
	case 3:
		if (size > 0)
			splice(step, offsets[one], size, NULL, 0);
		break;
	case 4: /* twice, here or at the end */
		if (size > 0) {
			uint8_t copy[MESSAGE];
			memcpy(copy, step->payload + offsets[one], size);
			splice(step, once_in(2) ? offsets[one] : offsets[count], 0, copy, size);
		}
		break;
	case 5:
		if (size > 0)
			store16(step->payload + offsets[one], kinds[below(KINDS)].type);
		break;
	case 6:
	case 7:
	case 8:
		if (size > 0)
			change_value(step, offsets[one]);
		break;
	case 9: /* an attribute that lies about its length */
		if (size > 0) {
			uint8_t *length = step->payload + offsets[one] + 2;
			store16(length, once_in(4) ? boundary() & 0xFFFF : load16(length) + below(9) - 4);
		}
		break;
	case 10:
		store16(step->payload, types[below(sizeof types / sizeof *types)]);
		break;
	case 11: /* a header that lies */
		store16(step->payload + 2, once_in(2) ? draw() & 0xFFFF : step->length - 20 + below(9) - 4);
		fix = false;
		break;
	case 12:
		store32(step->payload + 4, once_in(2) ? 0x2112A442 : draw());
		break;
	case 13: /* behind its neighbour */
		if (count > 1 && one + 1 < count) {
			uint8_t copy[MESSAGE];
			size_t both = offsets[one + 2] - offsets[one];
			memcpy(copy, step->payload + offsets[one + 1], both - size);
			memcpy(copy + both - size, step->payload + offsets[one], size);
			memcpy(step->payload + offsets[one], copy, both);
		}
		break;
	case 14: /* cut */
		step->length = once_in(2) ? offsets[one] : below((uint32_t)step->length + 1);
		break;
	default:
		step->length = LLVMFuzzerMutate(step->payload, step->length, MESSAGE);
		break;
	}
	if (fix)
		fix_length(step);
}

/* What is repaired: most of the time what lets a message pass. */
static uint8_t draw_repairs(void)
{
	static const uint8_t usual[] = {0x01, 0x11, 0x19, 0x1D, 0x1E, 0x1F, 0x3F, 0x39, 0x09, 0x0D,
		0x0E, 0x10, 0x18, 0x30, 0x59, 0x5D, 0x5E, 0x99, 0x9D, 0x2D, 0x2E};

	return once_in(4) ? (uint8_t)draw() : usual[below(sizeof usual)];
}

/* Kind 0 is a message that arrives, in every target. */
static uint8_t draw_kind(void)
{
	return once_in(2) ? 0 : (uint8_t)below(16);
}

static void make_step(Step *step)
{
	step->head[0] = draw_kind();
	step->head[1] = once_in(2) ? (uint8_t)below(8) : (uint8_t)draw();
	step->head[2] = draw_repairs();
	step->head[3] = once_in(2) ? (uint8_t)below(8) : (uint8_t)draw();
	step->length = 0;
	if (!once_in(4))
		make_message(step);
}

static void insert_step(int at, const Step *step)
{
	if (step_count == CONVERSATION_STEPS)
		return;
	memmove(steps + at + 1, steps + at, (size_t)(step_count - at) * sizeof *steps);
	if (step)
		steps[at] = *step;
	else
		make_step(&steps[at]);
	step_count++;
}

static void mutate_setup(void)
{
	switch (below(4)) {
	case 0:
		setup[0] = (uint8_t)below(12);
		break;
	case 1:
		setup[1 + below(2)] ^= (uint8_t)(1u << below(8));
		break;
	case 2:
		setup[3] ^= (uint8_t)(1u << below(8));
		break;
	default:
		setup[4 + below(4)] = (uint8_t)draw();
		break;
	}
}

static void mutate_conversation(void)
{
	int one = step_count > 0 ? (int)below((uint32_t)step_count) : 0;
	uint32_t what = below(16);

	if (step_count == 0)
		what = 0;
	switch (what) {
	case 0:
	case 1:
		insert_step((int)below((uint32_t)step_count + 1), NULL);
		break;
	case 2:
		memmove(steps + one, steps + one + 1, (size_t)(step_count - one - 1) * sizeof *steps);
		step_count--;
		break;
	case 3: {
		static Step copy;
		copy = steps[one];
		insert_step((int)below((uint32_t)step_count + 1), &copy);
		break;
	}
	case 4: {
		static Step copy;
		int other = (int)below((uint32_t)step_count);
		copy = steps[one];
		steps[one] = steps[other];
		steps[other] = copy;
		break;
	}
	case 5:
		steps[one].head[2] =
			once_in(2) ? draw_repairs() : (uint8_t)(steps[one].head[2] ^ 1u << below(8));
		break;
	case 6: {
		uint8_t *byte = &steps[one].head[1 + below(3)];
		*byte = once_in(3) ? (uint8_t)draw() : (uint8_t)(*byte ^ 1u << below(8));
		break;
	}
	case 7:
		steps[one].head[0] = draw_kind();
		break;
	case 8:
		mutate_setup();
		break;
	default:
		mutate_message(&steps[one]);
		break;
	}
}

static void read_conversation(const uint8_t *data, size_t size)
{
	size_t offset = size < sizeof setup ? size : sizeof setup;

	memset(setup, 0, sizeof setup);
	memcpy(setup, data, offset);
	step_count = 0;
	while (size - offset >= CONVERSATION_STEP && step_count < CONVERSATION_STEPS) {
		Step *step = &steps[step_count++];
		memcpy(step->head, data + offset, CONVERSATION_STEP);
		offset += CONVERSATION_STEP;
		size_t length = (size_t)(step->head[4] | step->head[5] << 8);
		if (length > size - offset)
			length = size - offset;
		step->length = length < MESSAGE ? length : MESSAGE;
		memcpy(step->payload, data + offset, step->length);
		offset += length;
	}
}

static size_t write_conversation(uint8_t *data, size_t maximum)
{
	size_t size = sizeof setup;

	if (maximum < sizeof setup)
		return 0;
	memcpy(data, setup, sizeof setup);
	for (int i = 0; i < step_count; i++) {
		Step *step = &steps[i];
		if (size + CONVERSATION_STEP + step->length > maximum)
			break;
		step->head[4] = (uint8_t)step->length;
		step->head[5] = (uint8_t)(step->length >> 8);
		memcpy(data + size, step->head, CONVERSATION_STEP);
		memcpy(data + size + CONVERSATION_STEP, step->payload, step->length);
		size += CONVERSATION_STEP + step->length;
	}
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed)
{
	state = seed;
	if (once_in(16) || maximum < CONVERSATION_SETUP)
		return LLVMFuzzerMutate(data, size, maximum);
	read_conversation(data, size);
	for (uint32_t edits = 1 + (once_in(2) ? 0 : below(4)); edits > 0; edits--)
		mutate_conversation();
	return write_conversation(data, maximum);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
	size_t size2, uint8_t *out, size_t maximum, unsigned seed)
{
	static Step other[CONVERSATION_STEPS];
	int other_count;

	state = seed;
	if (maximum < CONVERSATION_SETUP)
		return 0;
	read_conversation(data2, size2);
	other_count = step_count;
	memcpy(other, steps, (size_t)step_count * sizeof *steps);
	read_conversation(data1, size1);
	if (once_in(2) || step_count == 0) {
		/* The beginning of one, the end of the other. */
		int from = other_count > 0 ? (int)below((uint32_t)other_count) : 0;
		step_count = (int)below((uint32_t)step_count + 1);
		while (from < other_count && step_count < CONVERSATION_STEPS)
			steps[step_count++] = other[from++];
	} else if (other_count > 0) {
		insert_step((int)below((uint32_t)step_count + 1), &other[below((uint32_t)other_count)]);
	}
	return write_conversation(out, maximum);
}
