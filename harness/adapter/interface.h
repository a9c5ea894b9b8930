/* SPDX-License-Identifier: MIT */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/socket_address.h"

/* What the kernel says of this host's addresses and routes, and which addresses ICE may gather. */

typedef struct {
	IcelabSocketAddress address; /* port 0; scope id set for a link-local one */
	unsigned prefix_length;      /* bits */
	uint32_t flags;              /* IFA_F_... of linux/if_addr.h; getifaddrs does not have them */
	unsigned interface_index;
	short interface_flags; /* IFF_... */
	char interface[IF_NAMESIZE];
	const char *refusal; /* static text: why it is not gathered; NULL where it is */
} IcelabInterfaceAddress;

/* Reads every address of this network namespace (rtnetlink RTM_GETADDR), in the kernel's order, and
 * sets `refusal` of each. Returns how many were stored, at most `capacity`; the others are lost,
 * which is logged on standard error. Returns -1 with errno where the kernel does not answer. */
int icelab_interface_addresses(IcelabInterfaceAddress *addresses, size_t capacity);

/* Sets `refusal` of each of `addresses` by RFC 8445 5.1.1.1 and RFC 8835 3.3; reads nothing else.
 */
void icelab_interface_refuse(IcelabInterfaceAddress *addresses, size_t count);

/* The address from which the kernel would send to `destination` (any port), found by connecting a
 * UDP socket, which sends no packet (RFC 8828 6.2). False where there is no route or no such
 * family. */
bool icelab_route_source(const struct sockaddr *destination, IcelabSocketAddress *source);
