/* SPDX-License-Identifier: MIT */
/* Attack surface: what an adapter prints, and so what a page or an implementation under test makes
 * it print: the reader of lines of adapter protocol 1 (harness/adapter/protocol.c).
 *
 * The input: one byte that says how the output is cut into pieces, then the output. Oracles: cut
 * into pieces it gives the same lines and the same error as in one; a line that was taken has a
 * type and that type's member and is JSON again when it is written; an error says which line, in
 * one line of printable text; after it nothing is taken. */
#include <stdint.h>
#include <string.h>

#include "adapter/protocol.h"
#include "model/json.h"
#include "oracles/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
	GPtrArray *lines;
	GError *error;
} Outcome;

static void take_line(JsonObject *line, gpointer data)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	Outcome *outcome = data;
	char *text;

	EXPECT(
		icelab_json_text(line, "type")[0] != '\0', "protocol-take-line", "a line without a type");
	json_node_take_object(node, line);
	text = icelab_json_write(node);
	g_ptr_array_add(outcome->lines, text);
}

static void check_line(const char *text)
{
	g_autoptr(GError) error = NULL;
	/* Writing spreads a value over lines, and each level adds to it. */
	g_autoptr(JsonObject) line =
		icelab_json_parse(text, strlen(text), ICELAB_PROTOCOL_DEPTH, &error);

	EXPECT(line != NULL, "protocol-check-line", "%s: %s", error->message, text);
}

static void read_output(const char *output, gsize length, gsize piece, Outcome *outcome)
{
	IcelabLineReader *reader = icelab_line_reader_new(take_line, outcome);
	gboolean ok = TRUE;

	outcome->lines = g_ptr_array_new_with_free_func(g_free);
	outcome->error = NULL;
	for (gsize at = 0; ok && at < length; at += piece) {
		/* A copy of its own size, so that reading past a piece is seen. */
		g_autofree char *bytes = g_memdup2(output + at, MIN(piece, length - at));

		ok = icelab_line_reader_feed(reader, bytes, MIN(piece, length - at), &outcome->error);
	}
	if (ok)
		ok = icelab_line_reader_finish(reader, &outcome->error);
	EXPECT(ok == (outcome->error == NULL), "protocol-read-output", "neither success nor a message");
	icelab_line_reader_free(reader);
}

static void clear(Outcome *outcome)
{
	g_ptr_array_unref(outcome->lines);
	g_clear_error(&outcome->error);
}

static void check_error(const GError *error, const char *output, gsize length)
{
	static const char prefix[] = "output line ";
	guint64 number = 0;
	guint64 lines = 1;

	EXPECT(error->domain == ICELAB_PROTOCOL_ERROR, "protocol-check-error", "of another domain");
	EXPECT(g_str_has_prefix(error->message, prefix), "protocol-check-error", "%s", error->message);
	number = g_ascii_strtoull(error->message + strlen(prefix), NULL, 10);
	for (gsize i = 0; i < length; i++)
		lines += output[i] == '\n' ? 1 : 0;
	EXPECT(number >= 1 && number <= lines, "protocol-check-error", "line %u of %u", (guint)number,
		(guint)lines);
	for (const char *c = error->message; *c != '\0'; c++)
		EXPECT(*c >= ' ' && *c <= '~', "protocol-check-error", "byte %02x in the message",
			(unsigned char)*c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Outcome whole, pieces;

	if (size < 1)
		return 0;

	const char *output = (const char *)data + 1;
	gsize length = size - 1;

	read_output(output, length, MAX(length, 1), &whole);
	read_output(output, length, (gsize)data[0] % 61 + 1, &pieces);
	EXPECT(whole.lines->len == pieces.lines->len, "protocol-input", "%u lines, in pieces %u",
		whole.lines->len, pieces.lines->len);
	for (guint i = 0; i < whole.lines->len; i++) {
		EXPECT(g_str_equal(whole.lines->pdata[i], pieces.lines->pdata[i]), "protocol-input",
			"line %u in pieces", i);
		check_line(whole.lines->pdata[i]);
	}
	EXPECT((whole.error == NULL) == (pieces.error == NULL), "protocol-input",
		"an error in pieces alone, or not");
	if (whole.error != NULL) {
		EXPECT(g_str_equal(whole.error->message, pieces.error->message), "protocol-input",
			"%s; in pieces: %s", whole.error->message, pieces.error->message);
		check_error(whole.error, output, length);
	}
	clear(&whole);
	clear(&pieces);
	return 0;
}
