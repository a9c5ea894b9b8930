/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sets the generator behind gnutls_rnd(): the transaction ids that follow are the seed's alone. */
void icelab_gnutls_seed(uint64_t seed);

/* What gnutls_rnd() will give next. */
void icelab_gnutls_foresee(uint8_t *bytes, size_t length);
