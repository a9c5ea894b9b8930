/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IP addresses as plain values. No allocation, no errno, no locale: safe on hostile text. */

typedef struct {
	uint8_t family;    /* 4 or 6; 0 means none */
	uint8_t bytes[16]; /* network order; the first 4 for family 4, the rest zero */
} IcelabAddress;

#define ICELAB_ADDRESS_TEXT 46 /* longest text with its NUL (RFC 4291 section 2.2) */

/* Reads an IPv4 dotted quad or an IPv6 literal (RFC 4291 2.2), exactly `length` bytes of `text`,
 * which needs no NUL. A zone id ("%eth0"), a leading zero ("010"), white space: refused. On failure
 * returns false and sets family 0. */
bool icelab_address_parse(const char *text, size_t length, IcelabAddress *address);

/* Writes the canonical text (RFC 5952). Returns `text`. Family 0 gives "". */
char *icelab_address_format(const IcelabAddress *address, char text[ICELAB_ADDRESS_TEXT]);

/* By value: an IPv4 address and the same one mapped into IPv6 are different. */
bool icelab_address_equal(const IcelabAddress *a, const IcelabAddress *b);

/* The IPv4 address inside ::ffff:0:0/96 (RFC 4291 2.5.5.2), any other address as it is. */
IcelabAddress icelab_address_unmapped(const IcelabAddress *address);

/* A mapped address (::ffff:127.0.0.1) is to these five what its IPv4 address is. */
bool icelab_address_is_unspecified(const IcelabAddress *address); /* 0.0.0.0, :: */
bool icelab_address_is_loopback(const IcelabAddress *address);    /* 127/8, ::1 */
bool icelab_address_is_link_local(const IcelabAddress *address);  /* 169.254/16, fe80::/10 */
bool icelab_address_is_multicast(const IcelabAddress *address);   /* 224/4, ff00::/8 */
/* RFC 1918, RFC 6598 (100.64/10), RFC 4193 (fc00::/7). */
bool icelab_address_is_private(const IcelabAddress *address);

bool icelab_address_is_v4_mapped(const IcelabAddress *address); /* ::ffff:0:0/96 */
/* fec0::/10 and ::/96 other than :: and ::1 (RFC 8445 5.1.1.1). */
bool icelab_address_is_obsolete_v6(const IcelabAddress *address);
/* An interface identifier made from a MAC address: ff:fe in its middle (RFC 4291 appendix A). */
bool icelab_address_is_eui64(const IcelabAddress *address);
/* Whether the first `bits` bits agree (and the family); at most all bits of the family. */
bool icelab_address_same_prefix(const IcelabAddress *a, const IcelabAddress *b, unsigned bits);
