/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/candidate.h"

/* Foundations from which the base's address can be computed back (RFC 8445 5.1.1.3 asks for no more
 * than that they are equal where the base is): whoever knows the formula tries all 17.9 million
 * addresses of RFC 1918, which takes seconds. Since each value has 32 bits, that finds on average
 * 0.004 wrong addresses, and a given wrong one by one chance in four thousand million: so that an
 * address can be found is tested by trying that address. */

/* What is hashed, as far as it is known from outside. */
typedef struct {
	IcelabCandidateType type;
	IcelabTransport transport;
	const IcelabAddress *base;
	/* Of the agent, from a check's ICE-CONTROLLING or ICE-CONTROLLED; for formulas with salt. */
	const uint64_t *tie_breakers;
	size_t tie_breaker_count;
} IcelabFoundationGuess;

/* The name of the formula that makes `foundation` of the guess, static storage; NULL where none
 * does. */
const char *icelab_foundation_match(IcelabSpan foundation, const IcelabFoundationGuess *guess);
