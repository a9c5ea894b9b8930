/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "icelab-hostile"

static bool can_create(const char *folder)
{
	char path[4096];
	int descriptor;

	snprintf(path, sizeof path, "%s/" NAME, folder);
	descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (descriptor >= 0)
		close(descriptor);
	return descriptor >= 0;
}

static void attack_folder(const char *folder)
{
	char what[4200];

	snprintf(what, sizeof what, "write to %s", folder);
	if (can_create(folder) || chmod(folder, 0777) == 0)
		succeed_at(what);
}

static void for_each_folder(const char *variable, void (*act)(const char *folder))
{
	const char *given = getenv(variable);
	char *folders = strdup(given != NULL ? given : "");

	for (char *folder = strtok(folders, " "); folder != NULL; folder = strtok(NULL, " "))
		act(folder);
	free(folders);
}

/* What stands there already is from a gathering before. */
static void use_folder(const char *folder)
{
	if (can_create(folder))
		return;
	fprintf(stderr, "%s/" NAME ": %s\n", folder, strerror(errno));
	_exit(1);
}

void attack_files(void)
{
	for_each_folder("HOSTILE_TARGETS", attack_folder);
	attack_folder("/sys/class/net");
	attack_folder("/run/netns");
	for_each_folder("HOSTILE_OWN", use_folder);
}

void attack_mounts(void)
{
	int descriptor;

	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
		succeed_at("make the file system writable");
	/* In a user namespace of its own, where a machine allows it, it has every capability; but a
	 * mount that came along stays as it is. */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return;
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
		succeed_at("make the file system writable, in a user namespace");
	if (umount2("/tmp", MNT_DETACH) == 0)
		succeed_at("take /tmp away, in a user namespace");
	descriptor = open("/etc/" NAME, O_WRONLY | O_CREAT, 0644);
	if (descriptor >= 0)
		succeed_at("write to /etc, in a user namespace");
}

/* Asks for an address on the loopback interface. Returns the kernel's answer: an errno. */
static int add_address(void)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg body;
		struct rtattr attribute;
		struct in_addr address;
	} request = {
		.header = {.nlmsg_len = sizeof request,
			.nlmsg_type = RTM_NEWADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE},
		.body = {.ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = 1},
		.attribute = {.rta_len = RTA_LENGTH(4), .rta_type = IFA_LOCAL},
		.address = {htonl(0x7F000002)},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer;
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (descriptor < 0 || send(descriptor, &request, sizeof request, 0) < 0 ||
		recv(descriptor, &answer, sizeof answer, MSG_TRUNC) < (ssize_t)sizeof answer.header)
		return errno;
	close(descriptor);
	return -answer.error.error;
}

static bool can_take_down(const char *interface)
{
	struct ifreq request = {.ifr_flags = 0};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
	done = descriptor >= 0 && ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
	close(descriptor);
	return done;
}

static bool can_make_tunnel(void)
{
	struct ifreq request = {.ifr_name = "tun9", .ifr_flags = IFF_TUN};
	int descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	bool done = descriptor >= 0 && ioctl(descriptor, TUNSETIFF, &request) == 0;

	if (descriptor >= 0)
		close(descriptor);
	return done;
}

void attack_network(void)
{
	int forwarding = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC);

	if (forwarding >= 0 && write(forwarding, "1", 1) == 1)
		succeed_at("change the kernel's settings");
	if (add_address() != EPERM)
		succeed_at("give itself an address");
	if (can_take_down("eth0"))
		succeed_at("take an interface down");
	if (can_make_tunnel())
		succeed_at("make a tunnel");
	if (system("ip link add dummy9 type dummy 2>/dev/null") == 0)
		succeed_at("make a link by ip");
	if (unshare(CLONE_NEWNET) == 0)
		succeed_at("leave the network");
}

void attack_sockets(void)
{
	static const struct {
		int family, type, protocol;
		const char *what;
	} wanted[] = {
		{AF_INET, SOCK_RAW, IPPROTO_UDP, "open a raw socket"},
		{AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, "open a raw IPv6 socket"},
		{AF_PACKET, SOCK_RAW, 0x0300, "open a packet socket"},
		{AF_PACKET, SOCK_DGRAM, 0x0300, "open a packet socket without headers"},
	};
	int mark = 51820;
	int ordinary = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		if (socket(wanted[i].family, wanted[i].type, wanted[i].protocol) >= 0)
			succeed_at(wanted[i].what);
	}
	/* The mark that takes WireGuard's own packets past the tunnel. */
	if (setsockopt(ordinary, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0)
		succeed_at("mark its packets");
}

static bool can_read(const char *path)
{
	char byte;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	bool done = descriptor >= 0 && read(descriptor, &byte, 1) >= 0;

	if (descriptor >= 0)
		close(descriptor);
	return done;
}

void attack_processes(void)
{
	char link[256];

	/* Where the harness has no user to spare for it, the kernel takes the signal and its first
	 * process ignores it. */
	kill(1, SIGKILL);
	kill(1, SIGSTOP);
	kill(-1, SIGKILL);
	if (ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0)
		succeed_at("trace its keeper");
	if (can_read("/proc/1/environ") || can_read("/proc/1/mem") ||
		readlink("/proc/1/ns/net", link, sizeof link) >= 0 ||
		readlink("/proc/1/root", link, sizeof link) >= 0)
		succeed_at("read its keeper's secrets");
	/* 1 is its keeper, 2 itself. */
	for (int pid = 3; pid < 5000; pid++) {
		snprintf(link, sizeof link, "/proc/%d", pid);
		if (access(link, F_OK) == 0)
			succeed_at("see other processes");
	}
}

static void fill_folder(const char *folder)
{
	static char block[1024 * 1024];
	char path[4096];
	int descriptor;

	memset(block, 'x', sizeof block);
	snprintf(path, sizeof path, "%s/" NAME, folder);
	descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (descriptor < 0 || write(descriptor, block, sizeof block) != (ssize_t)sizeof block) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		_exit(1);
	}
	/* More than any machine that runs this has to give away. */
	for (int i = 0; i < 16 * 1024; i++) {
		if (write(descriptor, block, sizeof block) != (ssize_t)sizeof block) {
			close(descriptor);
			return;
		}
	}
	succeed_at("fill 16 GiB of memory");
}

void fill_disks(void)
{
	fill_folder("/run/home");
	fill_folder("/dev/shm");
}
