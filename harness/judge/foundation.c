/* SPDX-License-Identifier: MIT */
#include "judge/foundation.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stun/digest.h"

/* Room for the longest text: type, address, protocol, relay protocol, 20 digits. */
#define TEXT_LIMIT 128

/* A foundation that is the decimal text of 32 bits, and in no other form than a printer's. */
static bool read_foundation(IcelabSpan text, uint32_t *value)
{
	return icelab_span_number(text, 10, UINT32_MAX, value) &&
		   (text.length == 1 || text.text[0] != '0');
}

/* libwebrtc: what it calls a type, until 2023 and since. */
static const char *const old_types[] = {"local", "stun", "prflx", "relay"};
static const char *const new_types[] = {"host", "srflx", "prflx", "relay"};
static const char *const transports[] = {"udp", "tcp"};
/* By which a relay is reached; nothing for other types, and in versions of before it was hashed. */
static const char *const relay_protocols[] = {"", "udp", "tcp", "tls"};

static bool is_crc(const char *text, uint32_t value)
{
	return icelab_crc32((const uint8_t *)text, strlen(text)) == value;
}

/* p2p/base/port.cc, ComputeFoundation(): type, base without port, protocol, relay protocol, and
 * since 2022 the agent's tie-breaker (webrtc:14605). */
static const char *match_libwebrtc(
	uint32_t value, const IcelabFoundationGuess *guess, const char *type, const char *base)
{
	char text[TEXT_LIMIT];
	size_t relays = guess->type == ICELAB_CANDIDATE_RELAY
						? sizeof relay_protocols / sizeof *relay_protocols
						: 1;

	for (size_t i = 0; i < relays; i++) {
		int length = snprintf(text, sizeof text, "%s%s%s%s", type, base,
			transports[guess->transport], relay_protocols[i]);

		if (is_crc(text, value))
			return "libwebrtc's, without salt";
		for (size_t k = 0; k < guess->tie_breaker_count; k++) {
			snprintf(
				text + length, sizeof text - (size_t)length, "%" PRIu64, guess->tie_breakers[k]);
			if (is_crc(text, value))
				return "libwebrtc's, salted with the tie-breaker of its checks";
		}
	}
	return NULL;
}

/* pion/ice, candidateBase.Foundation(): type, address, network type. Its reflexive candidates hash
 * the mapped address, which they show anyway. */
static bool match_pion(uint32_t value, const IcelabFoundationGuess *guess, const char *base)
{
	char text[TEXT_LIMIT];

	snprintf(text, sizeof text, "%s%s%s%u", new_types[guess->type], base,
		transports[guess->transport], guess->base->family);
	return is_crc(text, value);
}

const char *icelab_foundation_match(IcelabSpan foundation, const IcelabFoundationGuess *guess)
{
	char base[ICELAB_ADDRESS_TEXT];
	const char *formula;
	uint32_t value;

	if (guess->base->family == 0 || !read_foundation(foundation, &value))
		return NULL;
	icelab_address_format(guess->base, base);
	formula = match_libwebrtc(value, guess, new_types[guess->type], base);
	if (formula == NULL)
		formula = match_libwebrtc(value, guess, old_types[guess->type], base);
	if (formula == NULL && match_pion(value, guess, base))
		formula = "Pion's";
	return formula;
}
