/* SPDX-License-Identifier: MIT */
#pragma once

/* The adapter side of icelab's protocol 1, for C and C++: this header and kit.c, nothing but libc.
 * Copy both.
 *
 * An adapter is a program that icelab starts once per gathering, inside the network that it built.
 * It applies one policy, gathers, says everything that an application would be told, and ends:
 *
 *     #include "kit.h"
 *
 *     static const char *const policies[] = {"default", "relay", NULL};
 *     static const IcelabImplementation mine = {
 *         .name = "mine",
 *         .version = "1.0",
 *         .policies = policies,
 *         .issues = "https://example.org/issues",
 *     };
 *
 *     static void on_candidate(const char *line)
 *     {
 *         icelab_kit_candidate(line);
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         const IcelabRequest *request = icelab_kit_start(argc, argv, &mine);
 *
 *         if (request->turn[0] != NULL)
 *             icelab_kit_unsupported("TURN is not built in");
 *         my_ice_set_policy(request->policy, request->consent);
 *         icelab_kit_policy(request->policy, "what was set, in your own words");
 *         for (int i = 0; request->stun[i] != NULL; i++)
 *             my_ice_add_server(request->stun[i]);
 *         my_ice_gather(on_candidate, request->deadline_ms);
 *         icelab_kit_sdp("gathered", my_ice_local_description());
 *         return icelab_kit_done();
 *     }
 *
 * Report facts and raw text: the judging is icelab's. Hide nothing and drop nothing that an
 * application would see. Logs belong on standard error; standard output belongs to the kit. */

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ICELAB_KIT_PROTOCOL 1

/* Exit codes; any other one says that the adapter is broken, which is never taken for clean or
 * leaking. */
#define ICELAB_KIT_EXIT_DONE 0
#define ICELAB_KIT_EXIT_UNSUPPORTED 77

/* What `ADAPTER --describe` answers. Everything is static text, owned by the adapter. */
typedef struct {
	const char *name;
	const char *version;
	const char *const *policies; /* what the implementation can be told, NULL-terminated */
	const char *const
		*features;      /* NULL-terminated, or NULL; "consent": it minds the consent flag */
	const char *issues; /* where to report a failure of this implementation, or NULL */
	int deadline_ms;    /* what a gathering may take where icelab's default is too short, or 0 */
} IcelabImplementation;

/* What is asked for. Owned by the kit, valid until the process ends. Lists are NULL-terminated,
 * never NULL. */
typedef struct {
	const char *id;            /* names this gathering in icelab's run; free text */
	const char *policy;        /* one of IcelabImplementation.policies */
	bool consent;              /* camera or microphone was granted (RFC 8828 5.2 mode 1) */
	const char *const *stun;   /* "stun:192.0.2.53:3478" (RFC 7064) */
	const char *const *turn;   /* TURN servers' URIs (RFC 7065) */
	const char *proxy;         /* proxy's URI, or NULL */
	const char *const *origin; /* web application's host, one address per family (RFC 8828 6.2) */
	int deadline_ms;           /* gathering may last this long; then say what there is, and end */
} IcelabRequest;

/* Reads the request from the ICELAB_* variables. Does not return
 * - for --describe: prints the answer, exits 0;
 * - for a policy that is not among `implementation->policies`: exits 77;
 * - where the request is no valid one of this protocol (or there is none): says so on standard
 * error, exits 1. Standard input holds the same request as a line of JSON; it may be read or left
 * alone. */
const IcelabRequest *icelab_kit_start(
	int argc, char **argv, const IcelabImplementation *implementation);

/* One line each, flushed before the call returns, so that time stamps and a crash later are
 * icelab's to see. May be called from any thread. Text may hold anything: control characters are
 * escaped, bytes that are not UTF-8 become U+FFFD. NULL counts as "". Where standard output is
 * gone, the process exits 1. */

/* What was applied, as far as the implementation lets you know: a policy silently ignored is what
 * icelab looks for. `detail` is free text. */
void icelab_kit_policy(const char *policy, const char *detail);

/* The same where the implementation itself says what is in force: `effective` is one of icelab's
 * names (where it is not the policy that was asked for, nothing is judged), `proof` is free text:
 * who said so. */
void icelab_kit_policy_in_force(
	const char *policy, const char *detail, const char *effective, const char *proof);

/* A candidate as the application gets it, unparsed: "candidate:..." or "a=candidate:..." (RFC
 * 8839 5.1). */
void icelab_kit_candidate(const char *line);

/* A whole local description. `when`: "initial" (before gathering) or "gathered". */
void icelab_kit_sdp(const char *when, const char *sdp);

/* Statistics as the application gets them: one JSON object as text. Line ends in it become spaces;
 * whether it is valid is for the caller to see to. */
void icelab_kit_stats(const char *json);

/* What W3C calls icecandidateerror. `address` NULL and `port` 0 where they are withheld. */
void icelab_kit_error(const char *address, int port, const char *url, int code, const char *text);

/* A change of the gathering or connection state, in the implementation's own words. */
void icelab_kit_state(const char *state);

/* A whole line of the protocol as JSON text without line ends, from an implementation that speaks
 * it itself: a page in a browser. */
void icelab_kit_line(const char *json);

/* Gathering has ended. Returns 0, for main to return. A candidate that is said later is judged as
 * late. */
int icelab_kit_done(void);

/* The implementation cannot do what is asked: says why on standard error, exits 77. Better than
 * doing something else. */
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void icelab_kit_unsupported(const char *why);

#ifdef __cplusplus
}
#endif
