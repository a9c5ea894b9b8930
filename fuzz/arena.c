/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Only where the program is linked with that sanitizer. */
void __asan_poison_memory_region(const volatile void *start, size_t size) __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *start, size_t size) __attribute__((weak));
void __msan_poison(const volatile void *start, size_t size) __attribute__((weak));

const char *__asan_default_options(void);

/* Nothing that a target of this frees matters, and a quarantine of 256 MiB is a page fault for each
 * input. ASAN_OPTIONS goes before it. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}

#define CAPACITY ((size_t)8 << 20)
#define REDZONE 32

static _Alignas(64) uint8_t arena[CAPACITY];
static size_t used;

static void poison(size_t from, size_t to)
{
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(arena + from, to - from);
}

void *icelab_arena_take(size_t size)
{
	static bool started;

	if (!started) {
		started = true;
		poison(0, CAPACITY);
	}
	if (size > CAPACITY - used - 2 * REDZONE)
		return NULL;
	/* Before the first there is a redzone too. */
	size_t start = used + REDZONE;
	used = (start + size + 15) & ~(size_t)15;
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(arena + start, size);
	if (__msan_poison)
		__msan_poison(arena + start, size);
	return arena + start;
}

void *icelab_arena_copy(const void *bytes, size_t size)
{
	void *copy = icelab_arena_take(size);

	if (copy && size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

void icelab_arena_reset(void)
{
	poison(0, used);
	used = 0;
}
