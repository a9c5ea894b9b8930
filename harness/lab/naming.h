/* SPDX-License-Identifier: MIT */
#pragma once

#include "lab/packet.h"
#include "model/observation.h"

/* Notes every question and record of a DNS or multicast DNS message that `flow` carried in
 * `packet`; what stands behind a damaged place is lost. Any other packet is left alone. Returns
 * FALSE where ICELAB_NAMING_LIMIT names are reached. */
gboolean icelab_naming_take(
	IcelabObservation *observation, const IcelabFlow *flow, const IcelabPacket *packet);
