/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/address.h"

/* Reads a message of DNS (RFC 1035 section 4) or multicast DNS (RFC 6762 section 18): the same on
 * the wire, but for the top bit of the class. Works on the caller's bytes: no allocation, no errno,
 * never reads past `length`, ends on any input. */

#define ICELAB_DNS_HEADER 12
#define ICELAB_DNS_NAME_LIMIT 255 /* octets on the wire (RFC 1035 2.3.4) */
/* Each octet of a label may be written as "\DDD". */
#define ICELAB_DNS_NAME_TEXT (4 * ICELAB_DNS_NAME_LIMIT + 1)

enum {
	ICELAB_DNS_A = 1,
	ICELAB_DNS_PTR = 12,
	ICELAB_DNS_TXT = 16,
	ICELAB_DNS_AAAA = 28,
	ICELAB_DNS_SRV = 33,
	ICELAB_DNS_NSEC = 47,
	ICELAB_DNS_ANY = 255,
};

typedef enum {
	ICELAB_DNS_QUESTION,
	ICELAB_DNS_ANSWER,
	ICELAB_DNS_AUTHORITY, /* in a multicast query: what the sender is about to claim */
	ICELAB_DNS_ADDITIONAL,
} IcelabDnsSection;

/* A question (without time to live and data), or a resource record. */
typedef struct {
	IcelabDnsSection section;
	/* Labels with dots between and none at the end; a dot, a backslash or what is not printable
	 * ASCII within a label is written as "\DDD" (RFC 1035 5.1). The root is "". */
	char name[ICELAB_DNS_NAME_TEXT];
	uint16_t type;
	uint16_t class_code; /* without the top bit */
	bool top_bit;        /* RFC 6762: unicast response wanted (5.4), cache flush (10.2) */
	uint32_t ttl;        /* s */
	const uint8_t *data;
	uint16_t length;
	IcelabAddress address; /* of A and AAAA records; else family 0 */
} IcelabDnsRecord;

typedef struct {
	const uint8_t *bytes; /* the caller's; live as long as the reader and its records */
	size_t length;
	size_t offset;
	bool response; /* QR */
	IcelabDnsSection section;
	uint16_t left[4]; /* records that the header promises, by section */
} IcelabDnsReader;

/* False where there is no header, or where the message is no query (opcode 0). */
bool icelab_dns_start(IcelabDnsReader *reader, const uint8_t *bytes, size_t length);

/* Moves to the next question or record. Returns 1 and fills *record; 0 at the end of what the
 * header promised; -1 where the message is damaged: then *error (static text) says how, and the
 * reader stands at its end. */
int icelab_dns_next(IcelabDnsReader *reader, IcelabDnsRecord *record, const char **error);

/* "A", "AAAA", "PTR" ..., or "TYPE65" (RFC 3597 5) in `text` for those without a name here. */
#define ICELAB_DNS_TYPE_TEXT 10
const char *icelab_dns_type_name(uint16_t type, char text[ICELAB_DNS_TYPE_TEXT]);
