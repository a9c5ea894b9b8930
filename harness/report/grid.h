/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* A table of text whose columns are made to fit the width that there is, by wrapping what stands in
 * its cells. Row 0 is its head. */

typedef enum {
	ICELAB_INK_NONE,
	ICELAB_INK_STRONG,
	ICELAB_INK_FAINT,
	ICELAB_INK_GREEN,
	ICELAB_INK_RED,
	ICELAB_INK_YELLOW,
} IcelabInk;

typedef enum {
	ICELAB_WRAP_WORDS, /* at spaces */
	ICELAB_WRAP_NAME,  /* behind '_' and in front of '+', as policy names are long */
} IcelabWrap;

typedef struct IcelabGrid IcelabGrid;

IcelabGrid *icelab_grid_new(unsigned rows, unsigned columns);
void icelab_grid_free(IcelabGrid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabGrid, icelab_grid_free)

/* Adds a paragraph to a cell, below those it has. `text` must be plain (report/text.h) and is
 * copied. */
void icelab_grid_put(IcelabGrid *grid, unsigned row, unsigned column, const char *text,
	IcelabInk ink, IcelabWrap wrap);

/* Appends the table, not wider than `width` columns unless its longest words are. */
void icelab_grid_append(const IcelabGrid *grid, GString *out, unsigned width, bool colour);

/* Appends `text` in that ink, or as it is where `colour` is false. */
void icelab_ink_append(GString *out, const char *text, IcelabInk ink, bool colour);
