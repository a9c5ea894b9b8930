/* SPDX-License-Identifier: MIT */
#include "cli/trial.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Programs that always say yes or no stand for ip and nft, so that what is tested is the way there.
 * Where this machine allows no namespaces, the trial has to say so; there is no more to test. */
static bool reaches_commands(bool rootless)
{
	g_auto(IcelabTrial) trial = {0};

	icelab_trial(rootless, "/bin/true", "/bin/true", &trial);
	if (trial.step == ICELAB_TRIAL_DONE)
		return true;
	assert_non_null(trial.complaint);
	assert_in_range(trial.step, ICELAB_TRIAL_USER, ICELAB_TRIAL_MOUNT);
	return false;
}

static void a_step_that_fails_is_named(void **state)
{
	bool rootless = geteuid() != 0;

	(void)state;
	if (!reaches_commands(rootless))
		skip();

	g_auto(IcelabTrial) no_ip = {0};
	g_auto(IcelabTrial) no_nft = {0};

	icelab_trial(rootless, "/bin/false", "/bin/true", &no_ip);
	assert_int_equal(no_ip.step, ICELAB_TRIAL_LINK);
	assert_true(g_str_has_prefix(no_ip.complaint, "/bin/false netns add node"));
	assert_false(no_ip.wireguard);

	icelab_trial(rootless, "/bin/true", "/nonexistent/nft", &no_nft);
	assert_int_equal(no_nft.step, ICELAB_TRIAL_NAT);
	assert_true(g_str_has_prefix(no_nft.complaint, "/nonexistent/nft"));
}

static void success_has_no_complaint(void **state)
{
	g_auto(IcelabTrial) trial = {0};
	bool rootless = geteuid() != 0;

	(void)state;
	if (!reaches_commands(rootless))
		skip();
	icelab_trial(rootless, "/bin/true", "/bin/true", &trial);
	assert_null(trial.complaint);
	assert_true(trial.wireguard); /* as /bin/true says */
}

/* The caller keeps its own namespaces. */
static void nothing_is_left_behind(void **state)
{
	static const char *const names[] = {"user", "mnt", "net", "pid_for_children", "ipc", "uts"};
	g_auto(IcelabTrial) trial = {0};
	struct stat before[G_N_ELEMENTS(names)];
	int descriptor = open("/dev/null", O_RDONLY);

	(void)state;
	close(descriptor);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strdup_printf("/proc/self/ns/%s", names[i]);

		assert_int_equal(stat(path, &before[i]), 0);
	}
	icelab_trial(true, "/bin/true", "/bin/true", &trial);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strdup_printf("/proc/self/ns/%s", names[i]);
		struct stat after;

		assert_int_equal(stat(path, &after), 0);
		assert_true(after.st_ino == before[i].st_ino);
	}
	assert_int_equal(open("/dev/null", O_RDONLY), descriptor); /* no descriptor either */
	close(descriptor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_fails_is_named),
		cmocka_unit_test(success_has_no_complaint),
		cmocka_unit_test(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
