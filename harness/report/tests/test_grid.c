/* SPDX-License-Identifier: MIT */
#include "report/grid.h"

#include "report/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void head(IcelabGrid *grid)
{
	icelab_grid_put(grid, 0, 0, "one", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(
		grid, 0, 1, "default_public_interface+consent", ICELAB_INK_NONE, ICELAB_WRAP_NAME);
}

static void check(const IcelabGrid *grid, unsigned width, gboolean colour, const char *expected)
{
	GString *out = g_string_new(NULL);

	icelab_grid_append(grid, out, width, colour);
	assert_string_equal(out->str, expected);
	g_string_free(out, TRUE);
}

static void a_wide_terminal_needs_no_wrapping(void **state)
{
	g_autoptr(IcelabGrid) grid = icelab_grid_new(3, 2);

	(void)state;
	head(grid);
	icelab_grid_put(grid, 1, 0, "lan", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 1, 1, "FAIL N8 N11", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 2, 0, "日本", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 2, 1, "pass", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	check(grid, 100, FALSE,
		"one   default_public_interface+consent\n"
		"----  --------------------------------\n"
		"lan   FAIL N8 N11\n"
		"日本  pass\n");
}

static void a_narrow_one_wraps_head_and_cells(void **state)
{
	g_autoptr(IcelabGrid) grid = icelab_grid_new(3, 2);

	(void)state;
	head(grid);
	icelab_grid_put(grid, 1, 0, "lan", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 1, 1, "FAIL N8 N11", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 1, 1, "!isp4 !lan4 !tun4", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 2, 0, "ipv6", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	check(grid, 16, FALSE,
		"one   default_\n"
		"      public_\n"
		"      interface\n"
		"      +consent\n"
		"----  ---------\n"
		"lan   FAIL N8\n"
		"      N11\n"
		"      !isp4\n"
		"      !lan4\n"
		"      !tun4\n"
		"\n"
		"ipv6\n");
}

static void too_narrow_keeps_the_words_whole(void **state)
{
	g_autoptr(IcelabGrid) grid = icelab_grid_new(1, 2);

	(void)state;
	head(grid);
	check(grid, 3, FALSE,
		"one  default_\n"
		"     public_\n"
		"     interface\n"
		"     +consent\n"
		"---  ---------\n");
}

static void colour_is_around_text_only(void **state)
{
	g_autoptr(IcelabGrid) grid = icelab_grid_new(2, 2);

	(void)state;
	icelab_grid_put(grid, 0, 0, "a", ICELAB_INK_STRONG, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 0, 1, "long", ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 1, 0, "pass", ICELAB_INK_GREEN, ICELAB_WRAP_WORDS);
	icelab_grid_put(grid, 1, 1, "x", ICELAB_INK_RED, ICELAB_WRAP_WORDS);
	check(grid, 80, TRUE,
		"\033[1ma\033[0m     long\n"
		"----  ----\n"
		"\033[32mpass\033[0m  \033[1;31mx\033[0m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wide_terminal_needs_no_wrapping),
		cmocka_unit_test(a_narrow_one_wraps_head_and_cells),
		cmocka_unit_test(too_narrow_keeps_the_words_whole),
		cmocka_unit_test(colour_is_around_text_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
