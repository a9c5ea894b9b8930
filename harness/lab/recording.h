/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "lab/sensor.h"

/* The pcap files of one cell: one a node and interface, made when its first frame comes. */

#define ICELAB_RECORDING_LIMIT                                                                     \
	(16 * 1024 * 1024) /* bytes of frames in one cell; what comes later is not kept */

typedef struct IcelabRecording IcelabRecording;

/* Files are made in the folder behind `folder` (a descriptor that stays the caller's). */
IcelabRecording *icelab_recording_new(int folder);

/* Closes the files. Returns FALSE and sets `error` where something could not be written; frees in
 * any case. */
gboolean icelab_recording_finish(IcelabRecording *recording, GError **error);

/* Appends to NODE-INTERFACE.pcap. */
void icelab_recording_add(
	IcelabRecording *recording, const char *node, const char *interface, const IcelabFrame *frame);
