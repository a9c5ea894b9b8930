/* SPDX-License-Identifier: MIT */
#include "stacks/network.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/time.h>
#include <time.h>

#include "oracles/oracle.h"

#define FIRST_DESCRIPTOR 1000000
#define DESCRIPTORS 64

/* Only where the program is linked with that sanitizer. */
void *__asan_region_is_poisoned(void *start, size_t size) __attribute__((weak));

static const Network *network;
static bool is_open[DESCRIPTORS];
static int opened;
static uint64_t clock_now;
static bool clock_broken;

int __real_socket(int family, int type, int protocol);
int __real_fcntl(int descriptor, int command, ...);
int __real_setsockopt(int descriptor, int level, int name, const void *value, socklen_t length);
ssize_t __real_sendto(int descriptor, const void *bytes, size_t length, int flags,
	const struct sockaddr *to, socklen_t to_length);
ssize_t __real_recv(int descriptor, void *bytes, size_t length, int flags);
ssize_t __real_recvmsg(int descriptor, struct msghdr *message, int flags);
int __real_poll(struct pollfd *descriptors, nfds_t count, int timeout);
int __real_close(int descriptor);
int __real_clock_gettime(clockid_t which, struct timespec *now);

int __wrap_socket(int family, int type, int protocol);
int __wrap_fcntl(int descriptor, int command, ...);
int __wrap_setsockopt(int descriptor, int level, int name, const void *value, socklen_t length);
ssize_t __wrap_sendto(int descriptor, const void *bytes, size_t length, int flags,
	const struct sockaddr *to, socklen_t to_length);
ssize_t __wrap_recv(int descriptor, void *bytes, size_t length, int flags);
ssize_t __wrap_recvmsg(int descriptor, struct msghdr *message, int flags);
int __wrap_poll(struct pollfd *descriptors, nfds_t count, int timeout);
int __wrap_close(int descriptor);
int __wrap_clock_gettime(clockid_t which, struct timespec *now);
int __real_gettimeofday(struct timeval *now, void *zone);
int __wrap_gettimeofday(struct timeval *now, void *zone);

void network_use(const Network *given)
{
	network = given;
}

void network_set_clock(uint64_t now)
{
	clock_now = now;
}

uint64_t network_clock(void)
{
	return clock_now;
}

void network_break_clock(bool broken)
{
	clock_broken = broken;
}

int __wrap_gettimeofday(struct timeval *now, void *zone)
{
	if (!clock_broken)
		return __real_gettimeofday(now, zone);
	now->tv_sec = (time_t)(clock_now / 1000);
	now->tv_usec = (suseconds_t)(clock_now % 1000) * 1000;
	return 0;
}

int network_sockets(void)
{
	int count = 0;

	for (int i = 0; i < DESCRIPTORS; i++)
		count += is_open[i];
	return count;
}

void network_reset(void)
{
	for (int i = 0; i < DESCRIPTORS; i++)
		is_open[i] = false;
	opened = 0;
	network = NULL;
}

static bool is_ours(int descriptor)
{
	return descriptor >= FIRST_DESCRIPTOR;
}

/* What is closed is not used any more. */
static void expect_open(int descriptor)
{
	EXPECT(descriptor < FIRST_DESCRIPTOR + DESCRIPTORS && is_open[descriptor - FIRST_DESCRIPTOR],
		"closed-socket", "descriptor %d is used after it was closed", descriptor);
}

int __wrap_socket(int family, int type, int protocol)
{
	if (!network)
		return __real_socket(family, type, protocol);
	if (opened == DESCRIPTORS || !network->open(network->user, family)) {
		errno = EMFILE;
		return -1;
	}
	is_open[opened] = true;
	return FIRST_DESCRIPTOR + opened++;
}

int __wrap_fcntl(int descriptor, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (!is_ours(descriptor))
		return __real_fcntl(descriptor, command, argument);
	expect_open(descriptor);
	return 0;
}

int __wrap_setsockopt(int descriptor, int level, int name, const void *value, socklen_t length)
{
	if (!is_ours(descriptor))
		return __real_setsockopt(descriptor, level, name, value, length);
	expect_open(descriptor);
	return 0;
}

ssize_t __wrap_sendto(int descriptor, const void *bytes, size_t length, int flags,
	const struct sockaddr *to, socklen_t to_length)
{
	if (!is_ours(descriptor))
		return __real_sendto(descriptor, bytes, length, flags, to, to_length);
	expect_open(descriptor);
	EXPECT(
		!__asan_region_is_poisoned || !__asan_region_is_poisoned((void *)(uintptr_t)bytes, length),
		"send-overflow", "%zu bytes are more than the buffer has", length);
	return network->send(network->user, bytes, length, to, to_length) ? (ssize_t)length : -1;
}

ssize_t __wrap_recv(int descriptor, void *bytes, size_t length, int flags)
{
	if (!is_ours(descriptor))
		return __real_recv(descriptor, bytes, length, flags);
	expect_open(descriptor);
	/* The sanitizer's own recv() is not asked. */
	EXPECT(!__asan_region_is_poisoned || !__asan_region_is_poisoned(bytes, length),
		"receive-overflow", "%zu bytes are more than the buffer has", length);
	return network->receive(network->user, bytes, length);
}

ssize_t __wrap_recvmsg(int descriptor, struct msghdr *message, int flags)
{
	if (!is_ours(descriptor))
		return __real_recvmsg(descriptor, message, flags);
	expect_open(descriptor);
	EXPECT(flags & MSG_ERRQUEUE, "error-queue", "recvmsg() of what is no error");
	if (network->dequeue(network->user))
		return 0;
	errno = EAGAIN;
	return -1;
}

int __wrap_poll(struct pollfd *descriptors, nfds_t count, int timeout)
{
	unsigned wait = 0;

	if (count != 1 || !is_ours(descriptors[0].fd))
		return __real_poll(descriptors, count, timeout);
	expect_open(descriptors[0].fd);
	EXPECT(timeout >= 0, "poll", "waits for ever (%d)", timeout);
	EXPECT(descriptors[0].events & POLLIN, "poll", "waits for nothing that arrives");
	if (!network->arrive(network->user, (unsigned)timeout, &wait)) {
		clock_now += (unsigned)timeout;
		return 0;
	}
	clock_now += wait;
	descriptors[0].revents = POLLIN;
	return 1;
}

int __wrap_close(int descriptor)
{
	if (!is_ours(descriptor)) {
		EXPECT(!network, "foreign-close", "descriptor %d was never opened", descriptor);
		return __real_close(descriptor);
	}
	expect_open(descriptor);
	is_open[descriptor - FIRST_DESCRIPTOR] = false;
	return 0;
}

int __wrap_clock_gettime(clockid_t which, struct timespec *now)
{
	if (which != CLOCK_MONOTONIC)
		return __real_clock_gettime(which, now);
	if (clock_broken) {
		errno = EINVAL;
		return -1;
	}
	now->tv_sec = (time_t)(clock_now / 1000);
	now->tv_nsec = (long)(clock_now % 1000) * 1000000;
	return 0;
}
