/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Writes conversations (conversation.h) as seeds. */

void seed_conversation(uint8_t dialect, uint16_t flags, uint8_t options);
void seed_step(uint8_t kind, uint8_t a, uint8_t b, uint8_t c, const void *payload, size_t length);
/* Writes what was added since seed_conversation(). */
void seed_end(const char *name);
