/* SPDX-License-Identifier: MIT */
/* Attack surface: the session descriptions that an implementation under test prints, which the
 * harness searches for addresses with icelab_sdp_next() (harness/model/sdp.c). A line that it
 * overlooks is a leak that nobody sees.
 *
 * The input is a description. Oracles: each line that begins with o=, c=, m=, a=rtcp: or
 * a=candidate:, and each with a NUL or a CR in its middle, is reported once, in order, with its
 * number, and none else is; spans lie in their line; a candidate is read as the candidate parser
 * reads it; the reader comes to an end; with CR LF for LF it reads the same. */
#include <stdint.h>
#include <string.h>

#include "model/sdp.h"
#include "oracles/oracle.h"

#define COPY_LIMIT 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool begins(const char *line, size_t length, const char *prefix)
{
	return length >= strlen(prefix) && memcmp(line, prefix, strlen(prefix)) == 0;
}

/* Finds lines in its own way: by their ends, with no state but the offset. */
static bool next_interesting(const char *text, size_t length, size_t *offset, unsigned *number,
	const char **line, size_t *line_length)
{
	while (*offset < length) {
		const char *start = text + *offset;
		const char *end = memchr(start, '\n', length - *offset);
		size_t count = end != NULL ? (size_t)(end - start) : length - *offset;

		*offset += count + (end != NULL ? 1 : 0);
		++*number;
		if (count > 0 && start[count - 1] == '\r')
			count--;
		if (begins(start, count, "o=") || begins(start, count, "c=") ||
			begins(start, count, "m=") || begins(start, count, "a=rtcp:") ||
			begins(start, count, "a=candidate:") ||
			(count > 0 &&
				(memchr(start, '\0', count) != NULL || memchr(start, '\r', count) != NULL))) {
			*line = start;
			*line_length = count;
			return true;
		}
	}
	return false;
}

static void check_entry(const IcelabSdpEntry *entry)
{
	const char *line = entry->line.text;
	IcelabCandidate candidate;
	const char *error = NULL;

	EXPECT(entry->host.length == 0 ||
			   (entry->host.text >= line &&
				   entry->host.text + entry->host.length <= line + entry->line.length),
		"sdp-check-entry", "line %u: host outside", entry->number);
	EXPECT(entry->field != ICELAB_SDP_MEDIA || (entry->media >= 0 && entry->host.length == 0),
		"sdp-check-entry", "line %u: m=", entry->number);
	if (entry->host.length > 0) {
		IcelabAddress address = {0};

		EXPECT(icelab_connection_address_parse(entry->host, &address) &&
				   icelab_address_equal(&address, &entry->address),
			"sdp-check-entry", "line %u: another address", entry->number);
	}
	if (entry->field != ICELAB_SDP_CANDIDATE)
		return;
	EXPECT(icelab_candidate_parse(line, entry->line.length, &candidate, &error), "sdp-check-entry",
		"line %u: %s", entry->number, error);
	EXPECT(candidate.port == entry->port && entry->has_port &&
			   icelab_address_equal(&candidate.address, &entry->address),
		"sdp-check-entry", "line %u: another candidate", entry->number);
}

static bool same(const IcelabSdpEntry *a, const IcelabSdpEntry *b)
{
	return a->field == b->field && a->number == b->number && a->media == b->media &&
		   icelab_span_same(a->line, b->line) && icelab_span_same(a->host, b->host) &&
		   icelab_address_equal(&a->address, &b->address) && a->has_port == b->has_port &&
		   a->port == b->port;
}

/* Whether both readers report the same to their end. */
static void check_same(const char *text, size_t length, const char *other, size_t other_length)
{
	IcelabSdpReader readers[2];
	IcelabSdpEntry entries[2];
	const char *errors[2] = {NULL, NULL};
	int found;

	icelab_sdp_start(&readers[0], text, length);
	icelab_sdp_start(&readers[1], other, other_length);
	do {
		found = icelab_sdp_next(&readers[0], &entries[0], &errors[0]);
		EXPECT(icelab_sdp_next(&readers[1], &entries[1], &errors[1]) == found, "sdp-check-same",
			"line %u", readers[0].number);
		EXPECT(found == 0 || same(&entries[0], &entries[1]), "sdp-check-same", "line %u",
			readers[0].number);
		EXPECT(errors[0] == errors[1], "sdp-check-same", "line %u: %s and %s", readers[0].number,
			errors[0], errors[1]);
	} while (found != 0);
}

static void check_line_ends(const char *text, size_t length)
{
	static char copy[COPY_LIMIT * 2];
	size_t size = 0;

	if (length > COPY_LIMIT)
		return;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
			copy[size++] = '\r';
		copy[size++] = text[i];
	}
	check_same(text, length, copy, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	IcelabSdpReader reader;
	IcelabSdpEntry entry;
	const char *error = NULL;
	const char *line = NULL;
	size_t offset = 0, line_length = 0;
	unsigned number = 0;
	int media = -1;
	int found;

	icelab_sdp_start(&reader, text, size);
	while ((found = icelab_sdp_next(&reader, &entry, &error)) != 0) {
		EXPECT(next_interesting(text, size, &offset, &number, &line, &line_length), "sdp-input",
			"line %u is not of interest", entry.number);
		EXPECT(
			entry.number == number && entry.line.text == line && entry.line.length == line_length,
			"sdp-input", "line %u was overlooked", number);
		media += begins(line, line_length, "m=") ? 1 : 0;
		EXPECT(entry.media == media, "sdp-input", "line %u: section %d", number, entry.media);
		if (found == 1)
			check_entry(&entry);
		else
			EXPECT(error != NULL && strchr(error, ':') != NULL && strchr(error, '\n') == NULL,
				"sdp-input", "line %u: the message names no field", number);
	}
	EXPECT(!next_interesting(text, size, &offset, &number, &line, &line_length), "sdp-input",
		"line %u was overlooked", number);
	check_line_ends(text, size);
	return 0;
}
