/* SPDX-License-Identifier: MIT */
/* Attack surface: the candidate lines that an implementation under test prints, which the harness
 * reads with icelab_candidate_parse() (harness/model/candidate.c), and the addresses in them
 * (harness/model/address.c). An adapter, a page in a browser or a description made by a stranger
 * decides every byte.
 *
 * The input is one line. Oracles: every span of an accepted line lies in it; every number is in its
 * range; the line printed from the fields is read again to the same fields; with and without "a="
 * the same; a name without a value spoils it; a refusal repeats itself and names a field. An
 * address is read as inet_pton(3) reads it and written as inet_ntop(3) writes it. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "model/candidate.h"
#include "oracles/oracle.h"

#define LINE_LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lies_in(IcelabSpan span, const char *line, size_t length)
{
	return span.length == 0 || (span.text >= line && span.length <= length &&
								   (size_t)(span.text - line) <= length - span.length);
}

static void check_address(IcelabSpan text)
{
	IcelabAddress address;
	IcelabAddress again;
	char terminated[ICELAB_ADDRESS_TEXT];
	char written[ICELAB_ADDRESS_TEXT];
	char other[INET6_ADDRSTRLEN];
	uint8_t bytes[16] = {0};
	bool taken = icelab_address_parse(text.text, text.length, &address);
	uint8_t family = 0;

	if (text.length >= sizeof terminated) {
		EXPECT(!taken, "candidate-check-address", "an address of %zu characters", text.length);
		return;
	}
	if (text.length > 0)
		memcpy(terminated, text.text, text.length);
	terminated[text.length] = '\0';
	if (strlen(terminated) == text.length) {
		if (inet_pton(AF_INET, terminated, bytes) == 1)
			family = 4;
		else if (inet_pton(AF_INET6, terminated, bytes) == 1)
			family = 6;
	}
	EXPECT(taken == (family != 0), "candidate-check-address",
		"\"%s\" is read as inet_pton does not", terminated);
	EXPECT(address.family == family, "candidate-check-address", "\"%s\" has another family",
		terminated);
	if (!taken)
		return;
	EXPECT(memcmp(address.bytes, bytes, sizeof bytes) == 0, "candidate-check-address",
		"\"%s\" has other bytes", terminated);
	icelab_address_format(&address, written);
	EXPECT(strcmp(written,
			   inet_ntop(family == 4 ? AF_INET : AF_INET6, bytes, other, sizeof other)) == 0,
		"candidate-check-address", "written as %s and as %s", written, other);
	EXPECT(icelab_address_parse(written, strlen(written), &again) &&
			   icelab_address_equal(&address, &again),
		"candidate-check-address", "%s is read differently", written);
}

static size_t print(const IcelabCandidate *candidate, char line[LINE_LIMIT])
{
	static const char *const tcptypes[] = {"", "active", "passive", "so"};
	size_t length = (size_t)snprintf(line, LINE_LIMIT, "candidate:%.*s %u %s %u %.*s %u typ %s",
		(int)candidate->foundation.length, candidate->foundation.text, candidate->component,
		icelab_transport_name(candidate->transport), candidate->priority,
		(int)candidate->connection.length, candidate->connection.text, candidate->port,
		icelab_candidate_type_name(candidate->type));

	if (candidate->has_raddr)
		length += (size_t)snprintf(line + length, LINE_LIMIT - length, " raddr %.*s",
			(int)candidate->related.length, candidate->related.text);
	if (candidate->has_rport)
		length +=
			(size_t)snprintf(line + length, LINE_LIMIT - length, " rport %u", candidate->rport);
	if (candidate->tcptype != ICELAB_TCPTYPE_NONE)
		length += (size_t)snprintf(
			line + length, LINE_LIMIT - length, " tcptype %s", tcptypes[candidate->tcptype]);
	for (size_t i = 0; i < candidate->extension_count; i++)
		length += (size_t)snprintf(line + length, LINE_LIMIT - length, " %.*s %.*s",
			(int)candidate->extensions[i].name.length, candidate->extensions[i].name.text,
			(int)candidate->extensions[i].value.length, candidate->extensions[i].value.text);
	return length;
}

static bool equal(const IcelabCandidate *a, const IcelabCandidate *b)
{
	bool same = icelab_span_same(a->foundation, b->foundation) && a->component == b->component &&
				a->transport == b->transport && a->priority == b->priority &&
				icelab_span_same(a->connection, b->connection) &&
				icelab_address_equal(&a->address, &b->address) && a->port == b->port &&
				a->type == b->type && a->has_raddr == b->has_raddr &&
				icelab_span_same(a->related, b->related) &&
				icelab_address_equal(&a->raddr, &b->raddr) && a->has_rport == b->has_rport &&
				a->rport == b->rport && a->tcptype == b->tcptype &&
				a->extension_count == b->extension_count;

	for (size_t i = 0; same && i < a->extension_count; i++)
		same = icelab_span_same(a->extensions[i].name, b->extensions[i].name) &&
			   icelab_span_same(a->extensions[i].value, b->extensions[i].value);
	return same;
}

static void check_fields(const IcelabCandidate *candidate, const char *line, size_t length)
{
	EXPECT(lies_in(candidate->foundation, line, length), "candidate-check-fields", "foundation");
	EXPECT(lies_in(candidate->connection, line, length), "candidate-check-fields",
		"connection-address");
	EXPECT(lies_in(candidate->related, line, length), "candidate-check-fields", "raddr");
	EXPECT(candidate->foundation.length >= 1 && candidate->foundation.length <= 32,
		"candidate-check-fields", "foundation");
	EXPECT(candidate->component >= 1 && candidate->component <= 256, "candidate-check-fields",
		"component");
	EXPECT(candidate->priority >= 1 && candidate->priority <= INT32_MAX, "candidate-check-fields",
		"priority");
	EXPECT(
		candidate->tcptype == ICELAB_TCPTYPE_NONE || candidate->transport == ICELAB_TRANSPORT_TCP,
		"candidate-check-fields", "tcptype");
	EXPECT(
		candidate->has_raddr || candidate->related.length == 0, "candidate-check-fields", "raddr");
	EXPECT(candidate->extension_count <= ICELAB_CANDIDATE_EXTENSIONS, "candidate-check-fields",
		"extensions");
	for (size_t i = 0; i < candidate->extension_count; i++) {
		EXPECT(lies_in(candidate->extensions[i].name, line, length), "candidate-check-fields",
			"extension %zu", i);
		EXPECT(lies_in(candidate->extensions[i].value, line, length), "candidate-check-fields",
			"extension %zu", i);
	}
	check_address(candidate->connection);
	check_address(candidate->related);
}

static void check_accepted(const IcelabCandidate *candidate, const char *line, size_t length)
{
	IcelabCandidate again;
	const char *error = NULL;
	char printed[LINE_LIMIT];

	check_fields(candidate, line, length);
	/* So long an extension adds nothing. */
	if (length > LINE_LIMIT / 2)
		return;
	size_t size = print(candidate, printed);

	EXPECT(icelab_candidate_parse(printed, size, &again, &error), "candidate-check-accepted",
		"%s: %s", error, printed);
	EXPECT(equal(candidate, &again), "candidate-check-accepted", "printed as %s", printed);
	memmove(printed + 2, printed, size);
	memcpy(printed, "a=", 2);
	EXPECT(icelab_candidate_parse(printed, size + 2, &again, &error), "candidate-check-accepted",
		"%s with a=", error);
	EXPECT(equal(candidate, &again), "candidate-check-accepted", "with a=");
	memcpy(printed + 2 + size, " x", 2);
	EXPECT(!icelab_candidate_parse(printed, size + 4, &again, &error), "candidate-check-accepted",
		"a name without a value");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	IcelabCandidate candidate;
	IcelabCandidate again;
	const char *error = NULL;
	const char *repeated = NULL;
	bool accepted = icelab_candidate_parse(line, size, &candidate, &error);

	check_address((IcelabSpan){line, size});
	EXPECT(icelab_candidate_parse(line, size, &again, &repeated) == accepted, "candidate-input",
		"not the same twice");
	if (accepted) {
		check_accepted(&candidate, line, size);
	} else {
		EXPECT(error != NULL && strchr(error, ':') != NULL && strchr(error, '\n') == NULL,
			"candidate-input", "the message names no field");
		EXPECT(error == repeated, "candidate-input", "%s and then %s", error, repeated);
	}
	return 0;
}
