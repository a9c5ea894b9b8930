/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The gathering policies by the names that users know (Chromium's), and the mode of RFC 8828
 * section 5.2 that each one asks for where, as in every scenario so far, HTTP goes through no
 * proxy. */

typedef enum {
	ICELAB_POLICY_DEFAULT,
	ICELAB_POLICY_DEFAULT_PUBLIC_AND_PRIVATE_INTERFACES,
	ICELAB_POLICY_DEFAULT_PUBLIC_INTERFACE_ONLY,
	ICELAB_POLICY_DISABLE_NON_PROXIED_UDP,
	ICELAB_POLICY_FORCE_PROXY,
	ICELAB_POLICY_RELAY,
	ICELAB_POLICIES,
} IcelabPolicyName;

typedef enum {
	ICELAB_MODE_1,      /* all interfaces; only with consent */
	ICELAB_MODE_2,      /* the default route and its associated local addresses */
	ICELAB_MODE_3,      /* the default route alone */
	ICELAB_MODE_NO_UDP, /* Chromium's disable_non_proxied_udp without a proxy: no UDP at all */
	ICELAB_MODE_RELAY,  /* iceTransportPolicy "relay" */
} IcelabMode;

typedef struct {
	IcelabPolicyName name;
	bool consent; /* camera or microphone granted; matters to ICELAB_POLICY_DEFAULT alone */
} IcelabPolicy;

/* "default", "force_proxy" ...: the name that an adapter is given; static storage. */
const char *icelab_policy_name(IcelabPolicyName name);

/* The label of a cell's column: the name, and "default+consent"; static storage. */
const char *icelab_policy_label(IcelabPolicy policy);

/* Reads a label. False where there is no such policy. */
bool icelab_policy_from_label(const char *label, IcelabPolicy *policy);

IcelabMode icelab_policy_mode(IcelabPolicy policy);

#define ICELAB_POLICY_LABELS 7
/* All labels in the order of the table's columns, NULL-terminated; static storage. */
const char *const *icelab_policy_labels(void);
