/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "world/world.h"

#define MOST_LOOKUPS 32

typedef struct {
	char *name;
	GCancellable *cancellable;
	GAsyncReadyCallback callback;
	gpointer user_data;
} Lookup;

static Lookup lookups[MOST_LOOKUPS];
static unsigned count;
static GList *answer; /* of the lookup whose callback runs */
static bool cancelled;

void __wrap_g_resolver_lookup_by_name_async(GResolver *resolver, const gchar *name,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
void __wrap_g_resolver_lookup_by_name_async(GResolver *resolver, const gchar *name,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
	(void)resolver;
	g_assert(count < MOST_LOOKUPS);
	lookups[count++] = (Lookup){
		.name = g_strdup(name),
		.cancellable = cancellable != NULL ? g_object_ref(cancellable) : NULL,
		.callback = callback,
		.user_data = user_data,
	};
}

GList *__wrap_g_resolver_lookup_by_name_finish(
	GResolver *resolver, GAsyncResult *result, GError **error);
GList *__wrap_g_resolver_lookup_by_name_finish(
	GResolver *resolver, GAsyncResult *result, GError **error)
{
	GList *list = g_steal_pointer(&answer);

	(void)resolver;
	(void)result;
	if (list == NULL)
		g_set_error_literal(error, cancelled ? G_IO_ERROR : G_RESOLVER_ERROR,
			cancelled ? (gint)G_IO_ERROR_CANCELLED : (gint)G_RESOLVER_ERROR_NOT_FOUND,
			"no such name in this world");
	return list;
}

static void forget(Lookup *lookup)
{
	g_free(lookup->name);
	g_clear_object(&lookup->cancellable);
}

bool icelab_world_resolve(const char *const *addresses, unsigned address_count)
{
	static GResolver *resolver;
	Lookup lookup;

	if (count == 0)
		return false;
	lookup = lookups[0];
	count--;
	memmove(lookups, lookups + 1, count * sizeof(lookups[0]));
	if (resolver == NULL)
		resolver = g_resolver_get_default();

	cancelled = lookup.cancellable != NULL && g_cancellable_is_cancelled(lookup.cancellable);
	if (!cancelled) {
		GInetAddress *literal = g_inet_address_new_from_string(lookup.name);

		if (literal != NULL)
			answer = g_list_append(answer, literal);
		else
			for (unsigned i = 0; i < address_count; i++)
				answer = g_list_append(answer, g_inet_address_new_from_string(addresses[i]));
	}
	lookup.callback(G_OBJECT(resolver), NULL, lookup.user_data);
	g_list_free_full(g_steal_pointer(&answer), g_object_unref);
	forget(&lookup);
	return true;
}

unsigned icelab_world_lookups(void)
{
	return count;
}

const char *icelab_world_lookup_name(void)
{
	return count > 0 ? lookups[0].name : NULL;
}

void icelab_world_lookups_reset(void)
{
	/* A lookup that was cancelled still calls back. */
	while (icelab_world_resolve(NULL, 0))
		;
}
