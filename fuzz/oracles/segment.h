/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a SYN of pseudo-TCP wants its window scaled by more than 14 bits (RFC 7323 2.3), which
 * libnice shifts by. */
bool segment_scales_too_far(const uint8_t *bytes, size_t length);
