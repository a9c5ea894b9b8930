/* SPDX-License-Identifier: MIT */
/* Mutates a session description by whole lines and by the fields of a line: lines come, go and
 * change places, and a field gets another value of its kind (RFC 8839 5.1), mostly a right one.
 * The byte of flags before the text is turned by itself. Not instrumented. */
#include <stdio.h>

#include "mutators/edits.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maximum);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed);

#define HEADER 1 /* flags */
#define MOST_LINES 64
#define LONGEST 320

typedef struct {
	size_t start, length; /* without its end */
} Piece;

/* Pieces of `data` from `at` to `end` between separators. */
static unsigned split(const uint8_t *data, size_t at, size_t end, char separator, Piece *pieces)
{
	unsigned count = 0;

	while (at < end && count < MOST_LINES) {
		size_t length = 0;

		while (at + length < end && data[at + length] != separator)
			length++;
		pieces[count++] = (Piece){at, length};
		at += length + 1;
	}
	return count;
}

#define PICK(of) ((of)[below(sizeof(of) / sizeof((of)[0]))])

static const char *address(void)
{
	static const char *const addresses[] = {"192.0.2.1", "198.51.100.7", "10.0.0.1", "2001:db8::1",
		"fe80::1", "0.0.0.0", "::", "x.local", "256.0.0.1", "1.2.3"};

	return addresses[below(4) > 0 ? below(5) : below(sizeof(addresses) / sizeof(addresses[0]))];
}

static unsigned port(void)
{
	static const unsigned ports[] = {9, 0, 1, 5000, 65535, 65536};

	return PICK(ports);
}

/* Any field of a candidate line, alone. */
static size_t new_field(char *text)
{
	static const char *const words[] = {"UDP", "udp", "TCP", "tcp", "TCP-SO", "TCP-ACT", "TCP-PASS",
		"typ", "host", "srflx", "prflx", "relay", "raddr", "rport", "tcptype", "so", "active",
		"passive", "generation", "ufrag", "1", "2", "3", "0", "256", "-1", "2147483647",
		"4294967295", "4294967296", "a=candidate:1", "a=ice-ufrag:u", "m=audio"};

	if (below(4) == 0)
		return (size_t)snprintf(text, LONGEST, "%s", address());
	if (below(4) == 0)
		return (size_t)snprintf(text, LONGEST, "%u", port());
	return (size_t)snprintf(text, LONGEST, "%s", PICK(words));
}

static size_t new_candidate(char *text)
{
	static const char *const transports[] = {"UDP", "udp", "TCP", "tcp", "TCP-SO", "TCP-ACT"};
	static const char *const types[] = {"host", "srflx", "prflx", "relay"};
	static const char *const kinds[] = {"active", "passive", "so"};
	const char *type = PICK(types), *transport = PICK(transports);
	size_t length =
		(size_t)snprintf(text, LONGEST, "a=candidate:%u %u %s %u %s %u typ %s", below(100),
			1 + below(below(4) > 0 ? 2 : 300), transport, 1u << below(31), address(), port(), type);

	if (below(3) > 0)
		length += (size_t)snprintf(
			text + length, LONGEST - length, " raddr %s rport %u", address(), port());
	if ((transport[0] | 0x20) == 't' && below(5) > 0)
		length += (size_t)snprintf(text + length, LONGEST - length, " tcptype %s", PICK(kinds));
	if (below(6) == 0)
		length += (size_t)snprintf(text + length, LONGEST - length, " generation 0");
	return length;
}

static size_t new_line(char *text)
{
	static const char *const media[] = {"m=audio 9 ICE/SDP", "m=video 9 ICE/SDP", "m=-", "m=a"};

	switch (below(8)) {
	case 0:
	case 1:
		return (size_t)snprintf(text, LONGEST, "%s", PICK(media));
	case 2:
		return (size_t)snprintf(text, LONGEST, "a=ice-ufrag:%.*s", (int)below(12), "ufragufragu");
	case 3:
		return (size_t)snprintf(
			text, LONGEST, "a=ice-pwd:%.*s", (int)below(32), "passwordpasswordpasswordpassword");
	case 4:
		return (size_t)snprintf(text, LONGEST, "c=IN IP4 %s", address());
	default:
		return new_candidate(text);
	}
}

static size_t mutate_fields(uint8_t *data, size_t size, size_t maximum, Piece line)
{
	Piece fields[MOST_LINES];
	unsigned count = split(data, line.start, line.start + line.length, ' ', fields);
	Piece field = fields[below(count)];
	char text[LONGEST + 1];
	size_t length = new_field(text);

	switch (below(4)) {
	case 0:
		text[length++] = ' ';
		return put_in(data, size, maximum, field.start, text, length);
	case 1:
		length = field.length + (field.start + field.length < line.start + line.length ? 1 : 0);
		return take_out(data, size, field.start, length);
	default:
		if (size - field.length + length > maximum)
			return size;
		size = take_out(data, size, field.start, field.length);
		return put_in(data, size, maximum, field.start, text, length);
	}
}

static size_t mutate_once(uint8_t *data, size_t size, size_t maximum)
{
	Piece lines[MOST_LINES];
	unsigned count = split(data, HEADER, size, '\n', lines);
	char text[LONGEST + 1];
	size_t length;
	Piece line;

	if (below(8) == 0)
		data[0] ^= (uint8_t)(1u << below(8));
	if (count == 0 || below(5) == 0) {
		length = new_line(text);
		text[length++] = '\n';
		return put_in(data, size, maximum,
			count > 0 && below(2) == 0 ? lines[below(count)].start : size, text, length);
	}
	line = lines[below(count)];
	switch (below(8)) {
	case 0: /* gone, with its end */
		length = line.length + (line.start + line.length < size ? 1 : 0);
		return take_out(data, size, line.start, length);
	case 1: /* once more */
		length = line.length < LONGEST ? line.length : LONGEST;
		memcpy(text, data + line.start, length);
		text[length++] = '\n';
		return put_in(data, size, maximum, lines[below(count)].start, text, length);
	default:
		return line.length > 0 ? mutate_fields(data, size, maximum, line) : size;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed)
{
	unsigned times;

	edits_start(seed);
	if (size <= HEADER || below(2) == 0)
		size = LLVMFuzzerMutate(data, size, maximum);
	if (size < HEADER || below(3) == 0)
		return size;
	times = 1 + below(3);
	for (unsigned i = 0; i < times; i++)
		size = mutate_once(data, size, maximum);
	return size;
}
