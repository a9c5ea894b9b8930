/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Makes the first MESSAGE-INTEGRITY of 20 bytes, or FINGERPRINT of 4, in a message right where
 * there is one, wherever it stands. Nothing else is changed. */
void seal_integrity(uint8_t *message, size_t length, const void *key, size_t key_length);
void seal_fingerprint(uint8_t *message, size_t length);
