/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* Appends the run as JUnit XML, the dialect that GitHub, GitLab and Jenkins read: a test suite per
 * adapter, class name "adapter.scenario", a test case per policy. A known failure is "skipped" with
 * its reason; a known failure that passes is a failure; broken is an error. Exposures and warnings
 * stand in system-out. */
void icelab_junit_append(GString *out, const IcelabRun *run);
