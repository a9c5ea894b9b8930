/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What the judge says of one cell (adapter x scenario x policy), and what became of a whole run.
 * Plain data: filled by the judge, read by the reports. */

typedef enum {
	ICELAB_PASS,
	ICELAB_WARN,        /* breaks a SHOULD, or a rule that is derived rather than written */
	ICELAB_FAIL,        /* breaks a MUST */
	ICELAB_UNSUPPORTED, /* the adapter says that it does not do this policy */
	ICELAB_SKIP,        /* this machine lacks something; the reason says what */
	ICELAB_BROKEN,      /* the adapter or the lab failed: neither clean nor leaking */
} IcelabVerdict;

/* "pass", "warn", ...; static storage. */
const char *icelab_verdict_name(IcelabVerdict verdict);

/* One broken clause, once. */
typedef struct {
	char *clause;           /* ID in spec terms: "N8" */
	IcelabVerdict severity; /* ICELAB_WARN or ICELAB_FAIL */
	char *name;   /* address's name in the book ("lan4"), its text where the book has none,
					 or what is missing ("srflx@isp4") */
	char *seen;   /* where: "candidate host udp", "raddr of srflx", "wire client eth0" */
	char *detail; /* the evidence: the candidate line, the flow */
} IcelabFinding;

/* One protected address that an adversary learned, through one channel. */
typedef struct {
	char *name;    /* the address's name in the book */
	char *channel; /* "host", "srflx", "raddr", "sdp", "wire" ... */
	char *where;   /* evidence: the candidate line, the flow and the node that saw it */
} IcelabExposure;

/* Something that an adversary learned of the host beside its addresses. */
typedef struct {
	char *attribute; /* as it stands there: "network-id", "networkType" ... */
	char *value;
	char *where; /* evidence of the first */
} IcelabTrait;

typedef struct {
	char *adapter;
	char *scenario;
	char *policy; /* cell label: "default+consent" */
	IcelabVerdict verdict;
	char *known;          /* reason of the matching known failure, or NULL */
	char *reason;         /* of unsupported, skip, broken; else NULL */
	GPtrArray *findings;  /* IcelabFinding, owned */
	GPtrArray *exposures; /* IcelabExposure, owned */
	GPtrArray *traits;    /* IcelabTrait, owned */
	char *signature; /* what was reported and sent, in names and without ports: two policies between
						which it is the same made no difference; NULL where nothing was judged */
	double lab_ms;   /* of building the lab, for the first cell in it */
	double gather_ms; /* from the adapter's start to its end */
	double judge_ms;
	char *folder; /* evidence, absolute path, or NULL */
} IcelabResult;

IcelabResult *icelab_result_new(const char *adapter, const char *scenario, const char *policy);
void icelab_result_free(IcelabResult *result);
/* Adds a finding (the same clause, name and place count once) and raises the verdict to its
 * severity. */
void icelab_result_add_finding(IcelabResult *result, const char *clause, IcelabVerdict severity,
	const char *name, const char *seen, const char *detail);
/* Adds an exposure; the same name through the same channel counts once. */
void icelab_result_add_exposure(
	IcelabResult *result, const char *name, const char *channel, const char *where);
/* Adds a trait; the same attribute with the same value counts once. */
void icelab_result_add_trait(
	IcelabResult *result, const char *attribute, const char *value, const char *where);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabResult, icelab_result_free)

/* A whole run. */
typedef struct {
	GPtrArray *results; /* IcelabResult, owned, in the order scenario, adapter, policy */
	GPtrArray *notes;   /* char*, owned: "ineffective: ...", "stale known failure: ..." */
	double wall_ms;
	double teardown_ms; /* of the slowest sandbox: from the end of its work until it was gone with
						   all in it */
	char *folder;
} IcelabRun;

IcelabRun *icelab_run_new(void);
void icelab_run_free(IcelabRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabRun, icelab_run_free)
