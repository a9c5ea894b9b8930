/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapter/browser.h"
#include "adapter/report_reader.h"

#define SOON (g_get_monotonic_time() + 20 * G_USEC_PER_SEC)

static void test_page_address(void **state)
{
	static const char *const no_servers[] = {NULL};
	static const char *const servers[] = {"stun:192.0.2.53:3478", "stun:[2001:db8::1]:3478", NULL};
	IcelabRequest request = {.id = "0f", .policy = "default", .stun = no_servers};

	(void)state;
	g_autofree char *bare = icelab_browser_page(&request, "192.0.2.80", 5);

	assert_string_equal(bare, "http://192.0.2.80/?id=0f&until=5");
	request.stun = servers;
	request.consent = true;
	g_autofree char *full = icelab_browser_page(&request, "2001:db8::80", 6);

	assert_string_equal(full, "http://[2001:db8::80]/?id=0f&until=6&stun=stun:192.0.2.53:3478"
							  "&stun=stun:%5B2001:db8::1%5D:3478&consent=1");
	request.stun = no_servers;
	request.consent = false;
	request.policy = "relay";
	g_autofree char *relay = icelab_browser_page(&request, "192.0.2.80", 7);

	assert_string_equal(relay, "http://192.0.2.80/?id=0f&until=7&relay=1");
}

/* A reader whose server says `answer` at once, and then closes its end or keeps it open. */
static IcelabReportReader *open_with(const char *answer, int *server, GError **error)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(write(ends[1], answer, strlen(answer)), strlen(answer));
	if (server != NULL)
		*server = ends[1];
	else
		shutdown(ends[1], SHUT_WR);
	IcelabReportReader *reader =
		icelab_report_reader_open_at(ends[0], "192.0.2.80", "a", SOON, error);

	if (server == NULL)
		close(ends[1]);
	return reader;
}

static void test_lines(void **state)
{
	int server = -1;
	g_autoptr(IcelabReportReader) reader =
		open_with("HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}\n[", &server, NULL);
	char request[128] = "";

	(void)state;
	assert_non_null(reader);
	assert_true(read(server, request, sizeof request - 1) > 0);
	assert_string_equal(request, "GET /report/a HTTP/1.0\r\nHost: 192.0.2.80\r\n\r\n");
	g_autofree char *first = icelab_report_reader_next(reader);

	assert_string_equal(first, "{}");
	assert_null(icelab_report_reader_next(reader));
	assert_int_equal(write(server, "]\n\n", 3), 3);
	assert_true(icelab_report_reader_read(reader, NULL));
	g_autofree char *second = icelab_report_reader_next(reader);
	g_autofree char *third = icelab_report_reader_next(reader);

	assert_string_equal(second, "[]");
	assert_string_equal(third, "");
	assert_false(icelab_report_reader_is_over(reader));
	close(server);
	assert_true(icelab_report_reader_read(reader, NULL));
	assert_true(icelab_report_reader_is_over(reader));
	assert_null(icelab_report_reader_next(reader));
}

static void test_bad_answers(void **state)
{
	g_autofree char *endless = g_strnfill(64 * 1024, 'a');
	const struct {
		const char *answer;
		const char *message;
	} cases[] = {
		{"", "the page's server: it does not answer by HTTP"},
		{"HTTP/1.1 200 OK\r\n", "the page's server: it does not answer by HTTP"},
		{endless, "the page's server: it does not answer by HTTP"},
		{"\r\n\r\n", "the page's server: it refuses the report"},
		{"HTTP/1.1 409 Conflict\r\n\r\n", "the page's server: it refuses the report"},
		{"HTTP/1.1 404 200 OK\r\n\r\n", "the page's server: it refuses the report"},
		{"SIP/2.0 200 OK\r\n\r\n", "the page's server: it refuses the report"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(open_with(cases[i].answer, NULL, &error));
		assert_string_equal(error->message, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_address),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_bad_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
