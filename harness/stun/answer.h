/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/address.h"
#include "stun/message.h"

/* What the lab's STUN server makes of a message, without any I/O. */

#define ICELAB_STUN_ANSWER 256 /* bytes that hold any answer */

/* Whether the bytes are a request that deserves an answer: well-formed, of the request class, with
 * no wrong fingerprint (RFC 8489 6.3 discards the rest in silence), and, where the magic cookie is
 * missing, a Binding request (RFC 3489), so that a datagram of zeros is not one. */
bool icelab_stun_read_request(const uint8_t *bytes, size_t length, IcelabStunMessage *request);

/* Writes the answer to such a request that came from `source`. Returns its length. */
size_t icelab_stun_answer(const IcelabStunMessage *request, const IcelabAddress *source,
	uint16_t port, uint8_t answer[ICELAB_STUN_ANSWER]);
