/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS 20000
#define REQUESTS 5000

/* The first server that it was given: "stun:192.0.2.53:3478". */
static struct sockaddr_in server(void)
{
	const char *given = getenv("ICELAB_STUN");
	struct sockaddr_in address = {.sin_family = AF_INET};
	char host[64] = "";
	int port = 0;

	if (given == NULL || sscanf(given, "stun:%63[0-9.]:%d", host, &port) != 2 ||
		inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		fprintf(stderr, "no IPv4 server in \"%s\"\n", given != NULL ? given : "");
		_exit(1);
	}
	address.sin_port = htons((uint16_t)port);
	return address;
}

void flood_packets(void)
{
	struct sockaddr_in to = server();
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (int i = 0; i < PACKETS; i++) {
		to.sin_port = htons((uint16_t)(10000 + i));
		/* Some are refused by then: it is all the same to it. */
		if (sendto(descriptor, "x", 1, 0, (struct sockaddr *)&to, sizeof to) < 0)
			continue;
	}
	close(descriptor);
}

void flood_requests(void)
{
	struct sockaddr_in to = server();
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* RFC 8489 section 5: Binding request, no attributes, magic cookie, transaction id. */
	unsigned char request[20] = {0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42};
	struct pollfd waiting = {descriptor, POLLIN, 0};
	char answer[512];

	for (unsigned i = 0; i < REQUESTS; i++) {
		memcpy(request + 8, &i, sizeof i);
		if (sendto(descriptor, request, sizeof request, 0, (struct sockaddr *)&to, sizeof to) < 0)
			break;
		/* One at a time, so that none is lost. */
		if (poll(&waiting, 1, 1000) <= 0 || recv(descriptor, answer, sizeof answer, 0) < 0)
			break;
	}
	close(descriptor);
}

static void detach(void)
{
	if (fork() > 0)
		return;
	setsid();
	if (fork() > 0)
		_exit(0);
	for (;;)
		pause();
}

void leave_daemons(void)
{
	for (int i = 0; i < 10; i++)
		detach();
}

void storm(void)
{
	for (;;)
		fork();
}

void count_to_limit(void)
{
	int count = 1;

	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			for (;;)
				pause();
		}
		if (pid < 0)
			break;
		count++;
	}
	fprintf(stderr, "%d processes, and then: %s\n", count, strerror(errno));
	_exit(1);
}
