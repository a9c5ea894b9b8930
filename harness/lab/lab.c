/* SPDX-License-Identifier: MIT */
#include "lab/lab.h"

#include <unistd.h>

#include "lab/probe.h"

static gboolean open_parts(IcelabLab *lab, IcelabFault fault, GError **error)
{
	lab->client = icelab_topology_open_node(icelab_book_client(lab->book)->name, error);
	if (lab->client < 0)
		return FALSE;
	lab->servers = icelab_servers_start(lab->book, error);
	if (lab->servers == NULL)
		return FALSE;
	lab->observer = icelab_observer_new(lab->book, fault, error);
	return lab->observer != NULL && icelab_observer_prove(lab->observer, NULL, error) &&
		   icelab_lab_try_paths(lab, error);
}

IcelabLab *icelab_lab_open(const IcelabTopologyOptions *topology, IcelabFault fault, GError **error)
{
	g_autoptr(IcelabLab) lab = g_new0(IcelabLab, 1);
	gint64 start = g_get_monotonic_time();

	lab->client = -1;
	lab->book = icelab_topology_build(topology, error);
	if (lab->book == NULL || !open_parts(lab, fault, error))
		return NULL;
	lab->fingerprint =
		icelab_kernel_fingerprint(icelab_observer_client_kernel(lab->observer), error);
	if (lab->fingerprint == NULL)
		return NULL;
	lab->build_us = g_get_monotonic_time() - start;
	return g_steal_pointer(&lab);
}

void icelab_lab_close(IcelabLab *lab)
{
	if (lab == NULL)
		return;
	icelab_observer_free(lab->observer);
	icelab_servers_free(lab->servers);
	if (lab->client >= 0)
		close(lab->client);
	icelab_book_free(lab->book);
	g_free(lab->fingerprint);
	g_free(lab);
}

gboolean icelab_lab_serve_page(IcelabLab *lab, const char *folder, gboolean asks, GError **error)
{
	gint64 start = g_get_monotonic_time();
	g_autoptr(IcelabPage) page = icelab_page_load(folder, error);

	if (page == NULL || !icelab_servers_serve_page(lab->servers, lab->book, page, asks, error))
		return FALSE;
	lab->build_us += g_get_monotonic_time() - start;
	return TRUE;
}

gboolean icelab_lab_try_paths(IcelabLab *lab, GError **error)
{
	g_autoptr(GError) silence = NULL;

	/* Rather than wait for an answer that cannot come. */
	if (!icelab_servers_check(lab->servers, error))
		return FALSE;
	if (icelab_probe_paths(lab->book, lab->client, icelab_observer_nonce(lab->observer), &silence))
		return TRUE;
	/* One that died meanwhile explains the silence better. */
	if (icelab_servers_check(lab->servers, error))
		g_propagate_error(error, g_steal_pointer(&silence));
	return FALSE;
}

gboolean icelab_lab_ask_kernel(IcelabLab *lab, IcelabObservation *observation, GError **error)
{
	IcelabKernel *kernel = icelab_observer_client_kernel(lab->observer);

	for (guint i = 0; i < lab->book->servers->len; i++) {
		const IcelabServer *server = lab->book->servers->pdata[i];

		if (!icelab_kernel_route(kernel, &server->address->address, observation->routes, error))
			return FALSE;
	}
	for (guint i = 0; i < lab->book->origins->len; i++) {
		const IcelabNamedAddress *origin = lab->book->origins->pdata[i];

		if (!icelab_kernel_route(kernel, &origin->address, observation->routes, error))
			return FALSE;
	}
	return icelab_kernel_addresses(kernel, observation->locals, error);
}

gboolean icelab_lab_is_unchanged(IcelabLab *lab, GError **error)
{
	g_autofree char *now =
		icelab_kernel_fingerprint(icelab_observer_client_kernel(lab->observer), error);

	if (now == NULL)
		return FALSE;
	if (g_str_equal(now, lab->fingerprint))
		return TRUE;
	g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
		"the client's addresses, routes or rules changed while the implementation ran");
	return FALSE;
}
