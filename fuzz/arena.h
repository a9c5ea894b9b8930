/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* Memory of exact size for what a target gives to the code under test: a byte read or written
 * beyond it is a finding. Cheaper than malloc(), which under AddressSanitizer costs as much as
 * parsing a message; nothing is freed before the input is done. */

/* `size` bytes, uninitialised to MemorySanitizer. NULL where an input wants more than 8 MiB. */
void *icelab_arena_take(size_t size);
/* The same with a copy of `bytes`. */
void *icelab_arena_copy(const void *bytes, size_t size);

/* Takes everything back. */
void icelab_arena_reset(void);
