/* SPDX-License-Identifier: MIT */
#include "oracles/disagreements.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracles/oracle.h"

#define CLASS_LIMIT 128
#define MATCH_LIMIT 64  /* patterns of a class */
#define SEEN_LIMIT 4096 /* buckets; a power of 2 */
#define COUNTERS 4096

/* The list itself: a fuzzer is carried elsewhere as one file. */
__asm__(".pushsection .rodata\n"
		"icelab_disagreements_text: .incbin \"" ICELAB_DISAGREEMENTS_FILE "\"\n"
		".byte 0\n"
		".popsection\n");
extern const char icelab_disagreements_text[];

typedef struct {
	const char *name;
	const char *matches[MATCH_LIMIT];
	size_t match_count;
	bool has_section, has_right, has_rule;
	bool seen;
} Class;

static Class classes[CLASS_LIMIT];
static size_t class_count;
static enum { MODE_FAIL, MODE_LIST, MODE_STALE } mode;

/* libFuzzer takes what is not zero here for coverage: a bucket is worth as much as an edge. Nobody
 * else reads them: without "volatile" they would be dropped. */
__attribute__((section("__libfuzzer_extra_counters"))) static volatile uint8_t counters[COUNTERS];

/* Buckets that were looked up before, by their number plus one. */
static uint64_t seen[SEEN_LIMIT];
static size_t seen_count;

static void die(unsigned line, const char *what)
{
	fprintf(stderr, "disagreements.ini:%u: %s\n", line, what);
	exit(2);
}

static char *value_of(char *line, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return NULL;
	line += length;
	line += strspn(line, " ");
	if (*line != '=')
		return NULL;
	line++;
	return line + strspn(line, " ");
}

static void start_class(char *line, unsigned number)
{
	size_t length = strlen(line);

	if (class_count == CLASS_LIMIT)
		die(number, "too many classes");
	if (line[length - 1] != ']')
		die(number, "a group without its ]");
	line[length - 1] = '\0';
	classes[class_count++].name = line + 1;
}

static void check_class(const Class *class, unsigned number)
{
	if (class->match_count == 0 || !class->has_section || !class->has_right || !class->has_rule)
		die(number, "before this a class lacks one of match, section, rule, right");
}

static void read_line(char *line, unsigned number)
{
	Class *class = class_count > 0 ? &classes[class_count - 1] : NULL;
	char *value;

	if (line[0] == '\0' || line[0] == '#')
		return;
	if (line[0] == '[') {
		if (class != NULL)
			check_class(class, number);
		start_class(line, number);
	} else if (class == NULL) {
		die(number, "a key outside of a group");
	} else if ((value = value_of(line, "match")) != NULL) {
		if (class->match_count == MATCH_LIMIT)
			die(number, "too many patterns of a class");
		class->matches[class->match_count++] = value;
	} else if (value_of(line, "section") != NULL) {
		class->has_section = true;
	} else if (value_of(line, "right") != NULL) {
		class->has_right = true;
	} else if (value_of(line, "rule") != NULL) {
		class->has_rule = true;
	} else {
		die(number, "unknown key; known are match, section, rule and right");
	}
}

static void fail_where_stale(void)
{
	bool stale = false;

	for (size_t i = 0; i < class_count; i++) {
		if (!classes[i].seen) {
			fprintf(stderr, "icelab oracle: disagreements.ini: no input shows class [%s]: %s\n",
				classes[i].name, "a decoder was mended, or the corpus lost it");
			stale = true;
		}
	}
	printf("%zu classes, %zu buckets\n", class_count, seen_count);
	fflush(NULL);
	/* An exit status can be changed in no other way at exit. */
	if (stale)
		_exit(1);
}

void disagreements_start(void)
{
	const char *wish = getenv("ICELAB_DISAGREEMENTS");
	static char *text;
	unsigned number = 0;

	text = strdup(icelab_disagreements_text);
	if (text == NULL)
		abort();
	for (char *line = text; line != NULL;) {
		char *end = strchr(line, '\n');

		if (end != NULL)
			*end = '\0';
		read_line(line, ++number);
		line = end != NULL ? end + 1 : NULL;
	}
	if (class_count > 0)
		check_class(&classes[class_count - 1], number);
	if (wish != NULL && strcmp(wish, "list") == 0)
		mode = MODE_LIST;
	else if (wish != NULL && strcmp(wish, "stale") == 0)
		mode = MODE_STALE;
	if (mode == MODE_STALE && atexit(fail_where_stale) != 0)
		abort();
}

/* Whether the bucket is new; remembers it. */
static bool is_new(uint64_t number)
{
	size_t at = (size_t)(number * 0x9E3779B97F4A7C15u >> 32) % SEEN_LIMIT;

	for (; seen[at] != 0; at = (at + 1) % SEEN_LIMIT) {
		if (seen[at] == number + 1)
			return false;
	}
	if (seen_count == SEEN_LIMIT - 1)
		abort();
	seen[at] = number + 1;
	seen_count++;
	return true;
}

static Class *class_of(const char *text)
{
	for (size_t i = 0; i < class_count; i++) {
		for (size_t k = 0; k < classes[i].match_count; k++) {
			if (fnmatch(classes[i].matches[k], text, 0) == 0)
				return &classes[i];
		}
	}
	return NULL;
}

void disagreements_note(const Bucket *bucket)
{
	uint64_t number = bucket_number(bucket);
	char text[BUCKET_TEXT];
	Class *class;

	counters[(number * 0x9E3779B97F4A7C15u >> 40) % COUNTERS] = 1;
	if (!is_new(number))
		return;
	bucket_text(bucket, text);
	class = class_of(text);
	if (mode == MODE_LIST)
		printf("[%s] %s\n", class != NULL ? class->name : "", text);
	if (class != NULL) {
		class->seen = true;
	} else if (mode != MODE_LIST) {
		icelab_oracle_failed("new-disagreement",
			"\"%s\" (icelab, libnice, libre): find the RFC's word on it and list it in "
			"disagreements.ini, or mend the decoder",
			text);
	}
}
