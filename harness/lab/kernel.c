/* SPDX-License-Identifier: MIT */
#include "lab/kernel.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

G_DEFINE_QUARK(icelab_kernel_error, icelab_kernel_error)

struct IcelabKernel {
	int descriptor;
	guint32 sequence;
	guint8 buffer[64 * 1024] __attribute__((aligned(8)));
};

IcelabKernel *icelab_kernel_new(GError **error)
{
	g_autofree IcelabKernel *kernel = g_new0(IcelabKernel, 1);

	kernel->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (kernel->descriptor < 0) {
		g_set_error(error, ICELAB_KERNEL_ERROR, 0, "rtnetlink: %s", g_strerror(errno));
		return NULL;
	}
	return g_steal_pointer(&kernel);
}

void icelab_kernel_free(IcelabKernel *kernel)
{
	if (kernel == NULL)
		return;
	close(kernel->descriptor);
	g_free(kernel);
}

typedef gboolean (*MessageCallback)(const struct nlmsghdr *message, gpointer data);

typedef struct {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
		struct fib_rule_hdr rule;
	} body;
	guint8 attribute[64];
} Request;

/* NLMSG_OK and NLMSG_NEXT compare signed with unsigned, which one compiler or the other refuses. */
static gboolean is_whole(const struct nlmsghdr *message, gsize left)
{
	return left >= sizeof *message && message->nlmsg_len >= sizeof *message &&
		   message->nlmsg_len <= left;
}

static const struct nlmsghdr *next_message(const struct nlmsghdr *message, gsize *left)
{
	gsize step = MIN(NLMSG_ALIGN(message->nlmsg_len), *left);

	*left -= step;
	return (const void *)((const guint8 *)message + step);
}

/* Returns 0, or a positive errno that the kernel answered, or -1 with `error`. */
static int ask(
	IcelabKernel *kernel, Request *request, MessageCallback callback, gpointer data, GError **error)
{
	gboolean dump = (request->header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	request->header.nlmsg_seq = ++kernel->sequence;
	request->header.nlmsg_flags |= NLM_F_REQUEST;
	if (send(kernel->descriptor, request, request->header.nlmsg_len, 0) < 0) {
		g_set_error(error, ICELAB_KERNEL_ERROR, 0, "rtnetlink: %s", g_strerror(errno));
		return -1;
	}
	for (;;) {
		ssize_t count =
			TEMP_FAILURE_RETRY(recv(kernel->descriptor, kernel->buffer, sizeof kernel->buffer, 0));
		gsize left = count > 0 ? (gsize)count : 0;

		if (count < 0) {
			g_set_error(error, ICELAB_KERNEL_ERROR, 0, "rtnetlink: %s", g_strerror(errno));
			return -1;
		}
		for (const struct nlmsghdr *message = (const void *)kernel->buffer; is_whole(message, left);
			 message = next_message(message, &left)) {
			if (message->nlmsg_seq != kernel->sequence)
				continue;
			if (message->nlmsg_type == NLMSG_DONE)
				return 0;
			if (message->nlmsg_type == NLMSG_ERROR)
				return -((const struct nlmsgerr *)NLMSG_DATA(message))->error;
			callback(message, data);
			if (!dump)
				return 0;
		}
	}
}

static int dump(IcelabKernel *kernel, guint16 type, guint8 family, MessageCallback callback,
	gpointer data, GError **error)
{
	Request request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_DUMP},
	};
	int status;

	/* The family is the first byte of each of these bodies. */
	request.body.route.rtm_family = family;
	if (type == RTM_GETLINK)
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	if (type == RTM_GETADDR)
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg));
	status = ask(kernel, &request, callback, data, error);
	if (status > 0)
		g_set_error(error, ICELAB_KERNEL_ERROR, 0, "rtnetlink: %s", g_strerror(status));
	return status;
}

static gboolean collect_interface(const struct nlmsghdr *message, gpointer data)
{
	const struct ifinfomsg *body = NLMSG_DATA(message);
	int left = (int)IFLA_PAYLOAD(message);
	IcelabInterface interface = {
		.index = (guint)body->ifi_index,
		.up = (body->ifi_flags & IFF_UP) != 0,
		.loopback = (body->ifi_flags & IFF_LOOPBACK) != 0,
		.hardware = body->ifi_type,
	};

	for (const struct rtattr *attribute = IFLA_RTA(body); RTA_OK(attribute, left);
		 attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFLA_IFNAME)
			g_strlcpy(interface.name, RTA_DATA(attribute), sizeof interface.name);
	}
	g_array_append_val((GArray *)data, interface);
	return TRUE;
}

GArray *icelab_kernel_interfaces(IcelabKernel *kernel, GError **error)
{
	g_autoptr(GArray) interfaces = g_array_new(FALSE, TRUE, sizeof(IcelabInterface));

	if (dump(kernel, RTM_GETLINK, AF_UNSPEC, collect_interface, interfaces, error) != 0)
		return NULL;
	return g_steal_pointer(&interfaces);
}

typedef struct {
	GPtrArray *locals;
	GArray *interfaces;
} AddressCollection;

static void set_address(IcelabAddress *address, guint8 family, const struct rtattr *attribute)
{
	*address = (IcelabAddress){.family = family == AF_INET ? 4 : 6};
	memcpy(address->bytes, RTA_DATA(attribute), MIN(RTA_PAYLOAD(attribute), sizeof address->bytes));
}

static gboolean collect_address(const struct nlmsghdr *message, gpointer data)
{
	const AddressCollection *collection = data;
	const struct ifaddrmsg *body = NLMSG_DATA(message);
	int left = (int)IFA_PAYLOAD(message);
	guint32 flags = body->ifa_flags;
	IcelabLocalAddress *local = g_new0(IcelabLocalAddress, 1);

	local->prefix = body->ifa_prefixlen;
	for (const struct rtattr *attribute = IFA_RTA(body); RTA_OK(attribute, left);
		 attribute = RTA_NEXT(attribute, left)) {
		/* On a point-to-point link IFA_ADDRESS is the other end; IFA_LOCAL, which only IPv4 has, is
		 * this one. */
		if (attribute->rta_type == IFA_LOCAL ||
			(attribute->rta_type == IFA_ADDRESS && local->address.family == 0))
			set_address(&local->address, body->ifa_family, attribute);
		else if (attribute->rta_type == IFA_FLAGS)
			memcpy(&flags, RTA_DATA(attribute), sizeof flags);
	}
	local->temporary = body->ifa_family == AF_INET6 && (flags & IFA_F_TEMPORARY) != 0;
	local->deprecated = (flags & IFA_F_DEPRECATED) != 0;
	for (guint i = 0; i < collection->interfaces->len; i++) {
		const IcelabInterface *interface =
			&g_array_index(collection->interfaces, IcelabInterface, i);

		if (interface->index == body->ifa_index) {
			local->interface = g_strdup(interface->name);
			local->up = interface->up;
		}
	}
	if (local->interface == NULL)
		local->interface = g_strdup("");
	g_ptr_array_add(collection->locals, local);
	return TRUE;
}

gboolean icelab_kernel_addresses(IcelabKernel *kernel, GPtrArray *locals, GError **error)
{
	g_autoptr(GArray) interfaces = icelab_kernel_interfaces(kernel, error);
	AddressCollection collection = {locals, interfaces};

	return interfaces != NULL &&
		   dump(kernel, RTM_GETADDR, AF_UNSPEC, collect_address, &collection, error) == 0;
}

static gboolean collect_route(const struct nlmsghdr *message, gpointer data)
{
	IcelabRoute *route = data;
	const struct rtmsg *body = NLMSG_DATA(message);
	int left = (int)RTM_PAYLOAD(message);

	route->reachable = body->rtm_type == RTN_UNICAST || body->rtm_type == RTN_LOCAL;
	for (const struct rtattr *attribute = RTM_RTA(body); RTA_OK(attribute, left);
		 attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == RTA_PREFSRC) {
			set_address(&route->source, body->rtm_family, attribute);
		} else if (attribute->rta_type == RTA_OIF) {
			/* Turned into a name by the caller. */
			route->interface = g_strdup_printf("%u", *(const guint32 *)RTA_DATA(attribute));
		}
	}
	return TRUE;
}

static void name_interface(GArray *interfaces, IcelabRoute *route)
{
	guint64 index = route->interface != NULL ? g_ascii_strtoull(route->interface, NULL, 10) : 0;

	g_free(route->interface);
	route->interface = g_strdup("");
	for (guint i = 0; i < interfaces->len; i++) {
		const IcelabInterface *interface = &g_array_index(interfaces, IcelabInterface, i);

		if (interface->index == index) {
			g_free(route->interface);
			route->interface = g_strdup(interface->name);
		}
	}
}

gboolean icelab_kernel_route(
	IcelabKernel *kernel, const IcelabAddress *destination, GPtrArray *routes, GError **error)
{
	g_autoptr(GArray) interfaces = icelab_kernel_interfaces(kernel, error);
	gsize size = destination->family == 4 ? 4 : 16;
	Request request = {
		.header = {.nlmsg_len = (guint32)(NLMSG_LENGTH(sizeof(struct rtmsg)) + RTA_LENGTH(size)),
			.nlmsg_type = RTM_GETROUTE},
		.body.route = {.rtm_family = destination->family == 4 ? AF_INET : AF_INET6,
			.rtm_dst_len = (guint8)(size * 8)},
	};
	struct rtattr *attribute = (void *)((guint8 *)&request + NLMSG_LENGTH(sizeof(struct rtmsg)));
	IcelabRoute *route;

	if (interfaces == NULL)
		return FALSE;
	attribute->rta_type = RTA_DST;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), destination->bytes, size);
	route = g_new0(IcelabRoute, 1);
	route->destination = *destination;
	g_ptr_array_add(routes, route);
	/* ENETUNREACH and its like are the answer "no route". */
	if (ask(kernel, &request, collect_route, route, error) < 0)
		return FALSE;
	name_interface(interfaces, route);
	return TRUE;
}

/* The attributes of a message that change without anybody changing the network. */
static gboolean is_volatile(guint16 message, guint16 attribute)
{
	switch (message) {
	case RTM_NEWLINK:
		return attribute != IFLA_IFNAME && attribute != IFLA_ADDRESS && attribute != IFLA_MTU &&
			   attribute != IFLA_MASTER;
	case RTM_NEWADDR:
		return attribute == IFA_CACHEINFO;
	case RTM_NEWROUTE:
		return attribute == RTA_CACHEINFO;
	default:
		return FALSE;
	}
}

static gboolean digest_message(const struct nlmsghdr *message, gpointer data)
{
	static const guint sizes[] = {sizeof(struct ifinfomsg), sizeof(struct ifaddrmsg),
		sizeof(struct rtmsg), sizeof(struct fib_rule_hdr)};
	guint kind = message->nlmsg_type == RTM_NEWLINK    ? 0
				 : message->nlmsg_type == RTM_NEWADDR  ? 1
				 : message->nlmsg_type == RTM_NEWROUTE ? 2
													   : 3;
	guint8 *body = NLMSG_DATA(message);
	int left = (int)NLMSG_PAYLOAD(message, sizes[kind]);

	g_checksum_update(data, body, sizes[kind]);
	for (const struct rtattr *attribute = (const void *)(body + NLMSG_ALIGN(sizes[kind]));
		 RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (!is_volatile(message->nlmsg_type, attribute->rta_type))
			g_checksum_update(data, (const guint8 *)attribute, attribute->rta_len);
	}
	return TRUE;
}

char *icelab_kernel_fingerprint(IcelabKernel *kernel, GError **error)
{
	static const struct {
		guint16 type;
		guint8 family;
	} dumps[] = {{RTM_GETLINK, AF_UNSPEC}, {RTM_GETADDR, AF_UNSPEC}, {RTM_GETROUTE, AF_INET},
		{RTM_GETROUTE, AF_INET6}, {RTM_GETRULE, AF_INET}, {RTM_GETRULE, AF_INET6}};
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < G_N_ELEMENTS(dumps); i++) {
		if (dump(kernel, dumps[i].type, dumps[i].family, digest_message, checksum, error) != 0)
			return NULL;
	}
	return g_strdup(g_checksum_get_string(checksum));
}
