/* SPDX-License-Identifier: MIT */
#pragma once

/* What each byte of the header of a conversation's script (talk/script.h) chooses: see start.c. */
enum {
	DIALECT,
	MODE,
	USE,
	INTERFACES,
	SHAPE,
	RELAY_TYPES,
	NAMES,
	PROXY,
	TIMING,
	MANNERS,
	MISC,
};
