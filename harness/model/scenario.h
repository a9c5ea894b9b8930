/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/book.h"
#include "model/candidate.h"
#include "model/policy.h"

/* A scenario file: which topology, which STUN servers the implementation is given, what the user
 * believes is hidden, and, per policy, a closed world of expectations in the address book's names.
 */

#define ICELAB_SCENARIO_ERROR (icelab_scenario_error_quark())
GQuark icelab_scenario_error_quark(void);

/* "srflx@exit4", "host/tcp@lan4" */
typedef struct {
	IcelabCandidateType type;
	IcelabTransport transport;
	char *name;
} IcelabExpected;

/* "tun4>tun0": source address and egress interface, kept apart because on Linux they disagree. */
typedef struct {
	char *name;
	char *interface;
} IcelabWire;

typedef struct {
	IcelabPolicy policy;
	guint line;            /* of the group in the file */
	GPtrArray *must;       /* IcelabExpected: missing is a failure */
	GPtrArray *should;     /* IcelabExpected: missing is a warning */
	GPtrArray *may;        /* IcelabExpected */
	GPtrArray *raddr;      /* char*: names that a related address may show */
	gboolean raddr_hidden; /* the hidden form is allowed ("hidden" in raddr) */
	GPtrArray *wire;       /* IcelabWire */
	GPtrArray *uses;       /* char*: interfaces that must be used at all (RFC 8828 mode 1) */
	GPtrArray *cites;      /* char*: clause IDs that these expectations rest on */
} IcelabExpectation;

typedef struct {
	char *name; /* the file's name without ".ini" */
	char *path;
	char *title;
	char *topology;
	char **stun;     /* names of servers, in the order in which the implementation gets them */
	char **protects; /* names of addresses */
	GPtrArray *expectations; /* IcelabExpectation, in the file's order */
} IcelabScenario;

/* Reads a file. Errors begin with "FILE:LINE: ". Returns NULL and sets `error`. */
IcelabScenario *icelab_scenario_load(const char *path, GError **error);
/* The same from text, for replays and tests; `path` is for messages. */
IcelabScenario *icelab_scenario_parse(const char *text, const char *path, GError **error);
void icelab_scenario_free(IcelabScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabScenario, icelab_scenario_free)

/* All "*.ini" of a folder whose group [scenario] exists, sorted by name. Returns IcelabScenario,
 * owned. */
GPtrArray *icelab_scenario_load_folder(const char *folder, GError **error);

/* Every name that the scenario uses must stand in the book that its topology wrote. */
gboolean icelab_scenario_check(
	const IcelabScenario *scenario, const IcelabBook *book, GError **error);

const IcelabExpectation *icelab_scenario_expectation(
	const IcelabScenario *scenario, IcelabPolicy policy);

/* An expectation with empty sets; an item of them ("srflx@exit4"). */
IcelabExpectation *icelab_expectation_new(IcelabPolicy policy);
void icelab_expectation_free(IcelabExpectation *expectation);
void icelab_expectation_add(
	GPtrArray *set, IcelabCandidateType type, IcelabTransport transport, const char *name);
void icelab_expectation_add_wire(
	IcelabExpectation *expectation, const char *name, const char *interface);
gboolean icelab_expectation_has(
	GPtrArray *set, IcelabCandidateType type, IcelabTransport transport, const char *name);
gboolean icelab_expectation_has_wire(
	const IcelabExpectation *expectation, const char *name, const char *interface);
/* "srflx@exit4"; caller frees. */
char *icelab_expected_text(IcelabCandidateType type, IcelabTransport transport, const char *name);

/* Whether a set of char* holds a text. */
gboolean icelab_names_have(GPtrArray *names, const char *name);
