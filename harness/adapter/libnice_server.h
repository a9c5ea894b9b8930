/* SPDX-License-Identifier: MIT */
#pragma once

#include <nice/agent.h>
#include <stdbool.h>

/* Reads a STUN server's URI (RFC 7064: "stun:host[:port]", port 3478 where there is none) and looks
 * its host up: an address is read as it is, a name asks the system's resolver and takes its first
 * answer. On failure returns false and sets *error to static text. */
bool icelab_stun_server_parse(const char *uri, NiceAddress *address, const char **error);
