/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "web/question.h"

/* The questions of a server's clients that wait for the lab's answers: one is asked, the others
 * queue, so that a client that asks without end costs the lab one question at a time. */

typedef struct IcelabInquiry IcelabInquiry;

/* Over a connected stream socket, which stays the caller's. */
IcelabInquiry *icelab_inquiry_new(int descriptor);
void icelab_inquiry_free(IcelabInquiry *inquiry);

/* Called when an answer is there; `status` is an HTTP status code. */
typedef void (*IcelabInquiryCallback)(gpointer client, guint status, GString *answer);

/* Asks for `client`, with a body, now or when the others were answered. */
void icelab_inquiry_ask(
	IcelabInquiry *inquiry, gpointer client, IcelabQuestion question, const GString *body);

/* A client has gone, or goes: its answer will be thrown away. */
void icelab_inquiry_forget(IcelabInquiry *inquiry, gpointer client);

/* Readable when an answer is there. */
int icelab_inquiry_descriptor(const IcelabInquiry *inquiry);

/* Takes one answer; status 503 for all who wait where the lab is gone. */
void icelab_inquiry_take(IcelabInquiry *inquiry, IcelabInquiryCallback callback);
