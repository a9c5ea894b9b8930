/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_server.h"

#include <netdb.h>
#include <string.h>

#define SCHEME "stun:"
#define DEFAULT_PORT 3478

bool icelab_stun_server_parse(const char *uri, NiceAddress *address, const char **error)
{
	g_autofree char *host = NULL;
	const char *start, *end, *port = NULL;
	guint64 number = DEFAULT_PORT;
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
	/* getaddrinfo would take an empty port for 0 and cut a large one off. */
	if (port != NULL && !g_ascii_string_to_unsigned(port, 10, 1, 65535, &number, NULL)) {
		*error = "the port is no number from 1 to 65535";
		return false;
	}
	if (getaddrinfo(host, NULL, &hints, &answers) != 0) {
		*error = "the host cannot be resolved";
		return false;
	}
	nice_address_init(address);
	nice_address_set_from_sockaddr(address, answers->ai_addr);
	nice_address_set_port(address, (guint)number);
	freeaddrinfo(answers);
	return true;
}
