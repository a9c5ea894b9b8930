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

JsonObject *icelab_json_parse(const char *text, gsize length, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) cause = NULL;
	const char *why;

	if (memchr(text, '\0', length) != NULL)
		return refuse(error, "a NUL byte", "");
	if (!g_utf8_validate(text, (gssize)length, NULL))
		return refuse(error, "not UTF-8", "");
	if (!icelab_json_check(text, length, &why))
		return refuse(error, "not JSON: ", why);
	if (!json_parser_load_from_data(parser, text, (gssize)length, &cause))
		return refuse(error, "not JSON: ", cause->message);
	if (!JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
		return refuse(error, "not a JSON object", "");
	return json_node_dup_object(json_parser_get_root(parser));
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
