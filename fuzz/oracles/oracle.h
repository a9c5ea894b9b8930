/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Ends the process as a finding, saying which expectation did not hold: one line, its first word a
 * name that stays the same from run to run, so that findings can be told apart. */
_Noreturn void icelab_oracle_failed(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* `holds` must be true. */
#define EXPECT(holds, name, ...) ((holds) ? (void)0 : icelab_oracle_failed(name, __VA_ARGS__))
