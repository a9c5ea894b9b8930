/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/policy_proof.h"

/* What Chromium's renderer says in its log when it makes a peer connection
 * (third_party/blink/renderer/modules/peerconnection/peer_connection_dependency_factory.cc):
 *
 *	[...peer_connection_dependency_factory.cc:1108] WebRTC routing preferences: policy: default,
 *	 multiple_routes: 1, nonproxied_udp: 1, ..., allow_mdns_obfuscation: 1
 *
 * and when the permission lets it list the interfaces, or not (filtering_network_manager.cc):
 *
 *	[...filtering_network_manager.cc:154] FilteringNetworkManager received permission status: denied
 */

/* The switches that make it do so. */
#define ICELAB_CHROMIUM_LOG_SWITCH "--enable-logging=stderr"
#define ICELAB_CHROMIUM_LOG_MODULES                                                                \
	"--vmodule=peer_connection_dependency_factory=3,filtering_network_manager=1"

/* States the facts of one line, if it is one of these: "policy", "multiple_routes" and so on, and
 * "permission". */
void icelab_chromium_log_take(const char *line, gsize length, IcelabPolicyProof *proof);
