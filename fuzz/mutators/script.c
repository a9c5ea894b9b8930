/* SPDX-License-Identifier: MIT */
/* Mutates a script (talk/script.h) by whole steps: puts in, takes out, doubles, moves and
 * swaps them, crosses two scripts between steps, turns a single argument or a choice of the header.
 * Not instrumented. */
#include <stdlib.h>
#include <string.h>

#include "mutators/edits.h"
#include "talk/script.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maximum);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
	size_t second_size, uint8_t *out, size_t maximum, unsigned seed);

#define MOST_STEPS 64
#define LONGEST 4096

typedef struct {
	size_t start, length; /* with code and length bytes */
} Step;

/* Where the steps of a script are; the last may be cut short. */
static unsigned split(const uint8_t *data, size_t size, Step *steps)
{
	unsigned count = 0;

	for (size_t i = ICELAB_SCRIPT_HEADER; i + 2 <= size && count < MOST_STEPS;) {
		size_t length = 2 + (size_t)data[i + 1];

		if (length > size - i)
			length = size - i;
		steps[count++] = (Step){i, length};
		i += length;
	}
	return count;
}

/* A step as a person would write it: mostly zero, a few choices made. */
static size_t new_step(uint8_t *bytes)
{
	static const uint8_t usual[STEP_COUNT] = {
		[STEP_ROUNDS] = 2,
		[STEP_ADVANCE] = 1,
		[STEP_ANSWER_STUN] = 4,
		[STEP_ANSWER_TURN] = 5,
		[STEP_ANSWER_PEER] = 4,
		[STEP_CHECK] = 6,
		[STEP_DATA] = 8,
		[STEP_RELAY_FRAME] = 12,
		[STEP_DATAGRAM] = 30,
		[STEP_STREAM] = 14,
		[STEP_CONNECTION] = 3,
		[STEP_REPLAY] = 3,
		[STEP_REMOTE] = 7,
		[STEP_REMOTE_SDP] = 7,
		[STEP_SEND] = 4,
		[STEP_READ] = 0,
		[STEP_RESTART] = 1,
		[STEP_STREAMS] = 1,
		[STEP_SELECT] = 7,
		[STEP_CHANGE] = 3,
		[STEP_RESOLVE] = 1,
	};
	static const uint8_t often[] = {STEP_ROUNDS, STEP_ADVANCE, STEP_CHECK, STEP_ANSWER_PEER,
		STEP_ANSWER_TURN, STEP_REMOTE, STEP_ROUNDS, STEP_CHANGE};
	uint8_t code = below(2) == 0 ? often[below(sizeof(often))] : (uint8_t)below(STEP_COUNT);

	bytes[0] = code;
	bytes[1] = usual[code];
	for (unsigned i = 0; i < usual[code]; i++) {
		unsigned kind = below(8);

		bytes[2 + i] = kind < 4   ? 0
					   : kind < 6 ? (uint8_t)(1u << below(8))
					   : kind < 7 ? (uint8_t)below(12)
								  : (uint8_t)below(256);
	}
	return 2 + (size_t)usual[code];
}

static void turn_argument(uint8_t *byte)
{
	switch (below(5)) {
	case 0:
		*byte ^= (uint8_t)(1u << below(8));
		break;
	case 1:
		*byte = (uint8_t)below(16);
		break;
	case 2:
		*byte = 0;
		break;
	case 3:
		*byte = (uint8_t)(*byte + (below(2) == 0 ? 1 : -1));
		break;
	default:
		*byte = (uint8_t)below(256);
		break;
	}
}

static size_t mutate_once(uint8_t *data, size_t size, size_t maximum)
{
	Step steps[MOST_STEPS];
	unsigned count = split(data, size, steps);
	uint8_t bytes[2 + 255];
	Step step;

	if (count == 0 || below(6) == 0) {
		turn_argument(&data[below(ICELAB_SCRIPT_HEADER)]);
		if (count > 0)
			return size;
	}
	if (count == 0)
		return put_in(data, size, maximum, size, bytes, new_step(bytes));
	step = steps[below(count)];
	switch (below(10)) {
	case 0:
	case 1:
		return put_in(
			data, size, maximum, below(4) == 0 ? size : step.start, bytes, new_step(bytes));
	case 2:
		return take_out(data, size, step.start, step.length);
	case 3:
		memcpy(bytes, data + step.start, step.length);
		return put_in(data, size, maximum, steps[below(count)].start, bytes, step.length);
	case 4:
		memcpy(bytes, data + step.start, step.length);
		size = take_out(data, size, step.start, step.length);
		count = split(data, size, steps);
		return put_in(
			data, size, maximum, count > 0 ? steps[below(count)].start : size, bytes, step.length);
	case 5: /* one more argument than there was */
		if (data[step.start + 1] < 255 && size < maximum) {
			bytes[0] = (uint8_t)below(16);
			data[step.start + 1]++;
			return put_in(data, size, maximum, step.start + step.length, bytes, 1);
		}
		return size;
	case 6:
		return take_out(data, size, step.start, size - step.start);
	default:
		if (step.length > 2)
			turn_argument(&data[step.start + 2 + below((unsigned)step.length - 2)]);
		else
			data[step.start] = (uint8_t)below(STEP_COUNT);
		return size;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed)
{
	unsigned times;

	edits_start(seed);
	if (maximum <= ICELAB_SCRIPT_HEADER + 8 || below(10) == 0)
		return LLVMFuzzerMutate(data, size, maximum);
	if (size < ICELAB_SCRIPT_HEADER) {
		memset(data + size, 0, ICELAB_SCRIPT_HEADER - size);
		size = ICELAB_SCRIPT_HEADER;
	}
	times = 1 + below(4);
	for (unsigned i = 0; i < times; i++)
		size = mutate_once(data, size, maximum);
	return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
	size_t second_size, uint8_t *out, size_t maximum, unsigned seed)
{
	Step steps[MOST_STEPS];
	size_t head, tail;
	unsigned count;

	edits_start(seed);
	count = split(first, first_size, steps);
	head = count > 0 ? steps[below(count)].start : first_size;
	count = split(second, second_size, steps);
	tail = count > 0 ? steps[below(count)].start : second_size;
	if (head > maximum)
		head = maximum;
	memcpy(out, first, head);
	if (second_size - tail > maximum - head)
		second_size = tail + maximum - head;
	memcpy(out + head, second + tail, second_size - tail);
	return head + second_size - tail;
}
