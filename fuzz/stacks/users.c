/* SPDX-License-Identifier: MIT */
/* Instrumented, unlike the rest of the pair: a byte read beyond a name or a password is a finding.
 */
#include "stacks/pair.h"

/* Without NULs at the end, so that a byte too many is another name. */
static uint8_t name0[4] = "user", secret0[4] = "pass";
static uint8_t name1[8] = "user:ice", secret1[22] = "VOkJxbRl1RmTxUk/WvJxBt";
static uint8_t name2[9] = "\"quoted\"\0", secret2[10] = "\"secret\"\0\0";
static uint8_t name3[5] = "long1",
			   secret3[80] =
				   "a secret that is longer than the sixty-four bytes of one block of the digest";
static uint8_t name4[1] = "\xFF", secret4[1] = "s";

static const StunDefaultValidaterData users[PAIR_USERS + 1] = {
	{name0, sizeof name0, secret0, sizeof secret0},
	{name1, sizeof name1, secret1, sizeof secret1},
	{name2, sizeof name2, secret2, sizeof secret2},
	{name3, sizeof name3, secret3, sizeof secret3},
	{name4, sizeof name4, secret4, sizeof secret4},
	{NULL, 0, NULL, 0},
};

const StunDefaultValidaterData *pair_user(unsigned index)
{
	return &users[index % PAIR_USERS];
}
