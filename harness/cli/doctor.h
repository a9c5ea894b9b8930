/* SPDX-License-Identifier: MIT */
#pragma once

/* `icelab doctor`: tries what a run needs on this machine and says how to get what is missing.
 * Returns 0 when everything for a full run is there, 1 when something is missing, 77 when nothing
 * could run, 2 on a usage error. */
int icelab_doctor_main(int argc, char **argv);
