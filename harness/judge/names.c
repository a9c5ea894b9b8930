/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "judge/judgement.h"

/* Judges the names of multicast DNS: what stands in for an address, what is told of it on the links
 * and what is asked for there. */

/* RFC 9562 5.4: xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx */
gboolean icelab_judge_is_uuid_name(const char *name)
{
	static const char pattern[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx.local";

	if (strlen(name) != sizeof pattern - 1)
		return FALSE;
	for (gsize i = 0; i < sizeof pattern - 1; i++) {
		gboolean fits = pattern[i] == 'x'   ? g_ascii_isxdigit(name[i])
						: pattern[i] == 'y' ? name[i] != '\0' && strchr("89abAB", name[i]) != NULL
											: pattern[i] == name[i];

		if (!fits)
			return FALSE;
	}
	return TRUE;
}

gboolean icelab_judge_has_names(const IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		if (((IcelabReported *)judgement->reported->pdata[i])->is_name)
			return TRUE;
	}
	return FALSE;
}

static void find_fault(IcelabJudgement *judgement, const IcelabNaming *naming, const char *clause,
	IcelabVerdict severity)
{
	char text[ICELAB_ADDRESS_TEXT];
	g_autofree char *seen = g_strdup_printf("mdns %s %s", naming->node, naming->interface);
	g_autofree char *detail = g_strdup_printf("%s %s %s%s", naming->told ? "tells" : "asks for",
		naming->name, naming->type, naming->told ? "" : " of whoever is on the link");

	icelab_result_add_finding(judgement->result, clause, severity,
		naming->told ? icelab_book_label(judgement->book, &naming->address, text) : naming->name,
		seen, detail);
}

static gboolean is_sent(const IcelabJudgement *judgement, const IcelabNaming *naming)
{
	const IcelabNode *node = icelab_book_node(judgement->book, naming->node);

	return naming->outgoing && node != NULL && node->role == ICELAB_ROLE_CLIENT &&
		   g_str_equal(naming->kind, "mdns") && !g_str_equal(naming->interface, "lo");
}

static gboolean was_told_otherwise(const IcelabJudgement *judgement, guint index)
{
	const IcelabNaming *naming = judgement->observation->namings->pdata[index];

	for (guint i = 0; i < index; i++) {
		const IcelabNaming *earlier = judgement->observation->namings->pdata[i];

		if (is_sent(judgement, earlier) && earlier->address.family != 0 &&
			g_ascii_strcasecmp(earlier->name, naming->name) == 0 &&
			!icelab_address_equal(&earlier->address, &naming->address))
			return TRUE;
	}
	return FALSE;
}

static void judge_told(IcelabJudgement *judgement, guint index)
{
	const IcelabNaming *naming = judgement->observation->namings->pdata[index];

	/* M1: a name of another form says something of its own: of the host, or of the user. */
	if (!icelab_judge_is_uuid_name(naming->name))
		find_fault(judgement, naming, "M1", ICELAB_FAIL);
	/* M4: one that stands for two addresses tells that they belong together. */
	else if (was_told_otherwise(judgement, index))
		find_fault(judgement, naming, "M4", ICELAB_FAIL);
}

/* Whether a question wants the addresses of a host on the link, and not a service. */
static gboolean wants_host(const IcelabNaming *naming)
{
	static const char *const types[] = {"A", "AAAA", "ANY", NULL};

	return !naming->told && g_strv_contains(types, naming->type) &&
		   g_str_has_suffix(naming->name, ".local");
}

void icelab_judge_names(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->namings->len; i++) {
		const IcelabNaming *naming = judgement->observation->namings->pdata[i];

		if (!is_sent(judgement, naming))
			continue;
		if (naming->address.family != 0)
			judge_told(judgement, i);
		/* M10 */
		else if (wants_host(naming) && !icelab_judge_is_uuid_name(naming->name))
			find_fault(judgement, naming, "M10", ICELAB_WARN);
	}
}

static gboolean is_same_telling(const IcelabNaming *a, const IcelabNaming *b)
{
	return icelab_address_equal(&a->address, &b->address) && g_str_equal(a->name, b->name) &&
		   icelab_address_equal(&a->source, &b->source) &&
		   icelab_address_equal(&a->destination, &b->destination) &&
		   a->source_port == b->source_port && a->destination_port == b->destination_port;
}

/* Whether what was heard left the client on the link where the address lives, and on no other:
 * there the neighbours know the address already. */
static gboolean at_home(
	const IcelabJudgement *judgement, const IcelabNamedAddress *named, const IcelabNaming *heard)
{
	gboolean home = FALSE;

	for (guint i = 0; i < judgement->observation->namings->len; i++) {
		const IcelabNaming *told = judgement->observation->namings->pdata[i];

		if (!is_sent(judgement, told) || !is_same_telling(told, heard))
			continue;
		if (!g_str_equal(told->interface, named->interface))
			return FALSE;
		home = TRUE;
	}
	return home;
}

void icelab_judge_expose_names(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->observation->namings->len; i++) {
		const IcelabNaming *heard = judgement->observation->namings->pdata[i];
		const IcelabNode *node = icelab_book_node(judgement->book, heard->node);

		/* What leaves the client need not arrive: a tunnel takes only what its peer allows. */
		if (heard->outgoing || node == NULL || node->role == ICELAB_ROLE_CLIENT ||
			!g_str_equal(heard->kind, "mdns") ||
			!icelab_address_equal(&heard->address, &named->address) ||
			at_home(judgement, named, heard))
			continue;
		g_autofree char *where = g_strdup_printf(
			"%s %s, heard on %s %s", heard->name, heard->type, heard->node, heard->interface);

		icelab_result_add_exposure(judgement->result, named->name, "mdns", where);
	}
}
