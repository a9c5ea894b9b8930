/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* A run with every verdict, a known failure, an exposure under "pass" and hostile evidence. */
IcelabRun *icelab_fixture_run(void);

/* What an adapter could put into a candidate line to fool a terminal, a TAP consumer and an XML
 * parser. */
#define ICELAB_FIXTURE_HOSTILE                                                                     \
	"candidate:1\033[2J\033]0;owned\a 1 udp\n"                                                     \
	"ok 99 - forged # SKIP\r\n]]></failure>\xff\xc2\x9b"                                           \
	"31m \xe2\x80\xae"                                                                             \
	"txt.exe \\ 'quote\" & <b>\x01"

/* Fails where `text` holds anything but printable UTF-8 and line ends: what a terminal acts on.
 * With `colour`, the codes of the reports' own colours are fine. */
void icelab_fixture_assert_harmless(const char *text, gboolean colour);
