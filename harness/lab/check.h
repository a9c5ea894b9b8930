/* SPDX-License-Identifier: MIT */
#pragma once

#include "lab/packet.h"
#include "model/observation.h"

/* Notes what a connectivity check (RFC 8445 7.1) that `flow` carried in `packet` says of its
 * sender. Any other packet is left alone. Returns FALSE where ICELAB_CHECK_LIMIT checks are
 * reached. */
gboolean icelab_check_take(
	IcelabObservation *observation, const IcelabFlow *flow, const IcelabPacket *packet);
