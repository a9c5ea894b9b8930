/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Where this installation keeps its topologies, scenarios and adapters, and which adapters there
 * are. */

#define ICELAB_CATALOGUE_ERROR (icelab_catalogue_error_quark())
GQuark icelab_catalogue_error_quark(void);

typedef struct {
	char *netns;     /* folder of the topology scripts */
	char *scenarios; /* folder of the scenario files */
	char *page;      /* folder of the web application's page */
	char *adapters;  /* folder of the adapters; mutants are below it */
} IcelabFolders;

/* The folders beside this program: of the build tree, or of an installation. */
IcelabFolders *icelab_folders_new(void);
void icelab_folders_free(IcelabFolders *folders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabFolders, icelab_folders_free)

typedef struct {
	char *name; /* as the user sees it: the path below the adapters' folder */
	char *path; /* absolute */
} IcelabAdapterFile;

void icelab_adapter_file_free(IcelabAdapterFile *file);

/* The adapters whose names match one of `globs`, sorted by name: IcelabAdapterFile, owned. A '*'
 * does not reach into folders, so the mutants must be asked for by "mutants/...". A glob that
 * contains a '/' and is a file is an adapter outside the folder. A glob that matches nothing is an
 * error. */
GPtrArray *icelab_catalogue_adapters(
	const IcelabFolders *folders, const char *const *globs, GError **error);

/* Whether a name matches one of the globs; no globs match everything. */
gboolean icelab_matches(const char *const *globs, const char *name);
