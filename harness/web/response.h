/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <microhttpd.h>

#include "web/page.h"

/* What the server answers with. Each returns what libmicrohttpd wants to hear. */

enum MHD_Result icelab_response_empty(struct MHD_Connection *connection, guint status);

/* 404 where `file` is NULL, else the file, which must outlive the server. */
enum MHD_Result icelab_response_file(struct MHD_Connection *connection, const IcelabPageFile *file);

/* Copies `text`. */
enum MHD_Result icelab_response_json(
	struct MHD_Connection *connection, guint status, const GString *text);
