/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Evidence is written by the implementation under test and by whoever sends it packets: hostile
 * text. Every report passes each string through here before it prints it, so that nothing in it can
 * move the cursor, end a line, a TAP test point or an XML element, or reorder what a person reads.
 */

/* Appends `text` as one printable line. Printable UTF-8 stays; a backslash is doubled; every other
 * byte or character (C0 and C1 controls, invalid UTF-8, line separators, bidirectional and other
 * format characters, combining marks, private use) becomes \n, \r, \t, \xNN or \u{NNNN}. At most
 * `limit` terminal columns are appended, the last three "..." where something was cut; 0 means no
 * limit. NULL appends nothing. */
void icelab_text_append(GString *out, const char *text, size_t limit);

/* The same as a new string; the caller frees it. */
char *icelab_text_plain(const char *text, size_t limit);

/* Terminal columns that text from above takes (East Asian wide characters take two). */
size_t icelab_text_columns(const char *plain);
