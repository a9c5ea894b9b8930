/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* For programs that write the seeds of a target: PROGRAM FOLDER. A program says what a seed is for,
 * where a file of bytes does not. */

/* Ends the program with a usage message where there is no folder. */
void seed_start(int argc, char **argv);

/* Writes FOLDER/NAME, with '-' for what is no letter or digit of the name. Ends the program with a
 * message where that fails. */
void seed_write(const char *name, const void *bytes, size_t length);
