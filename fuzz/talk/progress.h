/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/talk.h"

/* Whether the conversation has had no fault so far, from its header and its steps. */
void progress_start(const uint8_t header[ICELAB_SCRIPT_HEADER]);
void progress_note(IcelabStep step, const IcelabScript *arguments);

/* What a conversation without a fault must have come to. */
void progress_judge(void);
