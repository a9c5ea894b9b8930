/* SPDX-License-Identifier: MIT */
/* Attack surface: every JSON text that the harness did not write itself: lines of adapters,
 * reports of pages, descriptions of adapters, recorded runs. icelab_json_check()
 * (harness/model/json_syntax.c) decides what json-glib gets to see, which reads by recursion and
 * more than JSON.
 *
 * The input is a text. Oracles: what is accepted json-glib accepts too, and nests no deeper than
 * was asked for; what json-glib refuses is refused; written and read again it is the same; a blank
 * on either side changes nothing, a second value or half of the text is refused; a message is one
 * line. */
#include <stdint.h>
#include <string.h>

#include "model/json.h"
#include "model/json_syntax.h"
#include "oracles/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static guint depth_of(JsonNode *node)
{
	g_autoptr(GList) inner = NULL;
	guint deepest = 0;

	if (JSON_NODE_HOLDS_ARRAY(node))
		inner = json_array_get_elements(json_node_get_array(node));
	else if (JSON_NODE_HOLDS_OBJECT(node))
		inner = json_object_get_values(json_node_get_object(node));
	else
		return 0;
	for (GList *i = inner; i != NULL; i = i->next) {
		guint depth = depth_of(i->data);

		deepest = MAX(deepest, depth);
	}
	return deepest + 1;
}

static gboolean check(const char *text, gsize length)
{
	const char *error = NULL;
	gboolean accepted = icelab_json_check(text, length, ICELAB_JSON_DEPTH, &error);

	EXPECT(accepted == (error == NULL), "json-check", "%s", accepted ? error : "no message");
	EXPECT(accepted || strchr(error, '\n') == NULL, "json-check", "%s", error);
	return accepted;
}

static void check_changed(const char *text, gsize length)
{
	g_autofree char *copy = g_malloc(length * 2 + 2);

	copy[0] = ' ';
	memcpy(copy + 1, text, length);
	copy[length + 1] = '\n';
	EXPECT(check(copy, length + 2), "json-check-changed", "blanks around it");
	copy[length + 1] = ',';
	EXPECT(!check(copy + 1, length + 1), "json-check-changed", "a comma behind it");
	memcpy(copy + length + 2, text, length);
	EXPECT(!check(copy + 1, length * 2 + 1), "json-check-changed", "a second value");
	/* Half a number is a number. */
	if (text[length - 1] == '}' || text[length - 1] == ']' || text[length - 1] == '"')
		EXPECT(!check(text, length - 1), "json-check-changed", "without its end");
}

static void check_written(JsonNode *root)
{
	g_autofree char *text = icelab_json_write(root);
	g_autoptr(JsonNode) again = NULL;
	g_autoptr(GError) error = NULL;

	EXPECT(check(text, strlen(text)), "json-check-written", "what was written: %s", text);
	again = json_from_string(text, &error);
	EXPECT(again != NULL, "json-check-written", "%s: %s", error->message, text);
	EXPECT(json_node_equal(root, again), "json-check-written", "another value: %s", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	gboolean is_text =
		memchr(text, '\0', size) == NULL && g_utf8_validate(text, (gssize)size, NULL);
	gboolean accepted = check(text, size);
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(JsonObject) object = NULL;
	g_autoptr(GError) error = NULL;
	const char *why = NULL;

	object = icelab_json_parse(text, size, ICELAB_JSON_DEPTH, &error);
	EXPECT((object == NULL) == (error != NULL), "json-input", "neither an object nor a message");
	EXPECT(
		object == NULL || (accepted && is_text), "json-input", "an object out of what is no JSON");
	EXPECT(
		error == NULL || strchr(error->message, '\n') == NULL, "json-input", "%s", error->message);
	if (!accepted || !is_text)
		return 0;

	EXPECT(json_parser_load_from_data(parser, text, (gssize)size, NULL), "json-input",
		"json-glib refuses it");
	JsonNode *root = json_parser_get_root(parser);

	EXPECT(root != NULL, "json-input", "json-glib finds nothing in it");

	guint depth = depth_of(root);

	EXPECT(depth <= ICELAB_JSON_DEPTH, "json-input", "%u levels", depth);
	EXPECT((object != NULL) == JSON_NODE_HOLDS_OBJECT(root), "json-input", "an object or not");
	check_changed(text, size);
	check_written(root);
	if (depth > 0)
		EXPECT(icelab_json_check(text, size, 1, &why) || depth > 1, "json-input", "%u levels: %s",
			depth, why);
	return 0;
}
