/* SPDX-License-Identifier: MIT */
#include "web/listener.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/socket_address.h"

int icelab_listen(const IcelabAddress *address, guint16 port, int backlog)
{
	IcelabSocketAddress where;
	socklen_t length = icelab_socket_address_set(&where, address, port);
	int descriptor =
		socket(where.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	const int on = 1;
	int error;

	if (descriptor < 0)
		return -1;
	if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		bind(descriptor, &where.any, length) == 0 && listen(descriptor, backlog) == 0)
		return descriptor;
	error = errno;
	close(descriptor);
	errno = error;
	return -1;
}
