/* SPDX-License-Identifier: MIT */
#include "oracles/message.h"

#include <string.h>

#include "oracles/oracle.h"

void expect_message(const GError *error, const char *file, const char *text, MessageLine needed)
{
	const char *message = error->message;
	const char *rest = message + strlen(file);
	char *end = NULL;
	guint64 number;
	guint64 lines = 1;

	EXPECT(
		g_str_has_prefix(message, file) && *rest == ':', "message-expect-message", "%s", message);
	EXPECT(strchr(message, '\n') == NULL, "message-expect-message", "%s", message);
	if (needed == MESSAGE_LINE_OPTIONAL && rest[1] == ' ')
		return;
	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n' ? 1 : 0;
	number = g_ascii_strtoull(rest + 1, &end, 10);
	EXPECT(end > rest + 1 && g_str_has_prefix(end, ": "), "message-expect-message", "%s", message);
	EXPECT(number >= 1 && number <= lines, "message-expect-message", "of %u lines: %s",
		(guint)lines, message);
}
