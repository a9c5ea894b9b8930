/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/policy.h"

/* An implementation under test, as its adapter describes it. */

#define ICELAB_ADAPTER_ERROR (icelab_adapter_error_quark())
GQuark icelab_adapter_error_quark(void);

typedef struct {
	char *name;    /* how the user calls it: its file's path below the adapters' folder, or the path
					  given */
	char *path;    /* absolute */
	char *version; /* of the implementation */
	char **policies; /* names */
	char **features;
	char *issues;      /* where its makers want to hear of failures; may be "" */
	guint deadline_ms; /* what a gathering may take, or 0 where it has no wish */
} IcelabAdapter;

/* Reads what `ADAPTER --describe` printed. Returns NULL and sets `error`, which says what is
 * missing. */
IcelabAdapter *icelab_adapter_parse(
	const char *name, const char *path, const char *json, gsize length, GError **error);
void icelab_adapter_free(IcelabAdapter *adapter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabAdapter, icelab_adapter_free)

/* Whether it opens a page of the web application, which then must be served: the feature "web". */
gboolean icelab_adapter_needs_page(const IcelabAdapter *adapter);

/* Whether it does this policy; consent needs the feature "consent". */
gboolean icelab_adapter_supports(const IcelabAdapter *adapter, IcelabPolicy policy);
