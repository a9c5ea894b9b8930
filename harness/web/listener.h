/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/address.h"

/* A TCP socket that listens on one address (a wildcard would answer from the host's first one),
 * non-blocking. Returns it, or -1 with errno. */
int icelab_listen(const IcelabAddress *address, guint16 port, int backlog);
