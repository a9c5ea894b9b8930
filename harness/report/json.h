/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* Appends the run as JSON, in this order of keys:
 *
 *   {
 *     "icelab": 1,                  version of this schema
 *     "folder": STRING|null,        of the run
 *     "wall_ms": NUMBER,
 *     "teardown_ms": NUMBER,        of the slowest sandbox
 *     "cells": NUMBER,
 *     "verdicts": {"pass": NUMBER, "warn": ..., ...},
 *     "known": NUMBER,              cells that failed as their known failure says
 *     "unexpected": NUMBER,         cells that pass though listed as known failures
 *     "exposed": NUMBER,            cells with exposures
 *     "notes": [STRING, ...],
 *     "results": [{
 *       "adapter": STRING, "scenario": STRING, "policy": STRING,
 *       "verdict": STRING,
 *       "known": STRING|null,       reason of the known failure that is listed for the cell
 *       "reason": STRING|null,      of unsupported, skip, broken
 *       "findings": [{"clause": STRING, "severity": "warn"|"fail", "name": STRING, "seen": STRING,
 *                     "detail": STRING}, ...],
 *       "exposures": [{"name": STRING, "channel": STRING, "where": STRING}, ...],
 *       "lab_ms": NUMBER, "gather_ms": NUMBER, "judge_ms": NUMBER,
 *       "folder": STRING|null
 *     }, ...]
 *   }
 *
 * Strings are plain (report/text.h): what is not printable stands as an escape of that header in
 * them, with two backslashes for one, so that bytes that are no UTF-8 cannot make the document
 * invalid. One key per line. */
void icelab_json_append(GString *out, const IcelabRun *run);
