/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "world/world.h"

static struct {
	struct ifaddrs entry;
	struct sockaddr_storage address;
	char name[16];
	unsigned index;
} interfaces[ICELAB_WORLD_INTERFACES];
static unsigned interface_count;

void icelab_world_set_interfaces(const IcelabWorldInterface *given, unsigned count)
{
	interface_count = MIN(count, ICELAB_WORLD_INTERFACES);
	for (unsigned i = 0; i < interface_count; i++) {
		IcelabEndpoint endpoint = icelab_endpoint(given[i].address, 0);

		icelab_endpoint_to_sockaddr(&endpoint, &interfaces[i].address);
		if (icelab_address_is_link_local(&endpoint.address) && endpoint.address.family == 6)
			((struct sockaddr_in6 *)&interfaces[i].address)->sin6_scope_id = given[i].index;
		g_strlcpy(interfaces[i].name, given[i].name, sizeof(interfaces[i].name));
		interfaces[i].index = given[i].index;
		interfaces[i].entry = (struct ifaddrs){
			.ifa_next = i + 1 < interface_count ? &interfaces[i + 1].entry : NULL,
			.ifa_name = interfaces[i].name,
			.ifa_flags = given[i].flags,
			.ifa_addr = (struct sockaddr *)&interfaces[i].address,
		};
	}
}

int __wrap_getifaddrs(struct ifaddrs **list);
int __wrap_getifaddrs(struct ifaddrs **list)
{
	*list = interface_count > 0 ? &interfaces[0].entry : NULL;
	return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *list);
void __wrap_freeifaddrs(struct ifaddrs *list)
{
	(void)list;
}

unsigned __wrap_if_nametoindex(const char *name);
unsigned __wrap_if_nametoindex(const char *name)
{
	for (unsigned i = 0; i < interface_count; i++)
		if (strcmp(interfaces[i].name, name) == 0)
			return interfaces[i].index;
	return 0;
}

/* The C library's asks the kernel for a link-local address's interface. */
int __wrap_getnameinfo(const struct sockaddr *address, socklen_t length, char *host,
	socklen_t host_length, char *service, socklen_t service_length, int flags);
int __wrap_getnameinfo(const struct sockaddr *address, socklen_t length, char *host,
	socklen_t host_length, char *service, socklen_t service_length, int flags)
{
	char text[ICELAB_ADDRESS_TEXT];
	IcelabEndpoint endpoint = icelab_endpoint_from_sockaddr(address);
	const char *zone = "";

	(void)length;
	(void)service;
	(void)service_length;
	(void)flags;
	if (address->sa_family == AF_INET6 &&
		((const struct sockaddr_in6 *)address)->sin6_scope_id != 0)
		zone = "%eth0";
	if ((socklen_t)snprintf(host, host_length, "%s%s",
			icelab_address_format(&endpoint.address, text), zone) >= host_length)
		return EAI_OVERFLOW;
	return 0;
}

/* No descriptors behind these sockets. */
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)length;
	return 0;
}

int __wrap_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	errno = EACCES;
	return -1;
}

int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	errno = EBADF;
	return -1;
}
