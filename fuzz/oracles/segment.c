/* SPDX-License-Identifier: MIT */
#include "oracles/segment.h"

bool segment_scales_too_far(const uint8_t *bytes, size_t length)
{
	if (length < 26 || (bytes[13] & 2) == 0)
		return false;
	for (size_t i = 25; i + 2 < length && bytes[i] != 0;) {
		if (bytes[i] == 1) {
			i++;
			continue;
		}
		if (bytes[i] == 3 && bytes[i + 2] > 14)
			return true;
		i += 2 + (size_t)bytes[i + 1];
	}
	return false;
}
