/* SPDX-License-Identifier: MIT */
#include "adapter/interface.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_v6(const IcelabInterfaceAddress *address)
{
	return address->address.any.sa_family == AF_INET6;
}

static const struct in6_addr *v6(const IcelabInterfaceAddress *address)
{
	return &address->address.v6.sin6_addr;
}

/* The universal/local identifier made from a MAC address has ff:fe in its middle (RFC 4291 appendix
 * A). */
static bool is_eui64(const IcelabInterfaceAddress *address)
{
	return v6(address)->s6_addr[11] == 0xff && v6(address)->s6_addr[12] == 0xfe;
}

/* Of an IPv6 address: of an IPv4 one the same bits mean something else. */
static bool is_tracking_resistant(const IcelabInterfaceAddress *address)
{
	return (address->flags & (IFA_F_TEMPORARY | IFA_F_STABLE_PRIVACY)) != 0;
}

static bool same_interface_and_prefix(
	const IcelabInterfaceAddress *a, const IcelabInterfaceAddress *b)
{
	unsigned bits = a->prefix_length;
	unsigned bytes = bits / 8;

	if (a->interface_index != b->interface_index || bits != b->prefix_length || bits > 128 ||
		memcmp(v6(a), v6(b), bytes) != 0)
		return false;
	return bits % 8 == 0 ||
		   ((v6(a)->s6_addr[bytes] ^ v6(b)->s6_addr[bytes]) >> (8 - bits % 8)) == 0;
}

/* Why an address is refused whatever the others are. */
static const char *refusal_alone(const IcelabInterfaceAddress *address)
{
	if ((address->interface_flags & IFF_UP) == 0 || (address->interface_flags & IFF_RUNNING) == 0)
		return "its interface is down";
	/* RFC 8445 5.1.1.1: "Addresses from a loopback interface MUST NOT be included in the candidate
	 * addresses." */
	if ((address->interface_flags & IFF_LOOPBACK) != 0)
		return "loopback (RFC 8445 5.1.1.1)";
	if (!is_v6(address))
		return (ntohl(address->address.v4.sin_addr.s_addr) >> 24) == 127
				   ? "loopback (RFC 8445 5.1.1.1)"
				   : NULL;

	if (IN6_IS_ADDR_LOOPBACK(v6(address)))
		return "loopback (RFC 8445 5.1.1.1)";
	if ((address->flags & IFA_F_DADFAILED) != 0)
		return "a duplicate was detected";
	if ((address->flags & IFA_F_TENTATIVE) != 0 && (address->flags & IFA_F_OPTIMISTIC) == 0)
		return "still tentative";
	/* RFC 8445 5.1.1.1: "Deprecated IPv4-compatible IPv6 addresses [RFC4291] and IPv6 site-local
	 * unicast addresses [RFC3879] MUST NOT be included in the address candidates." */
	if (IN6_IS_ADDR_V4COMPAT(v6(address)) || IN6_IS_ADDR_SITELOCAL(v6(address)))
		return "an obsolete kind of address (RFC 8445 5.1.1.1)";
	/* RFC 8445 5.1.1.1: "IPv4-mapped IPv6 addresses SHOULD NOT be included in the address
	 * candidates unless the application using ICE does not support IPv4". */
	if (IN6_IS_ADDR_V4MAPPED(v6(address)))
		return "IPv4-mapped (RFC 8445 5.1.1.1)";
	/* RFC 8835 3.3: "If some of the temporary IPv6 addresses, but not all, are marked deprecated,
	 * the WebRTC endpoint SHOULD discard the deprecated addresses, unless they are used by an
	 * ongoing connection." Here even the only one is discarded: an address on its way out is no
	 * place to start from. */
	if ((address->flags & IFA_F_DEPRECATED) != 0)
		return "deprecated (RFC 8835 3.3)";
	return NULL;
}

/* Why an IPv6 address is refused beside another one that is gathered. */
static const char *refusal_beside(
	const IcelabInterfaceAddress *address, const IcelabInterfaceAddress *other)
{
	/* RFC 8445 5.1.1.1: "when host candidates corresponding to an IPv6 address generated using a
	 * mechanism that prevents location tracking are gathered, then host candidates corresponding to
	 * IPv6 link-local addresses [RFC4291] MUST NOT be gathered." */
	if (IN6_IS_ADDR_LINKLOCAL(v6(address)))
		return is_tracking_resistant(other) && !IN6_IS_ADDR_LINKLOCAL(v6(other))
				   ? "link-local beside an address that prevents tracking (RFC 8445 5.1.1.1)"
				   : NULL;

	if (!same_interface_and_prefix(address, other))
		return NULL;
	/* RFC 8445 5.1.1.1, of an address that prevents location tracking: "host candidates that
	 * correspond to IPv6 addresses that do allow location tracking, are configured on the same
	 * interface, and are part of the same network prefix MUST NOT be gathered." Any neighbour
	 * without the MAC address in it counts as such an address here, because what was configured by
	 * hand carries no flag. */
	if (is_eui64(address) && !is_eui64(other))
		return "EUI-64 beside an address without (RFC 8445 5.1.1.1)";
	/* RFC 8835 3.3: where "both non-deprecated temporary addresses and permanent addresses of the
	 * same scope are present, the WebRTC endpoint SHOULD discard the permanent addresses". Read per
	 * prefix: one network's temporary address is no substitute for another's (a tunnel's, say) only
	 * one. */
	if ((other->flags & IFA_F_TEMPORARY) != 0 && (address->flags & IFA_F_TEMPORARY) == 0)
		return "permanent beside a temporary one (RFC 8835 3.3)";
	return NULL;
}

void icelab_interface_refuse(IcelabInterfaceAddress *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		addresses[i].refusal = refusal_alone(&addresses[i]);

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count && addresses[i].refusal == NULL; j++) {
			/* What is refused by itself is not gathered, so it cannot displace another. What is
			 * refused beside a third still can: that third displaces this one too. */
			if (j != i && is_v6(&addresses[i]) && is_v6(&addresses[j]) &&
				refusal_alone(&addresses[j]) == NULL)
				addresses[i].refusal = refusal_beside(&addresses[i], &addresses[j]);
		}
	}
}

/* Fills `address` from one RTM_NEWADDR message. False where it holds no IPv4 or IPv6 address. */
static bool read_message(struct nlmsghdr *message, IcelabInterfaceAddress *address)
{
	struct ifaddrmsg *header = NLMSG_DATA(message);
	int length = (int)IFA_PAYLOAD(message);
	const void *local = NULL, *other = NULL;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*header)) ||
		(header->ifa_family != AF_INET && header->ifa_family != AF_INET6))
		return false;

	memset(address, 0, sizeof(*address));
	address->interface_index = header->ifa_index;
	address->prefix_length = header->ifa_prefixlen;
	address->flags = header->ifa_flags;

	size_t size = header->ifa_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	for (struct rtattr *field = IFA_RTA(header); RTA_OK(field, length);
		 field = RTA_NEXT(field, length)) {
		if (field->rta_type == IFA_LOCAL && RTA_PAYLOAD(field) >= size)
			local = RTA_DATA(field);
		else if (field->rta_type == IFA_ADDRESS && RTA_PAYLOAD(field) >= size)
			other = RTA_DATA(field);
		else if (field->rta_type == IFA_FLAGS && RTA_PAYLOAD(field) >= sizeof(address->flags))
			memcpy(&address->flags, RTA_DATA(field), sizeof(address->flags));
	}
	/* On a point-to-point link IFA_ADDRESS is the other end. */
	if (local == NULL)
		local = other;
	if (local == NULL)
		return false;

	address->address.any.sa_family = header->ifa_family;
	if (header->ifa_family == AF_INET) {
		memcpy(&address->address.v4.sin_addr, local, size);
	} else {
		memcpy(&address->address.v6.sin6_addr, local, size);
		if (IN6_IS_ADDR_LINKLOCAL(&address->address.v6.sin6_addr))
			address->address.v6.sin6_scope_id = header->ifa_index;
	}
	return true;
}

static int request_addresses(int netlink)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg body;
	} request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)),
			.nlmsg_type = RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.ifa_family = AF_UNSPEC},
	};

	return send(netlink, &request, request.header.nlmsg_len, 0) < 0 ? -1 : 0;
}

/* Reads the kernel's answer up to its end. Returns the number of addresses, or -1 with errno. */
static int read_addresses(int netlink, IcelabInterfaceAddress *addresses, size_t capacity)
{
	union {
		struct nlmsghdr header;
		char bytes[32768];
	} buffer;
	size_t count = 0;

	for (;;) {
		ssize_t received = recv(netlink, &buffer, sizeof(buffer), 0);

		if (received < 0 && errno == EINTR)
			continue;
		if (received <= 0)
			return -1;

		unsigned left = (unsigned)received;
		for (struct nlmsghdr *message = &buffer.header; NLMSG_OK(message, left);
			 message = NLMSG_NEXT(message, left)) {
			IcelabInterfaceAddress address;

			if (message->nlmsg_type == NLMSG_DONE)
				return (int)count;
			if (message->nlmsg_type == NLMSG_ERROR) {
				errno = EPROTO;
				return -1;
			}
			if (message->nlmsg_type != RTM_NEWADDR || !read_message(message, &address))
				continue;
			if (count == capacity)
				fprintf(stderr, "more than %zu addresses: the rest is not gathered\n", capacity);
			else
				addresses[count++] = address;
		}
	}
}

static void read_interface(IcelabInterfaceAddress *address, int control)
{
	struct ifreq request = {0};

	/* An interface that has gone in between keeps flags 0 and is thus refused as down. */
	if (if_indextoname(address->interface_index, request.ifr_name) == NULL)
		return;
	memcpy(address->interface, request.ifr_name, sizeof(address->interface));
	if (ioctl(control, SIOCGIFFLAGS, &request) == 0)
		address->interface_flags = request.ifr_flags;
}

int icelab_interface_addresses(IcelabInterfaceAddress *addresses, size_t capacity)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int count = -1;

	if (netlink >= 0 && control >= 0 && request_addresses(netlink) == 0)
		count = read_addresses(netlink, addresses, capacity);

	int failure = errno;
	for (int i = 0; i < count; i++)
		read_interface(&addresses[i], control);
	if (netlink >= 0)
		close(netlink);
	if (control >= 0)
		close(control);
	errno = failure;

	if (count > 0)
		icelab_interface_refuse(addresses, (size_t)count);
	return count;
}

bool icelab_route_source(const struct sockaddr *destination, IcelabSocketAddress *source)
{
	IcelabSocketAddress target;
	socklen_t length = sizeof(*source);
	bool found;

	memset(&target, 0, sizeof(target));
	memset(source, 0, sizeof(*source));
	if (destination->sa_family == AF_INET6)
		memcpy(&target.v6, destination, sizeof(target.v6));
	else
		memcpy(&target.v4, destination, sizeof(target.v4));
	/* Connecting to port 0 works too, but a socket filter may mind it. */
	if (target.any.sa_family == AF_INET6)
		target.v6.sin6_port = htons(9);
	else
		target.v4.sin_port = htons(9);

	int probe = socket(target.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return false;
	found = connect(probe, &target.any,
				target.any.sa_family == AF_INET6 ? sizeof(target.v6) : sizeof(target.v4)) == 0 &&
			getsockname(probe, &source->any, &length) == 0;
	close(probe);
	if (source->any.sa_family == AF_INET6)
		source->v6.sin6_port = 0;
	else
		source->v4.sin_port = 0;
	return found;
}
