/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A process in namespaces of its own (network, mounts, processes, IPC, host name; users too where
 * it is not root), that takes everything in it along when it ends: processes, interfaces, mounts,
 * names. Inside, the file system is read-only but for fresh tmpfs on /run and /dev/shm, so that
 * nothing outside can be left behind. */

#define ICELAB_SANDBOX_ERROR (icelab_sandbox_error_quark())
GQuark icelab_sandbox_error_quark(void);

enum {
	ICELAB_SANDBOX_ERROR_DENIED, /* this machine does not let this user; the message says which step
									and what to do */
	ICELAB_SANDBOX_ERROR_FAILED,
};

/* Runs in the sandbox as its first process; what it returns is the process's exit status. It reaps
 * nothing by itself: children that lose their parent become the body's. */
typedef int (*IcelabSandboxBody)(gpointer data);

/* Starts `body(data)` in a fresh sandbox. Of the caller's descriptors only 0 to 2 and `keep` stay
 * open in it. The caller must be single-threaded. The sandbox is killed when the caller dies.
 * Returns its pid, to be waited for, or -1 and sets `error`. Rootless (a user namespace) unless the
 * caller is root. */
pid_t icelab_sandbox_start(
	IcelabSandboxBody body, gpointer data, const int *keep, gsize keep_count, GError **error);

/* Kills what `icelab_sandbox_start` returned and waits until it and all in it are gone. */
void icelab_sandbox_end(pid_t pid);

/* Closes every descriptor from 3 on but `keep`. */
void icelab_close_descriptors(const int *keep, gsize keep_count);

/* Mounts a tmpfs on `path`, of at most `size` ("64m"). Returns 0 or -1 with errno. */
int icelab_mount_tmpfs(const char *path, const char *size);
