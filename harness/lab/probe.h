/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/book.h"

/* STUN requests of the lab's own, along each path of the address book: they prove that the network
 * carries what it is said to carry, complete the tunnels' handshakes, and push everything that was
 * sent before them ahead. */

/* Sends a Binding request from each path's interface to its server, again every so often, until all
 * have answered with the mapped address of the book. `client` is the client's network namespace;
 * `nonce` (4 bytes) marks the transactions. Returns FALSE and sets `error` on a wrong address, or
 * silence for 3 s. */
gboolean icelab_probe_paths(
	const IcelabBook *book, int client, const guint8 *nonce, GError **error);
