/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of somebody else's text: no copy, no NUL at its end. Bounded, no locale: safe on hostile
 * text. */

typedef struct {
	const char *text; /* lives as long as the text that it is a piece of */
	size_t length;
} IcelabSpan;

bool icelab_span_is_digit(char c);
bool icelab_span_is_letter(char c); /* of ASCII */

/* Both ignore the case of ASCII letters, as the quoted strings of ABNF do (RFC 5234 2.3). */
bool icelab_span_equal(IcelabSpan span, const char *text);
bool icelab_span_starts(IcelabSpan span, const char *prefix);

/* The same bytes. */
bool icelab_span_same(IcelabSpan a, IcelabSpan b);

/* Takes what stands before the next `separator` off the front of *rest, and the separator too.
 * *found says whether there was one: "a " holds an empty second word, "a" holds none. May be NULL.
 */
IcelabSpan icelab_span_take(IcelabSpan *rest, char separator, bool *found);

/* Reads 1 to `digits` decimal digits, nothing else, as a number up to `limit`. */
bool icelab_span_number(IcelabSpan span, size_t digits, uint32_t limit, uint32_t *number);
