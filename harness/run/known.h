/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* Known failures of implementations (scenarios/known-failures.ini): cells that are expected to
 * fail, by which clauses, and why. One that passes, or fails otherwise, is a failure of the list:
 * it no longer says the truth.
 *
 *     [ADAPTER SCENARIO POLICY]        globs
 *     clauses = N11 L38                exactly these
 *     reason  = what the implementation does, and why
 *     link    = where it was reported
 */

#define ICELAB_KNOWN_ERROR (icelab_known_error_quark())
GQuark icelab_known_error_quark(void);

/* Reads a file; one that does not exist is an empty list. IcelabKnownFailure, owned; NULL and
 * `error` ("FILE:LINE: ..."). */
GPtrArray *icelab_known_load(const char *path, GError **error);

/* Marks the results that a known failure explains, and those that pass although one stands there;
 * both get their reason in `known`. What fails otherwise than written gets a note. So does an entry
 * that no cell of `cells` ("ADAPTER SCENARIO POLICY", all that exist for the adapters that were
 * run) can ever match; returns how many of these there are. `cells` may be NULL: then entries are
 * not looked at for that. */
guint icelab_known_apply(GPtrArray *known, IcelabRun *run, GPtrArray *cells);
