/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "adapter/adapter.h"

/* Asks adapters who they are, in a sandbox without any network: what they describe, and whether
 * they refuse a policy that does not exist. An adapter that accepts any policy proves nothing by
 * accepting a real one. */

typedef struct {
	IcelabAdapter *adapter; /* NULL where it could not be asked */
	char *reason;           /* why its cells are broken or skipped, or NULL */
	gboolean absent;        /* what it drives is not on this machine: skipped */
} IcelabInterview;

void icelab_interview_free(IcelabInterview *interview);

/* `files`: IcelabAdapterFile. Returns one IcelabInterview for each, in the same order; NULL and
 * `error` where no sandbox can be made. */
GPtrArray *icelab_interview(GPtrArray *files, GError **error);
