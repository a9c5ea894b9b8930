/* SPDX-License-Identifier: MIT */
#include "model/json.h"

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
