/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_server.h"

#include <netdb.h>
#include <string.h>

#define SCHEME "stun:"

bool icelab_stun_server_parse(const char *uri, NiceAddress *address, const char **error)
{
	g_autofree char *host = NULL;
	const char *start, *end, *port = "3478";
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *answers = NULL;

	if (!g_str_has_prefix(uri, SCHEME)) {
		*error = "not a stun: URI (libnice asks over UDP only)";
		return false;
	}
	start = uri + strlen(SCHEME);
	if (*start == '[') {
		end = strchr(++start, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':')) {
			*error = "no ']' behind the IPv6 address";
			return false;
		}
		if (end[1] == ':')
			port = end + 2;
	} else {
		end = start + strcspn(start, ":");
		if (*end == ':')
			port = end + 1;
	}
	host = g_strndup(start, (gsize)(end - start));
	if (*host == '\0') {
		*error = "no host";
		return false;
	}
	hints.ai_flags = AI_NUMERICSERV;
	if (getaddrinfo(host, port, &hints, &answers) != 0) {
		*error = "the host cannot be resolved, or the port is no number";
		return false;
	}
	nice_address_init(address);
	nice_address_set_from_sockaddr(address, answers->ai_addr);
	freeaddrinfo(answers);
	return true;
}
