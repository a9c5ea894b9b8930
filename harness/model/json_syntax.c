/* SPDX-License-Identifier: MIT */
#include "model/json_syntax.h"

#include <stdint.h>
#include <string.h>

#define NUMBER_LIMIT 64 /* characters */
/* A double ends at 308; up to NUMBER_LIMIT digits stand before the exponent. */
#define EXPONENT_LIMIT 200

typedef struct {
	const char *at;
	const char *end;
	const char *error;
	bool objects[ICELAB_JSON_DEPTH]; /* whether each open level is an object */
	unsigned depth;
	unsigned limit; /* of it */
} Reader;

static bool fail(Reader *reader, const char *error)
{
	reader->error = error;
	return false;
}

/* RFC 8259 2: ws = *( %x20 / %x09 / %x0A / %x0D ) */
static void skip_blanks(Reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
										   *reader->at == '\n' || *reader->at == '\r'))
		reader->at++;
}

static bool take(Reader *reader, char wanted)
{
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

static bool is_digit(const Reader *reader)
{
	return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

/* Reads four hexadecimal digits. */
static bool read_unit(Reader *reader, unsigned *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit =
			reader->at < reader->end && *reader->at != '\0' ? strchr(digits, *reader->at) : NULL;

		if (digit == NULL)
			return fail(reader, "\\u without four hexadecimal digits");
		*unit = *unit << 4 | (unsigned)(digit - digits < 16 ? digit - digits : digit - digits - 6);
		reader->at++;
	}
	return true;
}

static bool read_unicode(Reader *reader)
{
	unsigned unit, low = 0;

	if (!read_unit(reader, &unit))
		return false;
	if (unit == 0)
		return fail(reader, "a NUL character in a string");
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	/* RFC 8259 7: "a character outside the Basic Multilingual Plane ... is represented as a
	 * 12-character sequence, encoding the UTF-16 surrogate pair." */
	if (unit >= 0xDC00 || !take(reader, '\\') || !take(reader, 'u') || !read_unit(reader, &low) ||
		low < 0xDC00 || low > 0xDFFF)
		return fail(reader, "half a surrogate pair in a string");
	return true;
}

static bool read_escape(Reader *reader)
{
	if (take(reader, 'u'))
		return read_unicode(reader);
	/* RFC 8259 7: escape %x22 / %x5C / %x2F / %x62 / %x66 / %x6E / %x72 / %x74 */
	if (reader->at == reader->end || *reader->at == '\0' ||
		strchr("\"\\/bfnrt", *reader->at) == NULL)
		return fail(reader, "an unknown escape in a string");
	reader->at++;
	return true;
}

static bool read_string(Reader *reader)
{
	if (!take(reader, '"'))
		return fail(reader, "a string was expected");
	while (reader->at < reader->end) {
		unsigned char c = (unsigned char)*reader->at++;

		if (c == '"')
			return true;
		/* RFC 8259 7: the control characters U+0000 through U+001F must be escaped. */
		if (c < 0x20)
			return fail(reader, "a control character in a string");
		if (c == '\\' && !read_escape(reader))
			return false;
	}
	return fail(reader, "a string without end");
}

static bool read_exponent(Reader *reader)
{
	unsigned exponent = 0;

	if (!take(reader, '+'))
		take(reader, '-');
	if (!is_digit(reader))
		return fail(reader, "a number without digits");
	for (; is_digit(reader); reader->at++) {
		exponent = exponent * 10 + (unsigned)(*reader->at - '0');
		if (exponent > EXPONENT_LIMIT)
			return fail(reader, "a number too large or too small");
	}
	return true;
}

static bool read_number(Reader *reader)
{
	const char *start = reader->at;

	/* RFC 8259 6: number = [ minus ] int [ frac ] [ exp ] */
	take(reader, '-');
	if (!is_digit(reader))
		return fail(reader, "a value was expected");
	/* RFC 8259 6: "Leading zeros are not allowed." */
	if (!take(reader, '0')) {
		while (is_digit(reader))
			reader->at++;
	}
	if (take(reader, '.')) {
		if (!is_digit(reader))
			return fail(reader, "a number without digits");
		while (is_digit(reader))
			reader->at++;
	}
	if (reader->at - start > NUMBER_LIMIT)
		return fail(reader, "a number too large or too small");
	return take(reader, 'e') || take(reader, 'E') ? read_exponent(reader) : true;
}

static bool read_scalar(Reader *reader)
{
	static const char *const words[] = {"true", "false", "null"};

	if (reader->at < reader->end && *reader->at == '"')
		return read_string(reader);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t length = strlen(words[i]);

		if ((size_t)(reader->end - reader->at) >= length &&
			memcmp(reader->at, words[i], length) == 0) {
			reader->at += length;
			return true;
		}
	}
	return read_number(reader);
}

static bool open_level(Reader *reader, bool object)
{
	if (reader->depth == reader->limit)
		return fail(reader, "nested too deeply");
	reader->objects[reader->depth++] = object;
	return true;
}

/* RFC 8259 4: member = string name-separator value */
static bool read_name(Reader *reader)
{
	skip_blanks(reader);
	if (!read_string(reader))
		return false;
	skip_blanks(reader);
	return take(reader, ':') || fail(reader, "a colon was expected");
}

/* Reads one value up to where the next one begins, or the level's end. */
static bool read_value(Reader *reader)
{
	skip_blanks(reader);
	if (take(reader, '{'))
		return open_level(reader, true);
	if (take(reader, '['))
		return open_level(reader, false);
	return read_scalar(reader);
}

/* Behind a value: closes what ends there. *more says whether another value follows. */
static bool read_end(Reader *reader, bool *more)
{
	for (*more = false; reader->depth > 0; reader->depth--) {
		bool object = reader->objects[reader->depth - 1];

		skip_blanks(reader);
		if (take(reader, ',')) {
			*more = true;
			return !object || read_name(reader);
		}
		if (!take(reader, object ? '}' : ']'))
			return fail(reader, object ? "a comma or } was expected" : "a comma or ] was expected");
	}
	skip_blanks(reader);
	return reader->at == reader->end || fail(reader, "something follows the value");
}

bool icelab_json_check(const char *text, size_t length, unsigned depth, const char **error)
{
	Reader reader = {.at = text,
		.end = text + length,
		.limit = depth < ICELAB_JSON_DEPTH ? depth : ICELAB_JSON_DEPTH};
	bool more = true;

	while (more) {
		unsigned before = reader.depth;

		if (!read_value(&reader))
			break;
		skip_blanks(&reader);
		/* A level was opened: unless it is empty, its first value follows. */
		if (reader.depth > before && !take(&reader, reader.objects[before] ? '}' : ']')) {
			if (reader.objects[before] && !read_name(&reader))
				break;
			continue;
		}
		reader.depth = before;
		if (!read_end(&reader, &more))
			break;
	}
	*error = reader.error;
	return reader.error == NULL;
}
