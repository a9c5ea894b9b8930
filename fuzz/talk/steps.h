/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/talk.h"

/* The steps of a script, by who takes them. */

/* The network's and the servers': network_steps.c. */
void step_data(IcelabScript *script);
void step_relay_frame(IcelabScript *script);
void step_datagram(IcelabScript *script);
void step_stream(IcelabScript *script);
void step_connection(IcelabScript *script);
void step_replay(IcelabScript *script);

/* The application's, with what it learns of the peer: remote_steps.c. */
void step_remote(IcelabScript *script);
void step_remote_sdp(IcelabScript *script);
void step_select(IcelabScript *script);

/* The application's others: application_steps.c. */
void step_send(IcelabScript *script);
void step_restart(IcelabScript *script);
void step_streams(IcelabScript *script);
void step_change(IcelabScript *script);

/* A request that was sent to `party`: those that wait first, the newest of them foremost. NULL:
 * there is none. */
Sent *step_choose_request(Party party, uint8_t index);
