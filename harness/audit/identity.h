/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/book.h"

/* The addresses of a book by which the person at the client can be known, and what each one is to
 * that person. */

/* The client's own addresses, and those under which servers see it; NULL-terminated, caller frees
 * with g_strfreev(). */
char **icelab_identity_names(const IcelabBook *book);

/* "your provider's address", "this machine's address in the LAN" ...; static storage. */
const char *icelab_identity_describe(const IcelabBook *book, const IcelabNamedAddress *named);
