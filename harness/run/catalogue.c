/* SPDX-License-Identifier: MIT */
#include "run/catalogue.h"

#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_QUARK(icelab_catalogue_error, icelab_catalogue_error)

IcelabFolders *icelab_folders_new(void)
{
	IcelabFolders *folders = g_new0(IcelabFolders, 1);
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = g_path_get_dirname(program != NULL ? program : ".");
	g_autofree char *built = g_build_filename(folder, "adapters", NULL);

	if (g_file_test(built, G_FILE_TEST_IS_DIR)) {
		folders->adapters = g_strdup(built);
		folders->netns = g_strdup(ICELAB_SOURCE_FOLDER "/netns");
		folders->scenarios = g_strdup(ICELAB_SOURCE_FOLDER "/scenarios");
		folders->page = g_strdup(ICELAB_SOURCE_FOLDER "/harness/web/page");
	} else {
		folders->adapters = g_canonicalize_filename("../" ICELAB_LIBEXEC "/adapters", folder);
		folders->netns = g_canonicalize_filename("../" ICELAB_SHARE "/netns", folder);
		folders->scenarios = g_canonicalize_filename("../" ICELAB_SHARE "/scenarios", folder);
		folders->page = g_canonicalize_filename("../" ICELAB_SHARE "/page", folder);
	}
	return folders;
}

void icelab_folders_free(IcelabFolders *folders)
{
	if (folders == NULL)
		return;
	g_free(folders->netns);
	g_free(folders->scenarios);
	g_free(folders->page);
	g_free(folders->adapters);
	g_free(folders);
}

void icelab_adapter_file_free(IcelabAdapterFile *file)
{
	g_free(file->name);
	g_free(file->path);
	g_free(file);
}

gboolean icelab_matches(const char *const *globs, const char *name)
{
	if (globs == NULL || globs[0] == NULL)
		return TRUE;
	for (guint i = 0; globs[i] != NULL; i++) {
		if (fnmatch(globs[i], name, FNM_PATHNAME) == 0)
			return TRUE;
	}
	return FALSE;
}

static void add_file(GPtrArray *files, const char *name, const char *path)
{
	IcelabAdapterFile *file = g_new0(IcelabAdapterFile, 1);

	file->name = g_strdup(name);
	file->path = g_canonicalize_filename(path, NULL);
	g_ptr_array_add(files, file);
}

static void collect_folder(GPtrArray *files, const char *folder, const char *prefix)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *entry;

	while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, entry, NULL);
		g_autofree char *name = g_strconcat(prefix, entry, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			/* A link may lead back here, over and over. */
			if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
				continue;
			g_autofree char *deeper = g_strconcat(name, "/", NULL);

			collect_folder(files, path, deeper);
		} else if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
			add_file(files, name, path);
		}
	}
}

static int compare_files(gconstpointer a, gconstpointer b)
{
	const IcelabAdapterFile *const *left = a;
	const IcelabAdapterFile *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static gboolean take_outsider(GPtrArray *files, const char *glob)
{
	if (strchr(glob, '/') == NULL || !g_file_test(glob, G_FILE_TEST_IS_REGULAR) ||
		!g_file_test(glob, G_FILE_TEST_IS_EXECUTABLE))
		return FALSE;
	g_autofree char *name = g_path_get_basename(glob);

	add_file(files, name, glob);
	return TRUE;
}

GPtrArray *icelab_catalogue_adapters(
	const IcelabFolders *folders, const char *const *globs, GError **error)
{
	g_autoptr(GPtrArray) known =
		g_ptr_array_new_with_free_func((GDestroyNotify)icelab_adapter_file_free);
	g_autoptr(GPtrArray) chosen =
		g_ptr_array_new_with_free_func((GDestroyNotify)icelab_adapter_file_free);
	static const char *const all[] = {"*", NULL};

	if (globs == NULL || globs[0] == NULL)
		globs = all;
	collect_folder(known, folders->adapters, "");
	g_ptr_array_sort(known, compare_files);
	for (guint i = 0; globs[i] != NULL; i++) {
		guint before = chosen->len;

		for (guint k = 0; k < known->len; k++) {
			const IcelabAdapterFile *file = known->pdata[k];

			if (fnmatch(globs[i], file->name, FNM_PATHNAME) == 0)
				add_file(chosen, file->name, file->path);
		}
		if (chosen->len == before && !take_outsider(chosen, globs[i])) {
			g_set_error(error, ICELAB_CATALOGUE_ERROR, 0,
				"no adapter matches \"%s\"; \"icelab list\" shows those in %s, and a path with a "
				"'/' "
				"names one elsewhere",
				globs[i], folders->adapters);
			return NULL;
		}
	}
	g_ptr_array_sort(chosen, compare_files);
	for (guint i = chosen->len; i-- > 1;) {
		if (compare_files(&chosen->pdata[i], &chosen->pdata[i - 1]) == 0)
			g_ptr_array_remove_index(chosen, i);
	}
	return g_steal_pointer(&chosen);
}
