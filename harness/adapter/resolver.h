/* SPDX-License-Identifier: MIT */
#pragma once

#include <nice/agent.h>

/* A GResolver that knows only the names it was taught and asks no DNS server. NiceAgent has one
 * STUN server, but asks every address that this server's name resolves to: with a taught name, one
 * agent asks many servers from the same sockets, so that its server-reflexive candidates have its
 * host candidates as their bases. */

/* Makes it the process's resolver (g_resolver_set_default). Once, before the first agent. */
void icelab_resolver_install(void);

/* Teaches it that `name` stands for `count` addresses. `name` must look like no IP address. */
void icelab_resolver_teach(const char *name, const NiceAddress *addresses, size_t count);
