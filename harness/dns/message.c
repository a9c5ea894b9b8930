/* SPDX-License-Identifier: MIT */
#include "dns/message.h"

#include <stdio.h>
#include <string.h>

enum {
	QR = 0x80,
	OPCODE = 0x78,
	POINTER = 0xC0, /* RFC 1035 4.1.4: the two top bits of a length octet */
	TOP_BIT = 0x8000,
};

static uint16_t read_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t read_u32(const uint8_t *bytes)
{
	return (uint32_t)read_u16(bytes) << 16 | read_u16(bytes + 2);
}

bool icelab_dns_start(IcelabDnsReader *reader, const uint8_t *bytes, size_t length)
{
	*reader = (IcelabDnsReader){.bytes = bytes, .length = length, .offset = length};
	if (length < ICELAB_DNS_HEADER || bytes[2] & OPCODE)
		return false;
	reader->offset = ICELAB_DNS_HEADER;
	reader->response = bytes[2] & QR;
	for (int section = 0; section < 4; section++)
		reader->left[section] = read_u16(bytes + 4 + 2 * section);
	return true;
}

static char *write_octet(char *text, uint8_t octet)
{
	if (octet > ' ' && octet < 0x7F && octet != '.' && octet != '\\') {
		*text = (char)octet;
		return text + 1;
	}
	text[0] = '\\';
	text[1] = (char)('0' + octet / 100);
	text[2] = (char)('0' + octet / 10 % 10);
	text[3] = (char)('0' + octet % 10);
	return text + 4;
}

static const char *read_name(IcelabDnsReader *reader, char name[ICELAB_DNS_NAME_TEXT])
{
	size_t offset = reader->offset;
	/* RFC 1035 4.1.4: a pointer leads to a prior occurrence. Each must lead before the piece in
	 * which it stands, so that no chain of them can go on for ever. */
	size_t limit = offset;
	size_t octets = 1;
	bool jumped = false;
	char *end = name;

	for (;;) {
		if (offset >= reader->length)
			return "a name runs past the end";
		uint8_t head = reader->bytes[offset];

		if ((head & POINTER) == POINTER) {
			if (offset + 1 >= reader->length)
				return "a pointer runs past the end";
			size_t target = read_u16(reader->bytes + offset) & 0x3FFF;

			if (!jumped)
				reader->offset = offset + 2;
			jumped = true;
			if (target >= limit)
				return "a pointer leads forward";
			if (target < ICELAB_DNS_HEADER)
				return "a pointer leads into the header";
			offset = limit = target;
			continue;
		}
		if (head & POINTER)
			return "a label of unknown kind";
		offset++;
		if (head == 0)
			break;
		octets += head + 1u;
		if (octets > ICELAB_DNS_NAME_LIMIT)
			return "a name has more than 255 octets";
		if (head > reader->length - offset)
			return "a label runs past the end";
		if (end != name)
			*end++ = '.';
		for (uint8_t i = 0; i < head; i++)
			end = write_octet(end, reader->bytes[offset + i]);
		offset += head;
	}
	*end = '\0';
	if (!jumped)
		reader->offset = offset;
	return NULL;
}

static void read_address(IcelabDnsRecord *record)
{
	/* RFC 1035 3.4.1, RFC 3596 2.2: in the class of the Internet, and of exactly that length. */
	bool v4 = record->type == ICELAB_DNS_A && record->length == 4;
	bool v6 = record->type == ICELAB_DNS_AAAA && record->length == 16;

	if (record->class_code != 1 || !(v4 || v6))
		return;
	record->address.family = v4 ? 4 : 6;
	memcpy(record->address.bytes, record->data, record->length);
}

static const char *read_record(IcelabDnsReader *reader, IcelabDnsRecord *record)
{
	const char *error = read_name(reader, record->name);
	size_t fixed = record->section == ICELAB_DNS_QUESTION ? 4 : 10;
	const uint8_t *bytes = reader->bytes + reader->offset;

	if (error != NULL)
		return error;
	if (reader->length - reader->offset < fixed)
		return "a record runs past the end";
	reader->offset += fixed;
	record->type = read_u16(bytes);
	record->class_code = read_u16(bytes + 2) & (TOP_BIT - 1);
	record->top_bit = read_u16(bytes + 2) & TOP_BIT;
	if (record->section == ICELAB_DNS_QUESTION)
		return NULL;
	record->ttl = read_u32(bytes + 4);
	record->length = read_u16(bytes + 8);
	record->data = bytes + 10;
	if (reader->length - reader->offset < record->length)
		return "a record's data runs past the end";
	reader->offset += record->length;
	read_address(record);
	return NULL;
}

int icelab_dns_next(IcelabDnsReader *reader, IcelabDnsRecord *record, const char **error)
{
	while (reader->section < ICELAB_DNS_ADDITIONAL && reader->left[reader->section] == 0)
		reader->section++;
	*record = (IcelabDnsRecord){.section = reader->section};
	if (reader->left[reader->section] == 0)
		return 0;
	reader->left[reader->section]--;
	*error = read_record(reader, record);
	if (*error == NULL)
		return 1;
	memset(reader->left, 0, sizeof reader->left);
	reader->offset = reader->length;
	return -1;
}

const char *icelab_dns_type_name(uint16_t type, char text[ICELAB_DNS_TYPE_TEXT])
{
	switch (type) {
	case ICELAB_DNS_A:
		return "A";
	case ICELAB_DNS_PTR:
		return "PTR";
	case ICELAB_DNS_TXT:
		return "TXT";
	case ICELAB_DNS_AAAA:
		return "AAAA";
	case ICELAB_DNS_SRV:
		return "SRV";
	case ICELAB_DNS_NSEC:
		return "NSEC";
	case ICELAB_DNS_ANY:
		return "ANY";
	default:
		snprintf(text, ICELAB_DNS_TYPE_TEXT, "TYPE%u", type);
		return text;
	}
}
