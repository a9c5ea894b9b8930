/* SPDX-License-Identifier: MIT */
#include "web/page.h"

#include <string.h>

#define INDEX "index.html"

static const struct {
	const char *ending;
	const char *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
};

static const char *type_of(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_has_suffix(name, types[i].ending))
			return types[i].type;
	}
	return NULL;
}

static void file_free(gpointer data)
{
	IcelabPageFile *file = data;

	g_free(file->path);
	g_free(file->bytes);
	g_free(file);
}

static gboolean add_file(IcelabPage *page, const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	IcelabPageFile *file;

	/* Editors leave others beside them. */
	if (type_of(name) == NULL)
		return TRUE;
	file = g_new0(IcelabPageFile, 1);
	file->path = g_str_equal(name, INDEX) ? g_strdup("/") : g_strconcat("/", name, NULL);
	file->type = type_of(name);
	g_ptr_array_add(page->files, file);
	return g_file_get_contents(path, &file->bytes, &file->length, error);
}

IcelabPage *icelab_page_load(const char *folder, GError **error)
{
	g_autoptr(IcelabPage) page = g_new0(IcelabPage, 1);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *name;

	page->files = g_ptr_array_new_with_free_func(file_free);
	if (dir == NULL)
		return NULL;
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (!add_file(page, folder, name, error))
			return NULL;
	}
	if (icelab_page_find(page, "/") == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s has no " INDEX, folder);
		return NULL;
	}
	return g_steal_pointer(&page);
}

void icelab_page_free(IcelabPage *page)
{
	if (page == NULL)
		return;
	g_ptr_array_unref(page->files);
	g_free(page);
}

const IcelabPageFile *icelab_page_find(const IcelabPage *page, const char *path)
{
	for (guint i = 0; i < page->files->len; i++) {
		const IcelabPageFile *file = page->files->pdata[i];

		if (g_str_equal(file->path, path))
			return file;
	}
	return NULL;
}
