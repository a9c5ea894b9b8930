/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/observation.h"

/* What the kernel of one network namespace says of itself, asked by rtnetlink(7): interfaces,
 * addresses with their flags, routes to a destination ("ip route get"), and a fingerprint of all of
 * it. */

#define ICELAB_KERNEL_ERROR (icelab_kernel_error_quark())
GQuark icelab_kernel_error_quark(void);

typedef struct IcelabKernel IcelabKernel;

/* Opens the calling thread's network namespace. */
IcelabKernel *icelab_kernel_new(GError **error);
void icelab_kernel_free(IcelabKernel *kernel);

typedef struct {
	guint index;
	char name[16];
	gboolean up;
	gboolean loopback;
	guint16 hardware; /* ARPHRD_... */
} IcelabInterface;

/* IcelabInterface, owned by the caller, ordered by index; NULL and `error` on failure. */
GArray *icelab_kernel_interfaces(IcelabKernel *kernel, GError **error);

/* IcelabLocalAddress, appended to `locals`. */
gboolean icelab_kernel_addresses(IcelabKernel *kernel, GPtrArray *locals, GError **error);

/* The kernel's decision for a packet to `destination` from an unbound socket: appended to `routes`
 * as IcelabRoute. "No route" is an answer, not an error. */
gboolean icelab_kernel_route(
	IcelabKernel *kernel, const IcelabAddress *destination, GPtrArray *routes, GError **error);

/* A digest of interfaces, addresses, routes and rules, without counters and lifetimes: it differs
 * exactly when somebody has changed the network. Caller frees. */
char *icelab_kernel_fingerprint(IcelabKernel *kernel, GError **error);
