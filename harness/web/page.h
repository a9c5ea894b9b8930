/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The web application's files, read into memory: a server that opens none has none to give away. */

typedef struct {
	char *path; /* as it is asked for: "/style.css"; "/" for index.html */
	const char *type;
	char *bytes;
	gsize length;
} IcelabPageFile;

typedef struct {
	GPtrArray *files; /* IcelabPageFile */
} IcelabPage;

/* Reads a folder's HTML, JavaScript and CSS. NULL and `error` where it has no index.html. */
IcelabPage *icelab_page_load(const char *folder, GError **error);
void icelab_page_free(IcelabPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabPage, icelab_page_free)

/* The file for a request's path, or NULL. Nothing is made of the path but a comparison. */
const IcelabPageFile *icelab_page_find(const IcelabPage *page, const char *path);
