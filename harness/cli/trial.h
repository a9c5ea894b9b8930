/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether this machine lets a network be built: found out by building one, because sysctls,
 * capabilities, security modules and container runtimes all have a say and none of them can be
 * asked. */

typedef enum {
	ICELAB_TRIAL_USER,       /* a user namespace */
	ICELAB_TRIAL_MAP,        /* its uid_map and gid_map */
	ICELAB_TRIAL_NAMESPACES, /* network, mounts, processes, IPC, host name */
	ICELAB_TRIAL_MOUNT,      /* /proc, a tmpfs on /run, the rest read-only */
	ICELAB_TRIAL_LINK,       /* a veth pair into a second network namespace */
	ICELAB_TRIAL_NAT,        /* an nft masquerade rule */
	ICELAB_TRIAL_DONE,
} IcelabTrialStep;

typedef struct {
	IcelabTrialStep step; /* the one that failed; ICELAB_TRIAL_DONE when none did */
	int error;            /* errno, 0 where a command failed */
	char *complaint;      /* one line, owned; NULL when nothing failed */
	bool wireguard;       /* the kernel makes WireGuard interfaces */
} IcelabTrial;

/* Takes some milliseconds, ten seconds at most; leaves nothing behind. The caller must be
 * single-threaded. With `rootless` in a user namespace, else as who calls. `ip` and `nft` are paths
 * of these programs. */
void icelab_trial(bool rootless, const char *ip, const char *nft, IcelabTrial *trial);
void icelab_trial_clear(IcelabTrial *trial);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IcelabTrial, icelab_trial_clear)
