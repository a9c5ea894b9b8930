/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

#include <stdbool.h>
#include <stdio.h>

/* The leak table: for each adapter, scenarios against policies, in each cell the verdict and the
 * protected addresses that an adversary learned; below it the evidence. */

typedef struct {
	bool colour;
	unsigned width; /* columns that there are */
} IcelabTableStyle;

/* Colour where `stream` is a terminal and neither NO_COLOR (https://no-color.org) nor TERM=dumb
 * forbids it; the terminal's width, 100 where there is none. */
IcelabTableStyle icelab_table_style(FILE *stream);

void icelab_table_append(GString *out, const IcelabRun *run, const IcelabTableStyle *style);
