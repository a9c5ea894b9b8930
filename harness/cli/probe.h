/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether this machine lets a network be built: found out by building one, because sysctls,
 * capabilities, security modules and container runtimes all have a say and none of them can be
 * asked. */

typedef enum {
	ICELAB_PROBE_USER,       /* a user namespace */
	ICELAB_PROBE_MAP,        /* its uid_map and gid_map */
	ICELAB_PROBE_NAMESPACES, /* network, mounts, processes, IPC, host name */
	ICELAB_PROBE_MOUNT,      /* /proc, a tmpfs on /run, the rest read-only */
	ICELAB_PROBE_LINK,       /* a veth pair into a second network namespace */
	ICELAB_PROBE_NAT,        /* an nft masquerade rule */
	ICELAB_PROBE_DONE,
} IcelabProbeStep;

typedef struct {
	IcelabProbeStep step; /* the one that failed; ICELAB_PROBE_DONE when none did */
	int error;            /* errno, 0 where a command failed */
	char *complaint;      /* one line, owned; NULL when nothing failed */
	bool wireguard;       /* the kernel makes WireGuard interfaces */
} IcelabProbe;

/* Takes some milliseconds, ten seconds at most; leaves nothing behind. The caller must be
 * single-threaded. With `rootless` in a user namespace, else as who calls. `ip` and `nft` are paths
 * of these programs. */
void icelab_probe(bool rootless, const char *ip, const char *nft, IcelabProbe *probe);
void icelab_probe_clear(IcelabProbe *probe);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IcelabProbe, icelab_probe_clear)
