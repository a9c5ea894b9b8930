/* SPDX-License-Identifier: MIT */
#include <gnutls/crypto.h>

#include "world/world.h"

/* SplitMix64: well spread for every seed, which an input may choose as badly as it likes. */
static uint64_t state;

void icelab_world_seed(uint64_t seed)
{
	state = seed;
}

uint64_t icelab_world_random(void)
{
	uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

guint32 __wrap_g_random_int(void);
guint32 __wrap_g_random_int(void)
{
	return (guint32)icelab_world_random();
}

gint32 __wrap_g_random_int_range(gint32 begin, gint32 end);
gint32 __wrap_g_random_int_range(gint32 begin, gint32 end)
{
	uint64_t span = (uint64_t)((int64_t)end - begin);

	return (gint32)(begin + (int64_t)(span > 0 ? icelab_world_random() % span : 0));
}

gdouble __wrap_g_random_double(void);
gdouble __wrap_g_random_double(void)
{
	return (gdouble)(icelab_world_random() >> 11) / (gdouble)(UINT64_C(1) << 53);
}

void __wrap_g_random_set_seed(guint32 seed);
void __wrap_g_random_set_seed(guint32 seed)
{
	(void)seed;
}

int __wrap_gnutls_rnd(gnutls_rnd_level_t level, void *data, size_t length);
int __wrap_gnutls_rnd(gnutls_rnd_level_t level, void *data, size_t length)
{
	uint8_t *bytes = data;

	(void)level;
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)icelab_world_random();
	return 0;
}
