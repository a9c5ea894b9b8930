/* SPDX-License-Identifier: MIT */
#include "model/policy.h"

static const char *const names[ICELAB_POLICIES] = {
	"default",
	"default_public_and_private_interfaces",
	"default_public_interface_only",
	"disable_non_proxied_udp",
	"force_proxy",
	"relay",
};

static const char *const labels[ICELAB_POLICY_LABELS + 1] = {
	"default",
	"default+consent",
	"default_public_and_private_interfaces",
	"default_public_interface_only",
	"disable_non_proxied_udp",
	"force_proxy",
	"relay",
	NULL,
};

const char *icelab_policy_name(IcelabPolicyName name)
{
	return names[name];
}

const char *icelab_policy_label(IcelabPolicy policy)
{
	if (policy.name == ICELAB_POLICY_DEFAULT && policy.consent)
		return "default+consent";
	return names[policy.name];
}

bool icelab_policy_from_label(const char *label, IcelabPolicy *policy)
{
	policy->consent = g_str_equal(label, "default+consent");
	policy->name = ICELAB_POLICY_DEFAULT;
	if (policy->consent)
		return true;
	for (int name = 0; name < ICELAB_POLICIES; name++) {
		if (g_str_equal(label, names[name])) {
			policy->name = (IcelabPolicyName)name;
			return true;
		}
	}
	return false;
}

IcelabMode icelab_policy_mode(IcelabPolicy policy)
{
	switch (policy.name) {
	case ICELAB_POLICY_DEFAULT:
		/* N11, N12: mode 1 only with consent; without it mode 2. */
		return policy.consent ? ICELAB_MODE_1 : ICELAB_MODE_2;
	case ICELAB_POLICY_DEFAULT_PUBLIC_AND_PRIVATE_INTERFACES:
		return ICELAB_MODE_2;
	case ICELAB_POLICY_DEFAULT_PUBLIC_INTERFACE_ONLY:
		return ICELAB_MODE_3;
	case ICELAB_POLICY_FORCE_PROXY:
		/* N9: mode 4 is mode 3 as long as HTTP goes through no proxy. */
		return ICELAB_MODE_3;
	case ICELAB_POLICY_DISABLE_NON_PROXIED_UDP:
		return ICELAB_MODE_NO_UDP;
	default:
		return ICELAB_MODE_RELAY;
	}
}

const char *const *icelab_policy_labels(void)
{
	return labels;
}
