/* SPDX-License-Identifier: MIT */
#include "run/queue.h"

static void queue_free(gpointer data)
{
	IcelabQueue *queue = data;

	g_ptr_array_unref(queue->cells);
	g_free(queue);
}

/* Consent opens every interface, also those that lead to no server: who may have to wait begins. */
static gint compare_cells(gconstpointer a, gconstpointer b)
{
	const IcelabPlanned *const *left = a;
	const IcelabPlanned *const *right = b;

	return (int)(*right)->policy.consent - (int)(*left)->policy.consent;
}

GPtrArray *icelab_queues_new(const IcelabPlan *plan)
{
	GPtrArray *queues = g_ptr_array_new_with_free_func(queue_free);

	for (guint i = 0; i < plan->groups->len; i++) {
		IcelabQueue *queue = g_new0(IcelabQueue, 1);

		queue->cells = g_ptr_array_new();
		g_ptr_array_extend(queue->cells, plan->groups->pdata[i], NULL, NULL);
		/* It keeps the order of those that are equal. */
		g_ptr_array_sort(queue->cells, compare_cells);
		g_ptr_array_add(queues, queue);
	}
	return queues;
}

guint icelab_queue_left(const IcelabQueue *queue)
{
	return queue->cells->len - queue->next;
}

static gboolean is_better(const IcelabQueue *queue, const IcelabQueue *than)
{
	if ((queue->jobs == 0) != (than->jobs == 0))
		return queue->jobs == 0;
	return icelab_queue_left(queue) > icelab_queue_left(than);
}

IcelabQueue *icelab_queues_choose(const GPtrArray *queues, guint enough)
{
	IcelabQueue *chosen = NULL;

	for (guint i = 0; i < queues->len; i++) {
		IcelabQueue *queue = queues->pdata[i];
		guint left = icelab_queue_left(queue);

		if (left == 0 || (queue->jobs > 0 && left < enough))
			continue;
		if (chosen == NULL || is_better(queue, chosen))
			chosen = queue;
	}
	return chosen;
}
