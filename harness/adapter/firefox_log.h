/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/policy_proof.h"

/* What Firefox's own script says about its preferences when the page starts to report: it runs with
 * the browser's rights (AutoConfig), since no page can read them.
 *
 *	icelab: media.peerconnection.ice.no_host = true
 *
 * A preference that this Firefox does not know, and so does not mind, has the value "unknown". */

/* The script, to be saved as ICELAB_FIREFOX_SCRIPT in the folder of the program, and the defaults
 * that name it, as ICELAB_FIREFOX_DEFAULTS. */
#define ICELAB_FIREFOX_SCRIPT "icelab.cfg"
#define ICELAB_FIREFOX_DEFAULTS "defaults/pref/icelab.js"
extern const char icelab_firefox_defaults[];

/* The text of the script that tells these preferences; caller frees. */
char *icelab_firefox_script(const char *const *preferences);

/* States the fact of one line, if it is one of these. */
void icelab_firefox_log_take(const char *line, gsize length, IcelabPolicyProof *proof);
