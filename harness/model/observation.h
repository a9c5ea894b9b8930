/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

#include "model/book.h"

/* What was observed in one cell: what the implementation reported and what was on the wire. Plain
 * data, written to and read from JSON without loss, so that a recorded run can be judged again. */

/* One line that the adapter printed. */
typedef struct {
	gint64 time_us;   /* since the adapter was started */
	gboolean late;    /* after "done" */
	JsonObject *line; /* as it was printed: type, candidate, sdp ... */
} IcelabEvent;

/* Frames of the same kind between the same endpoints on the same interface. */
typedef struct {
	char *node;
	char *interface;
	gboolean outgoing;
	char *kind;     /* icelab_packet_kind_name() */
	char *protocol; /* "udp", "tcp", "" */
	IcelabAddress source;
	IcelabAddress destination;
	guint16 source_port;
	guint16 destination_port;
	guint64 count;
	gint64 time_us; /* of the first, since the adapter was started */
} IcelabFlow;

/* A name that a message of DNS or multicast DNS asked for, or told something of. The same between
 * the same endpoints on the same interface is one. */
typedef struct {
	char *node;
	char *interface;
	gboolean outgoing;
	char *kind; /* "dns" or "mdns" */
	IcelabAddress source;
	IcelabAddress destination;
	guint16 source_port;
	guint16 destination_port;
	gboolean response;     /* of the message; a multicast query, too, may tell what it will claim */
	gboolean told;         /* a record; else a question */
	char *name;            /* as icelab_dns_next() writes it */
	char *type;            /* icelab_dns_type_name() */
	IcelabAddress address; /* of A and AAAA records; else family 0 */
	guint64 count;
	gint64 time_us; /* of the first, since the adapter was started */
} IcelabNaming;

/* What a connectivity check said of its sender. The same between the same endpoints on the same
 * interface is one. */
typedef struct {
	char *node;
	char *interface;
	gboolean outgoing;
	IcelabAddress source;
	IcelabAddress destination;
	guint16 source_port;
	guint16 destination_port;
	gboolean controlling;
	guint64 tie_breaker;  /* RFC 8445 16.1: random, of the agent */
	gboolean has_network; /* libwebrtc's GOOG-NETWORK-INFO */
	guint16 network_id;   /* which of the sender's interfaces */
	guint16 network_cost;
	gint64 time_us; /* of the first, since the adapter was started */
} IcelabCheck;

/* One request that a STUN server logged. */
typedef struct {
	gint64 time_us; /* since the adapter was started */
	IcelabAddress source;
	IcelabAddress destination;
	guint16 source_port;
	guint16 destination_port;
	gboolean tcp;
	gboolean rfc3489;
	guint16 method;
	char *transaction; /* 32 hexadecimal digits */
} IcelabRequest;

typedef struct {
	char *node;
	guint64 seen;    /* frames */
	guint64 drops;   /* must be 0 */
	gboolean canary; /* the lab's own frame was seen on every interface that is up */
} IcelabSensorReport;

/* What the kernel of the client's node answers: "ip route get DESTINATION". */
typedef struct {
	IcelabAddress destination;
	gboolean reachable;
	char *interface;
	IcelabAddress source;
} IcelabRoute;

/* An address of the client, as the kernel has it. */
typedef struct {
	IcelabAddress address;
	guint8 prefix; /* bits */
	char *interface;
	gboolean temporary; /* RFC 8981 */
	gboolean deprecated;
	gboolean up; /* the interface */
} IcelabLocalAddress;

typedef enum {
	ICELAB_OUTCOME_DONE,
	ICELAB_OUTCOME_UNSUPPORTED,
	ICELAB_OUTCOME_SKIP,
	ICELAB_OUTCOME_BROKEN,
} IcelabOutcome;

typedef struct {
	char *adapter;
	char *scenario;
	char *policy; /* label */
	IcelabOutcome outcome;
	char *reason;        /* of all outcomes but done */
	GPtrArray *events;   /* IcelabEvent */
	GPtrArray *flows;    /* IcelabFlow */
	GPtrArray *namings;  /* IcelabNaming; none in recordings of before they were read */
	GPtrArray *checks;   /* IcelabCheck; none in recordings of before they were read */
	GPtrArray *requests; /* IcelabRequest */
	GPtrArray *sensors;  /* IcelabSensorReport */
	GPtrArray *routes;   /* IcelabRoute */
	GPtrArray *locals;   /* IcelabLocalAddress */
	double lab_ms;
	double gather_ms;
	GHashTable *flow_index; /* of flows, by what makes them equal */
} IcelabObservation;

IcelabObservation *icelab_observation_new(
	const char *adapter, const char *scenario, const char *policy);
void icelab_observation_free(IcelabObservation *observation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabObservation, icelab_observation_free)

/* Sets the outcome and its reason; the first one that is not "done" stays. */
void icelab_observation_end(IcelabObservation *observation, IcelabOutcome outcome,
	const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Appends; takes `line` over. */
void icelab_observation_add_event(
	IcelabObservation *observation, gint64 time_us, gboolean late, JsonObject *line);

/* Counts one frame: into the flow of the same kind, endpoints, node, interface and direction where
 * there is one, else as a flow of its own, copied from `flow`. Returns FALSE where
 * ICELAB_FLOW_LIMIT flows are reached. */
#define ICELAB_FLOW_LIMIT 4096
gboolean icelab_observation_count(IcelabObservation *observation, const IcelabFlow *flow);

/* The same for a name, with ICELAB_NAMING_LIMIT. */
#define ICELAB_NAMING_LIMIT 1024
gboolean icelab_observation_name(IcelabObservation *observation, const IcelabNaming *naming);

/* The same for a check, with ICELAB_CHECK_LIMIT. */
#define ICELAB_CHECK_LIMIT 1024
gboolean icelab_observation_check(IcelabObservation *observation, const IcelabCheck *check);

/* JSON text; caller frees. Addresses of the book are not repeated: it is kept in a file of its own
 * beside it. */
char *icelab_observation_to_json(const IcelabObservation *observation);
IcelabObservation *icelab_observation_from_json(
	const char *text, const char *where, GError **error);

#define ICELAB_OBSERVATION_ERROR (icelab_observation_error_quark())
GQuark icelab_observation_error_quark(void);
