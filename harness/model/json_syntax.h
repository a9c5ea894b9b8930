/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether a text is JSON at all, to the letter of RFC 8259. json-glib reads more than that:
 * comments, which can hide brackets from whoever counts them; two values on a line, of which it
 * drops the second; "var x = ..."; numbers that become infinite and cannot be written again. And it
 * reads by recursion, so that a few hundred thousand brackets end the process. */

#define ICELAB_JSON_DEPTH 64 /* the most there may be of objects and arrays within each other */

/* Checks `length` bytes of `text`, which are UTF-8 and need no NUL, nested up to `depth` levels. On
 * failure returns false and sets *error to a static text. Beyond the RFC it refuses what would be
 * lost on the way: a NUL character in a string, half a surrogate pair, a number beyond a double. */
bool icelab_json_check(const char *text, size_t length, unsigned depth, const char **error);
