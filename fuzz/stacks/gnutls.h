/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* Sets the generator behind gnutls_rnd(): the transaction ids that follow are the seed's alone. */
void icelab_gnutls_seed(uint64_t seed);
