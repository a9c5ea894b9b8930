/* SPDX-License-Identifier: MIT */
#include <sys/time.h>
#include <time.h>

#include "world/world.h"

#define UP INT64_C(100000000000) /* microseconds: a machine that has been up for a day */

static int64_t now = UP;

int64_t icelab_world_now(void)
{
	return now;
}

void icelab_world_set_now(int64_t microseconds)
{
	now = microseconds;
}

gint64 __wrap_g_get_monotonic_time(void);
gint64 __wrap_g_get_monotonic_time(void)
{
	return now;
}

gint64 __wrap_g_get_real_time(void);
gint64 __wrap_g_get_real_time(void)
{
	return now + INT64_C(1600000000000000);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	time->tv_sec = now / 1000000;
	time->tv_nsec = now % 1000000 * 1000;
	return 0;
}

int __wrap_gettimeofday(struct timeval *time, void *zone);
int __wrap_gettimeofday(struct timeval *time, void *zone)
{
	(void)zone;
	time->tv_sec = now / 1000000;
	time->tv_usec = now % 1000000;
	return 0;
}
