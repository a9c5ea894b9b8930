/* SPDX-License-Identifier: MIT */
#include "adapter/firefox_installation.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "adapter/firefox_log.h"

static gboolean fail(GError **error, const char *path)
{
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s cannot be made: %s", path,
		g_strerror(errno));
	return FALSE;
}

/* All that `to` does not have yet; a folder that both have, entry by entry. */
static gboolean link_entries(const char *from, const char *to, GError **error)
{
	g_autoptr(GDir) folder = g_dir_open(from, 0, error);
	const char *name;

	if (folder == NULL)
		return FALSE;
	while ((name = g_dir_read_name(folder)) != NULL) {
		g_autofree char *source = g_build_filename(from, name, NULL);
		g_autofree char *target = g_build_filename(to, name, NULL);

		if (!g_file_test(target, G_FILE_TEST_EXISTS)) {
			if (symlink(source, target) != 0)
				return fail(error, target);
		} else if (g_file_test(target, G_FILE_TEST_IS_DIR)) {
			if (!link_entries(source, target, error))
				return FALSE;
		}
	}
	return TRUE;
}

static gboolean write_below(
	const char *folder, const char *name, const char *text, gssize length, int mode, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	if (g_mkdir_with_parents(parent, 0700) != 0)
		return fail(error, parent);
	return g_file_set_contents_full(path, text, length, G_FILE_SET_CONTENTS_NONE, mode, error);
}

char *icelab_firefox_install(
	const char *program, const char *folder, const char *const *preferences, GError **error)
{
	g_autofree char *real = realpath(program, NULL);
	g_autofree char *script = icelab_firefox_script(preferences);
	g_autofree char *bytes = NULL;
	gsize length;

	if (real == NULL) {
		fail(error, program);
		return NULL;
	}
	g_autofree char *from = g_path_get_dirname(real);
	g_autofree char *name = g_path_get_basename(real);

	if (!g_file_get_contents(real, &bytes, &length, error) ||
		!write_below(folder, name, bytes, (gssize)length, 0700, error) ||
		!write_below(folder, ICELAB_FIREFOX_SCRIPT, script, -1, 0600, error) ||
		!write_below(folder, ICELAB_FIREFOX_DEFAULTS, icelab_firefox_defaults, -1, 0600, error) ||
		!link_entries(from, folder, error))
		return NULL;
	return g_build_filename(folder, name, NULL);
}
