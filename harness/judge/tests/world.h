/* SPDX-License-Identifier: MIT */
#pragma once

#include "judge/judge.h"

/* Small networks in memory: an address book, a scenario, and what is observed of an implementation
 * that does everything right, from which each test changes one thing.
 *
 * An observation is written in lines; {name} stands for an address of the book:
 *
 *     local ADDRESS/PREFIX INTERFACE [temporary] [deprecated] [down]
 *     route DESTINATION INTERFACE SOURCE      or: route DESTINATION unreachable
 *     sensor NODE FRAMES [deaf] [drops]
 *     candidate LINE      late LINE           (late: behind "done")
 *     sdp LINES           initial LINES       (lines end with |)
 *     stats JSON          error JSON          line JSON (an event as it is)
 *     out|in NODE INTERFACE KIND PROTOCOL SOURCE PORT DESTINATION PORT     (- for none)
 *     tells|hears|asks NODE INTERFACE SOURCE NAME TYPE ADDRESS   (multicast DNS: an answer that
 * went out or came in, a question that went out)
 *     check TIE-BREAKER [NETWORK-ID NETWORK-COST]   (sent by the client to itself)
 */
typedef struct {
	const char *book;
	const char *stun;     /* servers that are offered */
	const char *policies; /* the scenario's groups */
	const char *facts;    /* sensors, and what the kernel says */
	const char *clean[5]; /* by IcelabMode */
} World;

extern const World world_lan;   /* eth0 behind NAT */
extern const World world_full;  /* the same, and tun0 takes everything */
extern const World world_split; /* the same, and tun0 takes some */
extern const World world_six;   /* IPv4 behind NAT, IPv6 as it is, every kind of address */

IcelabBook *world_book(const World *world);
/* `protects` is a list of names, or "". */
IcelabScenario *world_scenario(const World *world, const char *protects);
/* Adds what the lines say. */
void world_observe(IcelabObservation *observation, const IcelabBook *book, const char *lines);
/* The clean cell of a policy, without the lines that begin with one of the lines of `without`, and
 * with those of `more`; both may be NULL. */
IcelabObservation *world_observation(
	const World *world, const char *policy, const char *without, const char *more);
/* All of it at once. */
IcelabResult *world_judge(const World *world, const char *protects, const char *policy,
	const char *without, const char *more);

/* "VERDICT[: REASON]\n", then, sorted, a line for each finding, "CLAUSE SEVERITY NAME SEEN", and
 * for each exposure, "NAME CHANNEL". Caller frees. */
char *world_describe(const IcelabResult *result);

/* A cell in which one thing is different, and all that the judge must say then. */
typedef struct {
	const World *world;
	const char *policy;
	const char *without;
	const char *more;
	const char *wanted;
} Case;

/* Fails with the case's number and text at the first that is judged otherwise. */
void world_check_cases(const Case *cases, gsize count, const char *protects);
#define WORLD_CHECK(cases, protects) world_check_cases((cases), G_N_ELEMENTS(cases), (protects))

#define CONSENT "default+consent"
#define DEFAULT "default"
#define PRIVATE "default_public_and_private_interfaces"
#define PUBLIC "default_public_interface_only"
#define NO_UDP "disable_non_proxied_udp"
#define FORCE "force_proxy"
#define RELAY "relay"
