/* SPDX-License-Identifier: MIT */
#include "web/inquiry.h"

#define GONE 503

typedef struct {
	gpointer client; /* NULL when it has gone */
	IcelabQuestion question;
	GString *body;
} Waiting;

struct IcelabInquiry {
	int descriptor;
	GQueue *queue; /* Waiting; the first one's question is with the lab */
	gboolean dead; /* the lab */
};

static void waiting_free(gpointer data)
{
	Waiting *waiting = data;

	g_string_free(waiting->body, TRUE);
	g_free(waiting);
}

IcelabInquiry *icelab_inquiry_new(int descriptor)
{
	IcelabInquiry *inquiry = g_new0(IcelabInquiry, 1);

	inquiry->descriptor = descriptor;
	inquiry->queue = g_queue_new();
	return inquiry;
}

void icelab_inquiry_free(IcelabInquiry *inquiry)
{
	if (inquiry == NULL)
		return;
	g_queue_free_full(inquiry->queue, waiting_free);
	g_free(inquiry);
}

static void ask_first(IcelabInquiry *inquiry)
{
	const Waiting *first = g_queue_peek_head(inquiry->queue);

	if (first != NULL && !icelab_question_write(inquiry->descriptor, first->question,
							 first->body->str, first->body->len))
		inquiry->dead = TRUE;
}

void icelab_inquiry_ask(
	IcelabInquiry *inquiry, gpointer client, IcelabQuestion question, const GString *body)
{
	Waiting *waiting = g_new0(Waiting, 1);

	waiting->client = client;
	waiting->question = question;
	waiting->body = g_string_new_len(body->str, (gssize)body->len);
	g_queue_push_tail(inquiry->queue, waiting);
	if (inquiry->queue->length == 1)
		ask_first(inquiry);
}

void icelab_inquiry_forget(IcelabInquiry *inquiry, gpointer client)
{
	for (GList *item = inquiry->queue->head; item != NULL; item = item->next) {
		Waiting *waiting = item->data;

		if (waiting->client != client)
			continue;
		waiting->client = NULL;
		/* The first one's answer is on its way. */
		if (item != inquiry->queue->head) {
			g_queue_delete_link(inquiry->queue, item);
			waiting_free(waiting);
		}
		return;
	}
}

int icelab_inquiry_descriptor(const IcelabInquiry *inquiry)
{
	return inquiry->descriptor;
}

static void tell_first(
	IcelabInquiry *inquiry, IcelabInquiryCallback callback, guint status, GString *answer)
{
	Waiting *first = g_queue_pop_head(inquiry->queue);

	if (first == NULL)
		return;
	if (first->client != NULL)
		callback(first->client, status, answer);
	waiting_free(first);
}

void icelab_inquiry_take(IcelabInquiry *inquiry, IcelabInquiryCallback callback)
{
	g_autoptr(GString) answer = g_string_new(NULL);
	guint32 status;

	if (!inquiry->dead &&
		icelab_question_read(inquiry->descriptor, &status, answer, ICELAB_ANSWER_LIMIT)) {
		tell_first(inquiry, callback, status, answer);
		ask_first(inquiry);
		return;
	}
	inquiry->dead = TRUE;
	g_string_truncate(answer, 0);
	while (!g_queue_is_empty(inquiry->queue))
		tell_first(inquiry, callback, GONE, answer);
}
