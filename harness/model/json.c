/* SPDX-License-Identifier: MIT */
#include "model/json.h"

#include <string.h>

#include "model/json_syntax.h"

G_DEFINE_QUARK(icelab_json_error, icelab_json_error)

static JsonObject *refuse(GError **error, const char *what, const char *why)
{
	g_set_error(error, ICELAB_JSON_ERROR, 0, "%s%s", what, why);
	return NULL;
}

JsonObject *icelab_json_parse(const char *text, gsize length, guint depth, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) cause = NULL;
	const char *why;

	if (memchr(text, '\0', length) != NULL)
		return refuse(error, "a NUL byte", "");
	if (!g_utf8_validate(text, (gssize)length, NULL))
		return refuse(error, "not UTF-8", "");
	if (!icelab_json_check(text, length, depth, &why))
		return refuse(error, "not JSON: ", why);
	if (!json_parser_load_from_data(parser, text, (gssize)length, &cause))
		return refuse(error, "not JSON: ", cause->message);
	if (!JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
		return refuse(error, "not a JSON object", "");
	return json_node_dup_object(json_parser_get_root(parser));
}

/* json-glib puts ".0" behind every number without a point, even behind an exponent ("1e+21.0" is no
 * number), and leaves U+001F in a string as it is. */
static char *repair(const char *text)
{
	GString *out = g_string_new(NULL);
	gboolean quoted = FALSE;
	gboolean exponent = FALSE;

	for (const char *in = text; *in != '\0'; in++) {
		if (quoted && *in == '\\')
			g_string_append_c(out, *in++);
		else if (*in == '"')
			quoted = !quoted;
		/* "true" and "false" have an e, too, but neither a digit nor a sign behind it. */
		exponent = !quoted && (g_ascii_isdigit(*in) || *in == '+' || *in == '-') &&
				   (exponent || (in > text && in[-1] == 'e'));
		if (*in == '\x1f')
			g_string_append(out, "\\u001f");
		else
			g_string_append_c(out, *in);
		if (exponent && in[1] == '.')
			in += strlen(".0");
	}
	return g_string_free(out, FALSE);
}

char *icelab_json_write(JsonNode *root)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autofree char *text = NULL;

	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	text = json_generator_to_data(generator, NULL);
	return repair(text);
}

static JsonNode *get_value(JsonObject *object, const char *member)
{
	JsonNode *node = json_object_get_member(object, member);

	return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? node : NULL;
}

const char *icelab_json_text(JsonObject *object, const char *member)
{
	JsonNode *node = get_value(object, member);
	const char *text = NULL;

	if (node != NULL && json_node_get_value_type(node) == G_TYPE_STRING)
		text = json_node_get_string(node);
	return text != NULL ? text : "";
}

gboolean icelab_json_has_text(JsonObject *object, const char *member)
{
	JsonNode *node = get_value(object, member);

	return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING;
}

gint64 icelab_json_int(JsonObject *object, const char *member)
{
	JsonNode *node = get_value(object, member);

	return node != NULL && json_node_get_value_type(node) == G_TYPE_INT64 ? json_node_get_int(node)
																		  : 0;
}

double icelab_json_double(JsonObject *object, const char *member)
{
	JsonNode *node = get_value(object, member);
	GType type = node != NULL ? json_node_get_value_type(node) : G_TYPE_INVALID;

	return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double(node) : 0;
}

gboolean icelab_json_flag(JsonObject *object, const char *member)
{
	JsonNode *node = get_value(object, member);

	return node != NULL && json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
		   json_node_get_boolean(node);
}

JsonObject *icelab_json_object(JsonObject *object, const char *member)
{
	JsonNode *node = json_object_get_member(object, member);

	return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *icelab_json_array(JsonObject *object, const char *member)
{
	JsonNode *node = json_object_get_member(object, member);

	return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}
