/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

/* JSON that others wrote. */

#define ICELAB_JSON_ERROR (icelab_json_error_quark())
GQuark icelab_json_error_quark(void);

/* Reads `length` bytes as one JSON object of so many levels, strictly (model/json_syntax.h). The
 * caller unrefs. Returns NULL and sets `error`: "a NUL byte", "not JSON: a string without end" ...
 */
JsonObject *icelab_json_parse(const char *text, gsize length, guint depth, GError **error);

/* The text of it, in lines; caller frees. What icelab_json_parse() has read can be read again. */
char *icelab_json_write(JsonNode *root);

/* Members: absent or of another type counts as the default, never as a crash. */

/* The text of a string member; "" where there is none. Owned by the object. */
const char *icelab_json_text(JsonObject *object, const char *member);
/* The value of a number member; 0 where there is none. */
gint64 icelab_json_int(JsonObject *object, const char *member);
double icelab_json_double(JsonObject *object, const char *member);
/* Whether there is a string member. */
gboolean icelab_json_has_text(JsonObject *object, const char *member);
/* FALSE where there is none. */
gboolean icelab_json_flag(JsonObject *object, const char *member);
/* NULL where there is none. Owned by the object. */
JsonObject *icelab_json_object(JsonObject *object, const char *member);
JsonArray *icelab_json_array(JsonObject *object, const char *member);
