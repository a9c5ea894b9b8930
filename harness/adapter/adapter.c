/* SPDX-License-Identifier: MIT */
#include "adapter/adapter.h"

#include <string.h>

#include "adapter/protocol.h"
#include "model/json.h"

/* Whatever an adapter wishes, a run must end. */
#define DEADLINE_LIMIT_MS (10 * 60 * 1000)

G_DEFINE_QUARK(icelab_adapter_error, icelab_adapter_error)

void icelab_adapter_free(IcelabAdapter *adapter)
{
	if (adapter == NULL)
		return;
	g_free(adapter->name);
	g_free(adapter->path);
	g_free(adapter->version);
	g_strfreev(adapter->policies);
	g_strfreev(adapter->features);
	g_free(adapter->issues);
	g_free(adapter);
}

static char **get_texts(JsonObject *object, const char *member)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	JsonArray *array = icelab_json_array(object, member);

	for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
		JsonNode *element = json_array_get_element(array, i);

		if (JSON_NODE_HOLDS_VALUE(element) && json_node_get_string(element) != NULL)
			g_strv_builder_add(builder, json_node_get_string(element));
	}
	return g_strv_builder_end(builder);
}

static IcelabAdapter *refuse(const char *name, const char *what, GError **error)
{
	g_set_error(error, ICELAB_ADAPTER_ERROR, 0,
		"%s --describe: %s; it must print one JSON object with protocol, name, version and "
		"policies",
		name, what);
	return NULL;
}

IcelabAdapter *icelab_adapter_parse(
	const char *name, const char *path, const char *json, gsize length, GError **error)
{
	g_autoptr(IcelabAdapter) adapter = NULL;
	g_autoptr(JsonObject) object = NULL;

	if (length == 0)
		return refuse(name, "it printed nothing", error);
	if (length > ICELAB_PROTOCOL_LINE_LIMIT)
		return refuse(name, "it printed too much", error);
	object = icelab_json_parse(json, length, ICELAB_PROTOCOL_DEPTH, NULL);
	if (object == NULL)
		return refuse(name, "what it printed is no JSON object", error);
	if (icelab_json_int(object, "protocol") != ICELAB_PROTOCOL_VERSION)
		return refuse(name, "it does not speak adapter protocol 1", error);
	adapter = g_new0(IcelabAdapter, 1);
	adapter->name = g_strdup(name);
	adapter->path = g_strdup(path);
	adapter->version = g_strdup(icelab_json_text(object, "version"));
	adapter->policies = get_texts(object, "policies");
	adapter->features = get_texts(object, "features");
	adapter->issues = g_strdup(icelab_json_text(object, "issues"));
	adapter->deadline_ms =
		(guint)CLAMP(icelab_json_int(object, "deadline_ms"), 0, DEADLINE_LIMIT_MS);
	if (adapter->policies[0] == NULL)
		return refuse(name, "it names no policy", error);
	return g_steal_pointer(&adapter);
}

gboolean icelab_adapter_needs_page(const IcelabAdapter *adapter)
{
	return g_strv_contains((const char *const *)adapter->features, "web");
}

gboolean icelab_adapter_supports(const IcelabAdapter *adapter, IcelabPolicy policy)
{
	if (policy.consent && !g_strv_contains((const char *const *)adapter->features, "consent"))
		return FALSE;
	return g_strv_contains((const char *const *)adapter->policies, icelab_policy_name(policy.name));
}
