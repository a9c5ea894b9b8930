/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

typedef enum {
	MESSAGE_LINE_NEEDED,
	MESSAGE_LINE_OPTIONAL, /* "FILE: ..." too, where what is missing has no line */
} MessageLine;

/* Ends the process unless the message is what every reader of a file promises: "FILE:LINE: what",
 * with a line that the text has, in one line. Who prints it makes what it quotes printable. */
void expect_message(const GError *error, const char *file, const char *text, MessageLine needed);
