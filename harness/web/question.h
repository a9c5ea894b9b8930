/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What the web application's host asks of the lab, which alone knows what the network's addresses
 * mean and what was seen on the wire. Over a stream socket, one question at a time: whoever asks
 * waits for the answer before it asks again, so that neither end can hold up the other. */

#define ICELAB_ANSWER_LIMIT (8 * 1024 * 1024) /* bytes */

typedef enum {
	ICELAB_QUESTION_TRUTH, /* the network's addresses, and which of them it is meant to hide */
	ICELAB_QUESTION_BEGIN, /* what was seen before is another audit's */
	ICELAB_QUESTION_SEEN,  /* what a page's lines (the body) and the wire gave away since */
	ICELAB_QUESTIONS,
} IcelabQuestion;

/* Writes a question (`kind` is one of them) or an answer (`kind` is an HTTP status code), whole.
 * FALSE with errno where the other end is gone. */
gboolean icelab_question_write(int descriptor, guint32 kind, const char *bytes, gsize length);

/* Reads what icelab_question_write() wrote, at most `limit` bytes of it; waits for all. FALSE where
 * the other end is gone (errno is 0) or sends more (EMSGSIZE). */
gboolean icelab_question_read(int descriptor, guint32 *kind, GString *bytes, gsize limit);
