/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/address.h"

/* Whether an address stands somewhere in a free text (a statistic, an error's text, a line of a
 * session description), in whatever way it is written: 2001:DB8:0::1 is 2001:db8::1,
 * ::ffff:10.8.0.2 is 10.8.0.2, "[2001:db8::1]:3478" and "10.8.0.2:3478" name their host, and
 * 10.8.0.20 is not 10.8.0.2. Text from implementations under test: bounded, no allocation. */
bool icelab_mentions(const char *text, size_t length, const IcelabAddress *address);
