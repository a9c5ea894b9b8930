/* SPDX-License-Identifier: MIT */
#include "audit/truth.h"

#include "audit/identity.h"
#include "model/json.h"

void icelab_truth_add_text(JsonBuilder *json, const char *member, const char *text)
{
	json_builder_set_member_name(json, member);
	json_builder_add_string_value(json, text);
}

void icelab_truth_add_address(JsonBuilder *json, const IcelabScenario *scenario,
	const IcelabBook *book, const IcelabNamedAddress *named)
{
	char text[ICELAB_ADDRESS_TEXT];

	icelab_truth_add_text(json, "name", named->name);
	icelab_truth_add_text(json, "address", icelab_address_format(&named->address, text));
	icelab_truth_add_text(json, "what", icelab_identity_describe(book, named));
	json_builder_set_member_name(json, "protected");
	json_builder_add_boolean_value(
		json, g_strv_contains((const char *const *)scenario->protects, named->name));
}

char *icelab_truth_finish(JsonBuilder *json)
{
	g_autoptr(JsonNode) root = json_builder_get_root(json);

	return icelab_json_write(root);
}

/* RFC 7064 3.1 */
static void add_uri(JsonBuilder *json, const IcelabServer *server)
{
	char text[ICELAB_ADDRESS_TEXT];
	gboolean is_v6 = server->address->address.family == 6;
	g_autofree char *uri = g_strdup_printf("stun:%s%s%s:%u", is_v6 ? "[" : "",
		icelab_address_format(&server->address->address, text), is_v6 ? "]" : "", server->port);

	json_builder_add_string_value(json, uri);
}

char *icelab_truth_write(const IcelabScenario *scenario, const IcelabBook *book)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_auto(GStrv) names = icelab_identity_names(book);

	json_builder_begin_object(json);
	icelab_truth_add_text(json, "scenario", scenario->name);
	icelab_truth_add_text(json, "title", scenario->title);
	json_builder_set_member_name(json, "stun");
	json_builder_begin_array(json);
	for (guint i = 0; scenario->stun[i] != NULL; i++)
		add_uri(json, icelab_book_server(book, scenario->stun[i]));
	json_builder_end_array(json);
	json_builder_set_member_name(json, "addresses");
	json_builder_begin_array(json);
	for (guint i = 0; names[i] != NULL; i++) {
		json_builder_begin_object(json);
		icelab_truth_add_address(json, scenario, book, icelab_book_by_name(book, names[i]));
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
	json_builder_end_object(json);
	return icelab_truth_finish(json);
}
