/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/candidate.h"
#include "model/observation.h"
#include "model/result.h"
#include "model/scenario.h"

/* One judgement while it is made: what the rooms of the judge share. */

typedef struct {
	IcelabCandidate candidate; /* spans point into `line` */
	char *line;
	const char *label; /* the address's name in the book, or its text, or the mDNS name */
	char *own_label;   /* storage for it where the book has none */
	gboolean is_name;  /* no address but a name */
	gboolean trickled;
	gboolean described; /* stands in the gathered description */
	gboolean late;      /* came after "done" */
	gboolean allowed;   /* by the scenario's closed world */
} IcelabReported;

typedef struct {
	const IcelabScenario *scenario;
	const IcelabBook *book;
	const IcelabObservation *observation;
	const IcelabExpectation *expectation;
	IcelabMode mode;
	GPtrArray *reported; /* IcelabReported */
	IcelabResult *result;
} IcelabJudgement;

/* Reads the candidates of all events. FALSE and `error` where one cannot be read. */
gboolean icelab_judgement_collect(IcelabJudgement *judgement, GError **error);
void icelab_reported_free(IcelabReported *reported);

/* The parts; each adds its findings to the result. */
void icelab_judge_candidates(IcelabJudgement *judgement);
void icelab_judge_missing(IcelabJudgement *judgement);
void icelab_judge_related(IcelabJudgement *judgement);
void icelab_judge_descriptions(IcelabJudgement *judgement);
void icelab_judge_statistics(IcelabJudgement *judgement);
void icelab_judge_foundations(IcelabJudgement *judgement);
void icelab_judge_errors(IcelabJudgement *judgement);
void icelab_judge_wire(IcelabJudgement *judgement);
void icelab_judge_names(IcelabJudgement *judgement);
void icelab_judge_traits(IcelabJudgement *judgement);
void icelab_judge_exposure(IcelabJudgement *judgement);
void icelab_judge_links(IcelabJudgement *judgement);

/* What was reported and sent, in names and without ports; caller frees. */
char *icelab_judge_signature(const IcelabJudgement *judgement);

/* Why an address is no host candidate of an implementation that may use all interfaces (RFC
 * 8445 5.1.1.1, RFC 8835 3.3): the clause, and in *severity how hard it is; NULL where nothing
 * speaks against it. */
const char *icelab_judge_address(
	const IcelabObservation *observation, const IcelabAddress *address, IcelabVerdict *severity);

/* The clause that forbids what mode 2 does not allow: N11 where mode 1 was used without consent,
 * else N5. */
const char *icelab_judge_route_clause(const IcelabJudgement *judgement);

/* Whether it is a version 4 UUID under .local, as names that hide an address are. */
gboolean icelab_judge_is_uuid_name(const char *name);

/* Whether a name stands in for an address in any candidate. */
gboolean icelab_judge_has_names(const IcelabJudgement *judgement);

/* Adds the exposure of an address that multicast DNS told on a link where it does not live. */
void icelab_judge_expose_names(IcelabJudgement *judgement, const IcelabNamedAddress *named);

/* Adds the exposure of an address from which a foundation was computed. */
void icelab_judge_expose_foundations(IcelabJudgement *judgement, const IcelabNamedAddress *named);

/* Whether the book names this address among those that the policy allows a candidate of any type to
 * show. */
gboolean icelab_judge_is_allowed_address(
	const IcelabJudgement *judgement, const IcelabAddress *address);
