/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static IcelabResult *add(
	IcelabRun *run, const char *adapter, const char *scenario, const char *policy)
{
	IcelabResult *result = icelab_result_new(adapter, scenario, policy);

	result->lab_ms = 10.5;
	result->gather_ms = 50.25;
	result->judge_ms = 0.25;
	g_ptr_array_add(run->results, result);
	return result;
}

static void end_early(IcelabResult *result, IcelabVerdict verdict, const char *reason)
{
	result->verdict = verdict;
	result->reason = g_strdup(reason);
}

static void add_vpn_full(IcelabRun *run)
{
	IcelabResult *result = add(run, "libnice", "vpn-full", "default");

	icelab_result_add_finding(result, "N11", ICELAB_FAIL, "isp4", "candidate srflx udp",
		"candidate:3 1 UDP 1677722111 198.51.100.10 50312 typ srflx raddr 192.168.1.10 rport "
		"50312");
	icelab_result_add_finding(
		result, "N11", ICELAB_FAIL, "lan4", "raddr of srflx", "192.168.1.10 rport 50312");
	icelab_result_add_finding(
		result, "A17", ICELAB_WARN, "isp4", "wire client eth0", "192.168.1.10 > 203.0.113.53");
	icelab_result_add_exposure(result, "isp4", "srflx", "candidate:3");
	icelab_result_add_exposure(result, "isp4", "wire", "eth0 > stun4");
	icelab_result_add_exposure(result, "isp4", "wire", "eth0 > stun4b");
	icelab_result_add_exposure(result, "lan4", "raddr", "candidate:3");
	result->known = g_strdup("sockets set IP_UNICAST_IF (libnice#1)");
	result->folder = g_strdup("/runs/1/libnice/vpn-full/default");

	result = add(run, "libnice", "vpn-full", "default_public_interface_only");
	icelab_result_add_finding(
		result, "N8", ICELAB_FAIL, "lan4", "candidate host udp", ICELAB_FIXTURE_HOSTILE);
	icelab_result_add_exposure(result, "lan4", "host", "candidate:1");
	icelab_result_add_trait(result, "network-id", "1", "candidate:1");
	icelab_result_add_trait(result, "networkType", ICELAB_FIXTURE_HOSTILE, "S1");
	result->folder = g_strdup("/runs/1/libnice/vpn-full/default_public_interface_only");

	end_early(add(run, "libnice", "vpn-full", "force_proxy"), ICELAB_UNSUPPORTED, "needs a proxy");
	end_early(add(run, "libnice", "vpn-full", "relay"), ICELAB_SKIP,
		"no coturn here: apt-get install coturn");
}

IcelabRun *icelab_fixture_run(void)
{
	IcelabRun *run = icelab_run_new();
	IcelabResult *result;

	add(run, "libnice", "lan", "default+consent");
	add(run, "libnice", "lan", "default");
	add(run, "libnice", "lan", "default_public_interface_only");
	end_early(add(run, "libnice", "lan", "force_proxy"), ICELAB_UNSUPPORTED, "needs a proxy");
	add_vpn_full(run);

	result = add(run, "libnice", "ipv6", "default");
	icelab_result_add_finding(
		result, "T4", ICELAB_WARN, "lan6_eui64", "candidate host udp", "2001:db8:1::211:22ff:fe33");
	result = add(run, "libnice", "ipv6", "default_public_interface_only");
	icelab_result_add_exposure(result, "lan6_temp", "wire", "eth0 > stun6");
	result->folder = g_strdup("/elsewhere/2");
	end_early(
		add(run, "libnice", "ipv6", "force_proxy"), ICELAB_BROKEN, "line 3: not JSON: \033[2J");

	result = add(run, "evil\033[31m#x", "lan", "default");
	result->known = g_strdup("was leaking in 0.9");

	g_ptr_array_add(
		run->notes, g_strdup("ineffective: libnice relay changes nothing\n\033[2Jin lan"));
	run->wall_ms = 1234.5;
	run->folder = g_strdup("/runs/1");
	return run;
}

void icelab_fixture_assert_harmless(const char *text, gboolean colour)
{
	g_autoptr(GRegex) codes = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
	g_autofree char *bare =
		colour ? g_regex_replace_literal(codes, text, -1, 0, "", 0, NULL) : g_strdup(text);

	assert_true(g_utf8_validate(bare, -1, NULL));
	for (const char *at = bare; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);

		if (character != '\n' && !g_unichar_isprint(character))
			fail_msg("U+%04X at byte %zu", character, (size_t)(at - bare));
	}
}
