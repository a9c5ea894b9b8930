/* SPDX-License-Identifier: MIT */
#include "model/span.h"

#include <string.h>

bool icelab_span_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool icelab_span_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool icelab_span_starts(IcelabSpan span, const char *prefix)
{
	for (size_t i = 0; prefix[i] != '\0'; i++) {
		if (i == span.length || lower(span.text[i]) != lower(prefix[i]))
			return false;
	}
	return true;
}

bool icelab_span_equal(IcelabSpan span, const char *text)
{
	return span.length == strlen(text) && icelab_span_starts(span, text);
}

bool icelab_span_same(IcelabSpan a, IcelabSpan b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

IcelabSpan icelab_span_take(IcelabSpan *rest, char separator, bool *found)
{
	IcelabSpan front = {rest->text, 0};

	while (front.length < rest->length && rest->text[front.length] != separator)
		front.length++;

	bool more = front.length < rest->length;
	size_t used = front.length + (more ? 1 : 0);

	if (found != NULL)
		*found = more;
	rest->text += used;
	rest->length -= used;
	return front;
}

bool icelab_span_number(IcelabSpan span, size_t digits, uint32_t limit, uint32_t *number)
{
	uint64_t value = 0;

	if (span.length == 0 || span.length > digits)
		return false;
	for (size_t i = 0; i < span.length; i++) {
		if (!icelab_span_is_digit(span.text[i]))
			return false;
		value = value * 10 + (unsigned)(span.text[i] - '0');
		if (value > limit)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}
