/* SPDX-License-Identifier: MIT */
#include "guards.h"

#include <stdlib.h>
#include <string.h>

static bool listed(const char *list, const char *id)
{
	size_t length = strlen(id);
	for (const char *at = list; *at;) {
		size_t word = strcspn(at, ",");
		if (word == length && memcmp(at, id, length) == 0)
			return true;
		at += word;
		at += *at == ',';
	}
	return false;
}

bool icelab_guard(const char *id)
{
	static const char *choice = NULL;
	if (!choice) {
		choice = getenv("ICELAB_GUARDS");
		if (!choice)
			choice = "";
		else if (*choice && *choice != '-' && strcmp(choice, "off") != 0)
			abort(); /* a mistyped value would silently hide defects */
	}
	if (*choice == '\0')
		return true;
	return *choice == '-' && !listed(choice + 1, id);
}
