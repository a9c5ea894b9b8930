/* SPDX-License-Identifier: MIT */
/* Attack surface: DNS and multicast DNS on every link of the lab, from the implementation under
 * test and from whoever answers it: icelab_dns_start() and icelab_dns_next() (harness/dns/).
 *
 * The input is one message. Oracles: sections come in their order and hold no more records than the
 * header promises; data lies in the message; a name is printable, its labels and length within
 * RFC 1035 2.3.4; A and AAAA records of their length have an address, no other record has; the
 * message written again, its names uncompressed, is read to the same records; a damaged message
 * says why, and nothing is read behind that. */
#include <stdint.h>
#include <string.h>

#include "dns/message.h"
#include "oracles/oracle.h"

#define COPY_LIMIT (2 * 65536)
#define RECORDS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
	uint8_t bytes[COPY_LIMIT];
	size_t length;
} Copy;

static Copy copy;
static IcelabDnsRecord records[RECORDS];

static void put(const void *bytes, size_t length)
{
	EXPECT(length <= COPY_LIMIT - copy.length, "dns-copy", "%zu bytes more", length);
	memcpy(copy.bytes + copy.length, bytes, length);
	copy.length += length;
}

static void put16(unsigned value)
{
	const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(bytes, sizeof bytes);
}

/* From the text, in which "\DDD" stands for an octet. */
static void put_name(const char *text)
{
	size_t start = copy.length;

	while (*text != '\0') {
		size_t head = copy.length;

		put("", 1);
		for (; *text != '\0' && *text != '.'; text++) {
			uint8_t octet = (uint8_t)*text;

			if (octet == '\\') {
				for (int i = 1; i <= 3; i++)
					EXPECT(text[i] >= '0' && text[i] <= '9', "dns-escape", "%s", text);
				octet = (uint8_t)((text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0');
				text += 3;
			}
			put(&octet, 1);
		}
		copy.bytes[head] = (uint8_t)(copy.length - head - 1);
		EXPECT(copy.length - head - 1 >= 1 && copy.length - head - 1 <= 63, "dns-label",
			"%zu octets", copy.length - head - 1);
		text += *text == '.' ? 1 : 0;
	}
	put("", 1);
	EXPECT(copy.length - start <= ICELAB_DNS_NAME_LIMIT, "dns-name", "%zu octets",
		copy.length - start);
}

static void put_record(const IcelabDnsRecord *record)
{
	put_name(record->name);
	put16(record->type);
	put16(record->class_code | (record->top_bit ? 0x8000u : 0));
	if (record->section == ICELAB_DNS_QUESTION)
		return;
	put16(record->ttl >> 16);
	put16(record->ttl & 0xFFFF);
	put16(record->length);
	put(record->data, record->length);
}

static void check_record(const IcelabDnsRecord *record, const uint8_t *data, size_t size)
{
	uint8_t family = 0;

	for (const char *c = record->name; *c != '\0'; c++)
		EXPECT(*c >= ' ' && *c <= '~', "dns-name", "byte %02x", (unsigned char)*c);
	EXPECT(record->class_code < 0x8000, "dns-class", "%u", record->class_code);
	if (record->section == ICELAB_DNS_QUESTION) {
		EXPECT(record->length == 0 && record->ttl == 0, "dns-question", "with data");
	} else {
		EXPECT(record->length == 0 || (record->data >= data && record->length <= size &&
										  (size_t)(record->data - data) <= size - record->length),
			"dns-data", "outside");
		if (record->type == ICELAB_DNS_A && record->length == 4)
			family = 4;
		else if (record->type == ICELAB_DNS_AAAA && record->length == 16)
			family = 6;
	}
	EXPECT(record->address.family == 0 || record->address.family == family, "dns-address",
		"family %u", record->address.family);
	EXPECT(family == 0 || record->class_code != 1 ||
			   (record->address.family == family &&
				   memcmp(record->address.bytes, record->data, record->length) == 0),
		"dns-address", "another address");
}

static bool same(const IcelabDnsRecord *a, const IcelabDnsRecord *b)
{
	return a->section == b->section && strcmp(a->name, b->name) == 0 && a->type == b->type &&
		   a->class_code == b->class_code && a->top_bit == b->top_bit && a->ttl == b->ttl &&
		   a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0) &&
		   icelab_address_equal(&a->address, &b->address);
}

static void check_again(size_t count)
{
	IcelabDnsReader reader;
	IcelabDnsRecord record;
	const char *error = NULL;

	EXPECT(icelab_dns_start(&reader, copy.bytes, copy.length), "dns-again", "no message");
	for (size_t i = 0; i < count; i++) {
		EXPECT(icelab_dns_next(&reader, &record, &error) == 1, "dns-again", "record %zu: %s", i,
			error != NULL ? error : "none");
		EXPECT(same(&records[i], &record), "dns-again", "record %zu, %s and %s", i, records[i].name,
			record.name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IcelabDnsReader reader;
	const char *error = NULL;
	uint16_t promised[4] = {0};
	size_t count = 0;
	int found = 0;
	bool started = icelab_dns_start(&reader, data, size);

	EXPECT(!started || size >= ICELAB_DNS_HEADER, "dns-header", "%zu bytes", size);
	if (!started || size > UINT16_MAX)
		return 0;
	for (int i = 0; i < 4; i++)
		promised[i] = (uint16_t)(data[4 + 2 * i] << 8 | data[5 + 2 * i]);
	copy.length = 0;
	put(data, ICELAB_DNS_HEADER);
	while (count < RECORDS && (found = icelab_dns_next(&reader, &records[count], &error)) == 1) {
		const IcelabDnsRecord *record = &records[count];

		EXPECT(count == 0 || record->section >= records[count - 1].section, "dns-section",
			"%d behind another", record->section);
		EXPECT(promised[record->section]-- > 0, "dns-section", "more than promised");
		check_record(record, data, size);
		put_record(record);
		count++;
	}
	if (count < RECORDS && found == -1) {
		EXPECT(error != NULL && strchr(error, '\n') == NULL, "dns-error", "no message");
		EXPECT(icelab_dns_next(&reader, &records[count], &error) != 1, "dns-error",
			"a record behind the damage");
	} else if (count < RECORDS) {
		for (int i = 0; i < 4; i++)
			EXPECT(promised[i] == 0, "dns-section", "%u less than promised", promised[i]);
	}
	check_again(count);
	return 0;
}
