/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

#include "model/book.h"
#include "model/policy.h"

/* The harness's side of adapter protocol 1: the request that an adapter is given, and the reader of
 * the lines that it prints. Adapters are hostile: what they print is bounded, and the first line
 * that breaks the protocol ends the cell. */

#define ICELAB_PROTOCOL_VERSION 1
#define ICELAB_PROTOCOL_DEPTH 32                      /* of objects and arrays in a line */
#define ICELAB_PROTOCOL_LINE_LIMIT (256 * 1024)       /* bytes of one line */
#define ICELAB_PROTOCOL_TOTAL_LIMIT (8 * 1024 * 1024) /* bytes of one cell */

#define ICELAB_PROTOCOL_ERROR (icelab_protocol_error_quark())
GQuark icelab_protocol_error_quark(void);

typedef struct {
	const char *id;
	IcelabPolicy policy;
	const char *
		policy_name; /* in place of the policy's own: to ask for one that does not exist; or NULL */
	const IcelabBook *book;
	char **stun; /* names of servers in the book */
	guint deadline_ms;
} IcelabGatherRequest;

/* The name that the adapter is asked for. */
const char *icelab_request_policy(const IcelabGatherRequest *request);

/* One JSON line with its line end; caller frees. */
char *icelab_request_line(const IcelabGatherRequest *request);

/* The same values as "ICELAB_...=..."; caller frees with g_strfreev(). */
char **icelab_request_environment(const IcelabGatherRequest *request);

/* Takes over `line`, an object whose "type" is one of the protocol's. */
typedef void (*IcelabLineCallback)(JsonObject *line, gpointer data);

typedef struct IcelabLineReader IcelabLineReader;
IcelabLineReader *icelab_line_reader_new(IcelabLineCallback callback, gpointer data);
void icelab_line_reader_free(IcelabLineReader *reader);

/* Takes what was read from the adapter's output and calls back for every whole line. Returns FALSE
 * and sets `error` at the first line that breaks the protocol: "line 3: ...". */
gboolean icelab_line_reader_feed(
	IcelabLineReader *reader, const char *bytes, gsize length, GError **error);

/* At the end of the output: half a line is an error. */
gboolean icelab_line_reader_finish(IcelabLineReader *reader, GError **error);
