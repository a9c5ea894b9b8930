/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

/* Members of JSON that others wrote: absent or of another type counts as the default, never as a
 * crash. */

/* The text of a string member; "" where there is none. Owned by the object. */
const char *icelab_json_text(JsonObject *object, const char *member);
/* The value of a number member; 0 where there is none. */
gint64 icelab_json_int(JsonObject *object, const char *member);
double icelab_json_double(JsonObject *object, const char *member);
/* FALSE where there is none. */
gboolean icelab_json_flag(JsonObject *object, const char *member);
/* NULL where there is none. Owned by the object. */
JsonObject *icelab_json_object(JsonObject *object, const char *member);
JsonArray *icelab_json_array(JsonObject *object, const char *member);
