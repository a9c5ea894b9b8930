/* SPDX-License-Identifier: MIT */
#include "judge/expectation.h"

#include "judge/judgement.h"

typedef struct {
	const IcelabScenario *scenario;
	const IcelabBook *book;
	const IcelabObservation *observation;
	IcelabExpectation *expectation;
} Computation;

static const IcelabRoute *route_to(const Computation *computation, const IcelabAddress *destination)
{
	for (guint i = 0; i < computation->observation->routes->len; i++) {
		const IcelabRoute *route = computation->observation->routes->pdata[i];

		if (icelab_address_equal(&route->destination, destination))
			return route->reachable ? route : NULL;
	}
	return NULL;
}

/* RFC 8828 6.2: the interface and the associated address are those that the kernel takes towards
 * the web application's host. One a family. */
static const IcelabRoute *default_route(const Computation *computation, guint8 family)
{
	for (guint i = 0; i < computation->book->origins->len; i++) {
		const IcelabNamedAddress *origin = computation->book->origins->pdata[i];

		if (origin->address.family == family)
			return route_to(computation, &origin->address);
	}
	return NULL;
}

static const char *name_of(const Computation *computation, const IcelabAddress *address)
{
	const IcelabNamedAddress *named = icelab_book_by_address(computation->book, address);

	return named != NULL ? named->name : "?";
}

/* Without NAT the mapped address is the host's own. */
static gboolean is_own_address(const Computation *computation, const char *name)
{
	const IcelabNamedAddress *named = icelab_book_by_name(computation->book, name);

	for (guint i = 0; i < computation->observation->locals->len; i++) {
		const IcelabLocalAddress *local = computation->observation->locals->pdata[i];

		if (icelab_address_equal(&local->address, &named->address))
			return TRUE;
	}
	return FALSE;
}

/* The name of what a server sees when it is asked along a route; NULL where there is no way.
 * Without NAT an interface has as many paths as it has addresses: then it is the one from the
 * route's source. */
static const char *mapped_name(const Computation *computation, const char *interface,
	const IcelabAddress *source, const IcelabServer *server)
{
	for (guint i = 0; i < computation->book->paths->len; i++) {
		const IcelabPath *path = computation->book->paths->pdata[i];

		if (path->server == server && g_str_equal(path->interface, interface) &&
			(!is_own_address(computation, path->mapped->name) ||
				icelab_address_equal(&path->mapped->address, source)))
			return path->mapped->name;
	}
	return NULL;
}

static void add(GPtrArray *set, IcelabCandidateType type, const char *name)
{
	icelab_expectation_add(set, type, ICELAB_TRANSPORT_UDP, name);
}

/* RFC 6544 5.2: what may be shown over UDP may be shown over TCP, by those who do ICE over TCP at
 * all. */
static void allow_tcp(IcelabExpectation *expectation)
{
	GPtrArray *const sets[] = {expectation->must, expectation->should, expectation->may};

	for (gsize i = 0; i < G_N_ELEMENTS(sets); i++) {
		for (guint k = 0; k < sets[i]->len; k++) {
			const IcelabExpected *expected = sets[i]->pdata[k];

			icelab_expectation_add(
				expectation->may, expected->type, ICELAB_TRANSPORT_TCP, expected->name);
		}
	}
}

static void add_raddr(IcelabExpectation *expectation, const char *name)
{
	if (!icelab_names_have(expectation->raddr, name))
		g_ptr_array_add(expectation->raddr, g_strdup(name));
}

static const IcelabServer *offered_server(const Computation *computation, guint index)
{
	return icelab_book_server(computation->book, computation->scenario->stun[index]);
}

/* Where a local address may stand in mode 1: "should" by I1, "may" where nothing asks for it, not
 * at all where a clause speaks against it. */
static void compute_host(const Computation *computation, const IcelabLocalAddress *local)
{
	IcelabExpectation *expectation = computation->expectation;
	const char *name = name_of(computation, &local->address);
	IcelabVerdict severity;
	gboolean link_local = icelab_address_is_link_local(&local->address);
	/* RFC 4193: no rule asks for unique local addresses beside global ones, and none forbids them.
	 */
	gboolean optional =
		link_local || (local->address.family == 6 && icelab_address_is_private(&local->address));

	if (icelab_judge_address(computation->observation, &local->address, &severity) != NULL)
		return;
	add(optional ? expectation->may : expectation->should, ICELAB_CANDIDATE_HOST, name);
	icelab_expectation_add(expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, name);
	add_raddr(expectation, name);
	/* N4, and the weak host model: whatever may be gathered may be the source on any link. */
	for (guint i = 0; i < computation->observation->locals->len; i++) {
		const IcelabLocalAddress *other = computation->observation->locals->pdata[i];

		if (other->up && !icelab_address_is_loopback(&other->address))
			icelab_expectation_add_wire(expectation, name, other->interface);
	}
	/* N4: every interface is used; an IPv6 link-local address alone cannot reach a server. */
	if (!link_local && !icelab_names_have(expectation->uses, local->interface))
		g_ptr_array_add(expectation->uses, g_strdup(local->interface));
}

static void compute_mode_1(const Computation *computation)
{
	IcelabExpectation *expectation = computation->expectation;

	for (guint i = 0; i < computation->observation->locals->len; i++) {
		const IcelabLocalAddress *local = computation->observation->locals->pdata[i];

		if (local->up && !icelab_address_is_loopback(&local->address))
			compute_host(computation, local);
	}
	for (guint i = 0; computation->scenario->stun[i] != NULL; i++) {
		const IcelabServer *server = offered_server(computation, i);
		const IcelabRoute *route = route_to(computation, &server->address->address);
		IcelabVerdict severity;

		for (guint k = 0; k < computation->book->paths->len; k++) {
			const IcelabPath *path = computation->book->paths->pdata[k];
			/* I7; I11 lets what equals its base be dropped; other links than the kernel's only
			 * answer to sockets that are bound to a device. */
			gboolean own = is_own_address(computation, path->mapped->name);
			gboolean wanted =
				route != NULL && g_str_equal(route->interface, path->interface) && !own;

			if (path->server != server)
				continue;
			/* An address that is not gathered is not shown by way of a server either. */
			if (!own || icelab_judge_address(
							computation->observation, &path->mapped->address, &severity) == NULL)
				add(wanted ? expectation->should : expectation->may, ICELAB_CANDIDATE_SRFLX,
					path->mapped->name);
		}
	}
	expectation->raddr_hidden = TRUE;
}

/* Modes 2 and 3 on the wire: per destination as the kernel routes, or from the one address that was
 * chosen (the text of mode 2 can be read either way). */
static void compute_wire(const Computation *computation, const IcelabServer *server)
{
	const IcelabRoute *route = route_to(computation, &server->address->address);
	const IcelabRoute *chosen = default_route(computation, server->address->address.family);
	IcelabExpectation *expectation = computation->expectation;

	if (route != NULL)
		icelab_expectation_add_wire(
			expectation, name_of(computation, &route->source), route->interface);
	if (chosen != NULL)
		icelab_expectation_add_wire(
			expectation, name_of(computation, &chosen->source), chosen->interface);
	if (route != NULL && chosen != NULL)
		icelab_expectation_add_wire(
			expectation, name_of(computation, &chosen->source), route->interface);
}

static void compute_reflexive(
	const Computation *computation, const IcelabServer *server, gboolean mode_3)
{
	IcelabExpectation *expectation = computation->expectation;
	const IcelabRoute *route = route_to(computation, &server->address->address);
	const IcelabRoute *chosen = default_route(computation, server->address->address.family);
	const char *routed =
		route != NULL ? mapped_name(computation, route->interface, &route->source, server) : NULL;
	const char *from_chosen =
		chosen != NULL ? mapped_name(computation, chosen->interface, &chosen->source, server)
					   : NULL;

	if (routed != NULL) {
		gboolean one_way = chosen != NULL && g_str_equal(chosen->interface, route->interface);
		gboolean own = is_own_address(computation, routed);
		/* In mode 3 nothing else is left, so there it is asked for (I7), even if it equals the
		 * hidden base; in mode 2 it is redundant then (I11). Where the kernel's way and the chosen
		 * interface differ, either reading is right. */
		GPtrArray *set = !one_way ? expectation->may
						 : mode_3 ? (own ? expectation->should : expectation->must)
						 : own    ? expectation->may
								  : expectation->should;

		add(set, ICELAB_CANDIDATE_SRFLX, routed);
	}
	if (from_chosen != NULL &&
		!icelab_expectation_has(
			expectation->must, ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, from_chosen) &&
		!icelab_expectation_has(
			expectation->should, ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, from_chosen))
		add(expectation->may, ICELAB_CANDIDATE_SRFLX, from_chosen);
}

static void compute_mode_2(const Computation *computation)
{
	IcelabExpectation *expectation = computation->expectation;

	for (guint8 family = 4; family <= 6; family += 2) {
		const IcelabRoute *chosen = default_route(computation, family);

		if (chosen == NULL)
			continue;
		const char *name = name_of(computation, &chosen->source);

		/* N7. An address that tells its MAC is one that many withhold for that reason even where
		 * there is no other; N7 and privacy speak against each other, so either is right. */
		add(icelab_address_is_eui64(&chosen->source) ? expectation->may : expectation->must,
			ICELAB_CANDIDATE_HOST, name);
		icelab_expectation_add(expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, name);
		add_raddr(expectation, name);
	}
}

static void compute_modes_2_and_3(const Computation *computation, gboolean mode_3)
{
	/* N8: mode 3 is mode 2 without the associated addresses. */
	if (!mode_3)
		compute_mode_2(computation);
	for (guint i = 0; computation->scenario->stun[i] != NULL; i++) {
		const IcelabServer *server = offered_server(computation, i);

		compute_reflexive(computation, server, mode_3);
		compute_wire(computation, server);
	}
	computation->expectation->raddr_hidden = TRUE;
}

static gboolean check_book(const Computation *computation, GError **error)
{
	for (guint i = 0; computation->scenario->stun[i] != NULL; i++) {
		if (offered_server(computation, i) == NULL) {
			g_set_error(error, ICELAB_SCENARIO_ERROR, 0, "%s has no server called \"%s\"",
				computation->book->topology, computation->scenario->stun[i]);
			return FALSE;
		}
	}
	for (guint i = 0; i < computation->observation->locals->len; i++) {
		const IcelabLocalAddress *local = computation->observation->locals->pdata[i];
		char text[ICELAB_ADDRESS_TEXT];

		if (!local->up || icelab_address_is_loopback(&local->address) ||
			icelab_book_by_address(computation->book, &local->address) != NULL)
			continue;
		g_set_error(error, ICELAB_SCENARIO_ERROR, 0,
			"the client has %s on %s, which the address book of %s does not name; give it a name "
			"in "
			"the topology",
			icelab_address_format(&local->address, text), local->interface,
			computation->book->topology);
		return FALSE;
	}
	return TRUE;
}

IcelabExpectation *icelab_expectation_compute(const IcelabScenario *scenario,
	const IcelabBook *book, const IcelabObservation *observation, IcelabPolicy policy,
	GError **error)
{
	Computation computation = {scenario, book, observation, NULL};

	if (!check_book(&computation, error))
		return NULL;
	computation.expectation = icelab_expectation_new(policy);
	switch (icelab_policy_mode(policy)) {
	case ICELAB_MODE_1:
		compute_mode_1(&computation);
		break;
	case ICELAB_MODE_2:
		compute_modes_2_and_3(&computation, FALSE);
		break;
	case ICELAB_MODE_3:
		compute_modes_2_and_3(&computation, TRUE);
		break;
	default:
		/* No UDP without a proxy (N10), nothing but relays under "relay" (J1, W1): no relay is
		 * offered, so nothing is left. */
		break;
	}
	allow_tcp(computation.expectation);
	return computation.expectation;
}
