/* SPDX-License-Identifier: MIT */
#include "report/text.h"

#include <stdbool.h>
#include <string.h>

#define ELLIPSIS "..."

/* Room for one character as it is (4 bytes and NUL) or as its longest escape, "\u{10ffff}". */
#define PIECE_SIZE 16

static bool is_plain(gunichar character)
{
	switch (g_unichar_type(character)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT: /* bidirectional overrides, zero width joiners */
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_SPACING_MARK:
	case G_UNICODE_ENCLOSING_MARK:
	case G_UNICODE_NON_SPACING_MARK:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return false;
	case G_UNICODE_SPACE_SEPARATOR:
		return character == ' ';
	default:
		return !g_unichar_iszerowidth(character);
	}
}

/* Writes what stands for the character at `text` and returns how many bytes of `text` it used. */
static size_t next_piece(const char *text, size_t length, char piece[PIECE_SIZE])
{
	gunichar character = g_utf8_get_char_validated(text, (gssize)length);

	if (character == (gunichar)-1 || character == (gunichar)-2) {
		g_snprintf(piece, PIECE_SIZE, "\\x%02x", (guint)(guchar)*text);
		return 1;
	}
	if (character == '\\')
		g_strlcpy(piece, "\\\\", PIECE_SIZE);
	else if (character == '\n')
		g_strlcpy(piece, "\\n", PIECE_SIZE);
	else if (character == '\r')
		g_strlcpy(piece, "\\r", PIECE_SIZE);
	else if (character == '\t')
		g_strlcpy(piece, "\\t", PIECE_SIZE);
	else if (is_plain(character))
		piece[g_unichar_to_utf8(character, piece)] = '\0';
	else if (character < 0x80)
		g_snprintf(piece, PIECE_SIZE, "\\x%02x", (guint)character);
	else
		g_snprintf(piece, PIECE_SIZE, "\\u{%x}", (guint)character);
	return (size_t)(g_utf8_next_char(text) - text);
}

void icelab_text_append(GString *out, const char *text, size_t limit)
{
	size_t left = text != NULL ? strlen(text) : 0;
	size_t columns = 0;
	gsize cut = out->len; /* where the ellipsis goes should the text turn out too long */

	while (left > 0) {
		char piece[PIECE_SIZE];
		size_t used = next_piece(text, left, piece);

		columns += icelab_text_columns(piece);
		if (limit != 0 && columns > limit) {
			g_string_truncate(out, cut);
			g_string_append_len(out, ELLIPSIS, (gssize)MIN(limit, strlen(ELLIPSIS)));
			return;
		}
		g_string_append(out, piece);
		if (limit != 0 && columns + strlen(ELLIPSIS) <= limit)
			cut = out->len;
		text += used;
		left -= used;
	}
}

char *icelab_text_plain(const char *text, size_t limit)
{
	GString *plain = g_string_new(NULL);

	icelab_text_append(plain, text, limit);
	return g_string_free(plain, FALSE);
}

size_t icelab_text_columns(const char *plain)
{
	size_t columns = 0;

	for (; *plain != '\0'; plain = g_utf8_next_char(plain))
		columns += g_unichar_iswide(g_utf8_get_char(plain)) ? 2 : 1;
	return columns;
}
