/* SPDX-License-Identifier: MIT */
#include "web/response.h"

static enum MHD_Result send_response(
	struct MHD_Connection *connection, guint status, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* Nothing here may be kept: the next network has other answers at the same address. */
static struct MHD_Response *with_type(struct MHD_Response *response, const char *type)
{
	if (response == NULL)
		return NULL;
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
		MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES)
		return response;
	MHD_destroy_response(response);
	return NULL;
}

enum MHD_Result icelab_response_empty(struct MHD_Connection *connection, guint status)
{
	return send_response(
		connection, status, MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
}

enum MHD_Result icelab_response_file(struct MHD_Connection *connection, const IcelabPageFile *file)
{
	if (file == NULL)
		return icelab_response_empty(connection, MHD_HTTP_NOT_FOUND);
	return send_response(connection, MHD_HTTP_OK,
		with_type(
			MHD_create_response_from_buffer(file->length, file->bytes, MHD_RESPMEM_PERSISTENT),
			file->type));
}

enum MHD_Result icelab_response_json(
	struct MHD_Connection *connection, guint status, const GString *text)
{
	return send_response(connection, status,
		with_type(MHD_create_response_from_buffer(text->len, text->str, MHD_RESPMEM_MUST_COPY),
			"application/json"));
}
