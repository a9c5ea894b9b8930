/* SPDX-License-Identifier: MIT */
#include "web/question.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
	guint32 kind;
	guint32 length;
} Head;

static gboolean write_all(int descriptor, const char *bytes, gsize length)
{
	while (length > 0) {
		ssize_t count = TEMP_FAILURE_RETRY(send(descriptor, bytes, length, MSG_NOSIGNAL));

		if (count < 0)
			return FALSE;
		bytes += count;
		length -= (gsize)count;
	}
	return TRUE;
}

static gboolean read_all(int descriptor, char *bytes, gsize length)
{
	ssize_t count;

	if (length == 0)
		return TRUE;
	errno = 0;
	count = TEMP_FAILURE_RETRY(recv(descriptor, bytes, length, MSG_WAITALL));
	return count == (ssize_t)length;
}

gboolean icelab_question_write(int descriptor, guint32 kind, const char *bytes, gsize length)
{
	Head head = {kind, (guint32)length};

	return write_all(descriptor, (const char *)&head, sizeof head) &&
		   write_all(descriptor, bytes, length);
}

gboolean icelab_question_read(int descriptor, guint32 *kind, GString *bytes, gsize limit)
{
	Head head;

	if (!read_all(descriptor, (char *)&head, sizeof head))
		return FALSE;
	if (head.length > limit) {
		errno = EMSGSIZE;
		return FALSE;
	}
	*kind = head.kind;
	g_string_set_size(bytes, head.length);
	return read_all(descriptor, bytes->str, head.length);
}
