/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A server on loopback in a process of its own, and clients that write HTTP by hand. */

typedef struct {
	pid_t pid;
	int stop;
	guint16 port;
} WebFixture;

/* Answers the server's questions on a socket until it ends; runs in a process of its own. */
typedef void (*WebLab)(int questions);

/* A server of the page, with a lab behind it or without one (NULL). NULL where it does not start.
 */
WebFixture *web_start(WebLab lab);

/* Ends it and returns its status as of waitpid(2): 0 where it ended as it should. */
int web_stop(WebFixture *fixture);

int web_connect(const WebFixture *fixture);
void web_say(int client, const char *text);

/* Reads until `wanted` was read, or the end; caller frees. */
char *web_hear(int client, const char *wanted);

/* The first line of the answer to a request on a connection of its own; caller frees. */
char *web_ask(const WebFixture *fixture, const char *request);
void web_check(const WebFixture *fixture, const char *request, const char *wanted);
