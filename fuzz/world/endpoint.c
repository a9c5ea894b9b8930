/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "world/world.h"

IcelabEndpoint icelab_endpoint(const char *address, uint16_t port)
{
	IcelabEndpoint endpoint = {.port = port};

	icelab_address_parse(address, strlen(address), &endpoint.address);
	return endpoint;
}

bool icelab_endpoint_equal(const IcelabEndpoint *a, const IcelabEndpoint *b)
{
	return a->port == b->port && icelab_address_equal(&a->address, &b->address);
}

IcelabEndpoint icelab_endpoint_from_sockaddr(const struct sockaddr *address)
{
	IcelabEndpoint endpoint = {0};

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address;

		endpoint.address.family = 4;
		memcpy(endpoint.address.bytes, &in->sin_addr, 4);
		endpoint.port = ntohs(in->sin_port);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

		endpoint.address.family = 6;
		memcpy(endpoint.address.bytes, &in6->sin6_addr, 16);
		endpoint.port = ntohs(in6->sin6_port);
	}
	return endpoint;
}

void icelab_endpoint_to_sockaddr(const IcelabEndpoint *endpoint, struct sockaddr_storage *address)
{
	memset(address, 0, sizeof(*address));
	if (endpoint->address.family == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)address;

		in->sin_family = AF_INET;
		in->sin_port = htons(endpoint->port);
		memcpy(&in->sin_addr, endpoint->address.bytes, 4);
	} else if (endpoint->address.family == 6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(endpoint->port);
		memcpy(&in6->sin6_addr, endpoint->address.bytes, 16);
	}
}
