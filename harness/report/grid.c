/* SPDX-License-Identifier: MIT */
#include "report/grid.h"

#include "report/text.h"

#include <string.h>

#define GAP 2
#define WIDEST_COLUMN 40

typedef struct {
	GPtrArray *words; /* char*: pieces between which a line may end */
	const char *glue; /* what stands between two pieces on one line */
	IcelabInk ink;
} Paragraph;

typedef struct {
	char *text;
	IcelabInk ink;
} Line;

struct IcelabGrid {
	unsigned rows;
	unsigned columns;
	GPtrArray **cells; /* rows x columns, of Paragraph */
};

static void paragraph_free(gpointer data)
{
	Paragraph *paragraph = data;

	g_ptr_array_unref(paragraph->words);
	g_free(paragraph);
}

static void line_free(gpointer data)
{
	Line *line = data;

	g_free(line->text);
	g_free(line);
}

IcelabGrid *icelab_grid_new(unsigned rows, unsigned columns)
{
	IcelabGrid *grid = g_new0(IcelabGrid, 1);

	grid->rows = rows;
	grid->columns = columns;
	grid->cells = g_new0(GPtrArray *, (gsize)rows * columns);
	for (unsigned i = 0; i < rows * columns; i++)
		grid->cells[i] = g_ptr_array_new_with_free_func(paragraph_free);
	return grid;
}

void icelab_grid_free(IcelabGrid *grid)
{
	if (grid == NULL)
		return;
	for (unsigned i = 0; i < grid->rows * grid->columns; i++)
		g_ptr_array_unref(grid->cells[i]);
	g_free(grid->cells);
	g_free(grid);
}

static GPtrArray *grid_cell(const IcelabGrid *grid, unsigned row, unsigned column)
{
	g_assert(row < grid->rows && column < grid->columns);
	return grid->cells[row * grid->columns + column];
}

static void split_words(GPtrArray *words, const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, " ", -1);

	for (char **part = parts; *part != NULL; part++) {
		if (**part != '\0')
			g_ptr_array_add(words, g_strdup(*part));
	}
}

static void split_name(GPtrArray *words, const char *text)
{
	while (*text != '\0') {
		size_t length = 1;

		while (text[length] != '\0' && text[length] != '+' && text[length - 1] != '_')
			length++;
		g_ptr_array_add(words, g_strndup(text, length));
		text += length;
	}
}

void icelab_grid_put(IcelabGrid *grid, unsigned row, unsigned column, const char *text,
	IcelabInk ink, IcelabWrap wrap)
{
	Paragraph *paragraph = g_new0(Paragraph, 1);

	paragraph->words = g_ptr_array_new_with_free_func(g_free);
	paragraph->ink = ink;
	if (wrap == ICELAB_WRAP_NAME) {
		paragraph->glue = "";
		split_name(paragraph->words, text);
	} else {
		paragraph->glue = " ";
		split_words(paragraph->words, text);
	}
	g_ptr_array_add(grid_cell(grid, row, column), paragraph);
}

/* Wraps a paragraph into lines; a word that is longer than `width` has a line for itself. */
static void paragraph_wrap(const Paragraph *paragraph, size_t width, GPtrArray *lines)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < paragraph->words->len; i++) {
		const char *word = g_ptr_array_index(paragraph->words, i);
		size_t needed =
			icelab_text_columns(text->str) + strlen(paragraph->glue) + icelab_text_columns(word);

		if (text->len > 0 && needed > width) {
			Line *line = g_new0(Line, 1);

			line->text = g_strdup(text->str);
			line->ink = paragraph->ink;
			g_ptr_array_add(lines, line);
			g_string_truncate(text, 0);
		}
		if (text->len > 0)
			g_string_append(text, paragraph->glue);
		g_string_append(text, word);
	}

	Line *line = g_new0(Line, 1);

	line->text = g_string_free(text, FALSE);
	line->ink = paragraph->ink;
	g_ptr_array_add(lines, line);
}

static GPtrArray *cell_wrap(const GPtrArray *cell, size_t width)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);

	for (guint i = 0; i < cell->len; i++)
		paragraph_wrap(g_ptr_array_index(cell, i), width, lines);
	return lines;
}

static size_t lines_columns(const GPtrArray *lines)
{
	size_t columns = 0;

	for (guint i = 0; i < lines->len; i++) {
		const Line *line = g_ptr_array_index(lines, i);

		columns = MAX(columns, icelab_text_columns(line->text));
	}
	return columns;
}

/* The columns that a column of the table really takes when its cells are wrapped at `width`. */
static size_t column_columns(const IcelabGrid *grid, unsigned column, size_t width)
{
	size_t columns = 0;

	for (unsigned row = 0; row < grid->rows; row++) {
		g_autoptr(GPtrArray) lines = cell_wrap(grid_cell(grid, row, column), width);

		columns = MAX(columns, lines_columns(lines));
	}
	return columns;
}

/* Finds the widest limit, one for all columns, with which the table fits. */
static void fit(const IcelabGrid *grid, unsigned width, size_t *widths)
{
	for (size_t limit = MIN(width, WIDEST_COLUMN); limit > 0; limit--) {
		size_t total = 0;

		for (unsigned column = 0; column < grid->columns; column++) {
			widths[column] = column_columns(grid, column, limit);
			total += widths[column] + (column > 0 ? GAP : 0);
		}
		if (total <= width)
			return;
	}
}

void icelab_ink_append(GString *out, const char *text, IcelabInk ink, bool colour)
{
	static const char *const codes[] = {
		[ICELAB_INK_NONE] = "",
		[ICELAB_INK_STRONG] = "\033[1m",
		[ICELAB_INK_FAINT] = "\033[2m",
		[ICELAB_INK_GREEN] = "\033[32m",
		[ICELAB_INK_RED] = "\033[1;31m",
		[ICELAB_INK_YELLOW] = "\033[33m",
	};

	if (!colour || ink == ICELAB_INK_NONE)
		g_string_append(out, text);
	else
		g_string_append_printf(out, "%s%s\033[0m", codes[ink], text);
}

/* Returns the number of lines that the row took. */
static unsigned append_row(
	const IcelabGrid *grid, GString *out, unsigned row, const size_t *widths, bool colour)
{
	g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	unsigned height = 0;

	for (unsigned column = 0; column < grid->columns; column++) {
		GPtrArray *lines = cell_wrap(grid_cell(grid, row, column), widths[column]);

		g_ptr_array_add(cells, lines);
		height = MAX(height, lines->len);
	}
	for (unsigned i = 0; i < height; i++) {
		size_t blank = 0; /* owed spaces: none are left at the end of a line */

		for (unsigned column = 0; column < grid->columns; column++) {
			const GPtrArray *lines = g_ptr_array_index(cells, column);
			const Line *line = i < lines->len ? g_ptr_array_index(lines, i) : NULL;
			size_t columns = line != NULL ? icelab_text_columns(line->text) : 0;

			if (columns > 0) {
				g_string_append_printf(out, "%*s", (int)blank, "");
				icelab_ink_append(out, line->text, line->ink, colour);
				blank = 0;
			}
			blank += widths[column] - columns + GAP;
		}
		g_string_append_c(out, '\n');
	}
	return height;
}

static void append_rule(const IcelabGrid *grid, GString *out, const size_t *widths)
{
	for (unsigned column = 0; column < grid->columns; column++) {
		if (column > 0)
			g_string_append_printf(out, "%*s", GAP, "");
		for (size_t i = 0; i < widths[column]; i++)
			g_string_append_c(out, '-');
	}
	g_string_append_c(out, '\n');
}

void icelab_grid_append(const IcelabGrid *grid, GString *out, unsigned width, bool colour)
{
	g_autofree size_t *widths = g_new0(size_t, grid->columns);
	bool tall = false; /* a row of several lines needs space around it to be seen as one */

	fit(grid, width, widths);
	for (unsigned row = 0; row < grid->rows; row++) {
		gsize start = out->len;
		unsigned height = append_row(grid, out, row, widths, colour);

		if (row == 0) {
			append_rule(grid, out, widths);
			continue;
		}
		if (row > 1 && (tall || height > 1))
			g_string_insert_c(out, (gssize)start, '\n');
		tall = height > 1;
	}
}
