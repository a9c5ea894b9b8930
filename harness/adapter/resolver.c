/* SPDX-License-Identifier: MIT */
#include "adapter/resolver.h"

#include <gio/gio.h>

#define ICELAB_TYPE_RESOLVER (icelab_resolver_get_type())
G_DECLARE_FINAL_TYPE(IcelabResolver, icelab_resolver, ICELAB, RESOLVER, GResolver)

struct _IcelabResolver {
	GResolver parent;
	GHashTable *names; /* char* -> GPtrArray of GInetAddress */
};

G_DEFINE_TYPE(IcelabResolver, icelab_resolver, G_TYPE_RESOLVER)

static void free_list(gpointer list)
{
	g_resolver_free_addresses(list);
}

static void lookup(GResolver *resolver, const char *name, GCancellable *cancellable,
	GAsyncReadyCallback callback, gpointer user_data)
{
	g_autoptr(GTask) task = g_task_new(resolver, cancellable, callback, user_data);
	GPtrArray *known = g_hash_table_lookup(ICELAB_RESOLVER(resolver)->names, name);
	GList *list = NULL;

	if (known == NULL) {
		g_task_return_new_error(task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
			"%s is not a name that was taught", name);
		return;
	}
	for (guint i = known->len; i > 0; i--)
		list = g_list_prepend(list, g_object_ref(g_ptr_array_index(known, i - 1)));
	g_task_return_pointer(task, list, free_list);
}

static GList *lookup_finish(GResolver *resolver, GAsyncResult *result, GError **error)
{
	g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
	return g_task_propagate_pointer(G_TASK(result), error);
}

static void icelab_resolver_finalize(GObject *object)
{
	g_hash_table_unref(ICELAB_RESOLVER(object)->names);
	G_OBJECT_CLASS(icelab_resolver_parent_class)->finalize(object);
}

static void icelab_resolver_init(IcelabResolver *resolver)
{
	resolver->names =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
}

static void icelab_resolver_class_init(IcelabResolverClass *class)
{
	G_OBJECT_CLASS(class)->finalize = icelab_resolver_finalize;
	G_RESOLVER_CLASS(class)->lookup_by_name_async = lookup;
	G_RESOLVER_CLASS(class)->lookup_by_name_finish = lookup_finish;
}

void icelab_resolver_install(void)
{
	g_autoptr(GResolver) resolver = g_object_new(ICELAB_TYPE_RESOLVER, NULL);

	g_resolver_set_default(resolver);
}

void icelab_resolver_teach(const char *name, const NiceAddress *addresses, size_t count)
{
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	GPtrArray *list = g_ptr_array_new_with_free_func(g_object_unref);

	for (size_t i = 0; i < count; i++) {
		const NiceAddress *address = &addresses[i];
		gboolean v6 = nice_address_ip_version(address) == 6;
		const guint8 *bytes = v6 ? (const guint8 *)&address->s.ip6.sin6_addr
								 : (const guint8 *)&address->s.ip4.sin_addr;

		g_ptr_array_add(list,
			g_inet_address_new_from_bytes(bytes, v6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4));
	}
	g_hash_table_insert(ICELAB_RESOLVER(resolver)->names, g_strdup(name), list);
}
