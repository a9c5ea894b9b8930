/* SPDX-License-Identifier: MIT */
#include "lab/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <unistd.h>

typedef struct {
	char *name;
	pcap_t *handle;
	pcap_dumper_t *dumper;
} File;

struct IcelabRecording {
	int folder;
	gsize bytes;
	GPtrArray *files; /* File */
	GError *error;    /* the first */
};

static void file_free(gpointer data)
{
	File *file = data;

	if (file->dumper != NULL)
		pcap_dump_close(file->dumper);
	if (file->handle != NULL)
		pcap_close(file->handle);
	g_free(file->name);
	g_free(file);
}

IcelabRecording *icelab_recording_new(int folder)
{
	IcelabRecording *recording = g_new0(IcelabRecording, 1);

	recording->folder = folder;
	recording->files = g_ptr_array_new_with_free_func(file_free);
	return recording;
}

static void note(IcelabRecording *recording, const char *name, const char *what)
{
	if (recording->error == NULL)
		g_set_error(&recording->error, ICELAB_SENSOR_ERROR, 0, "%s: %s", name, what);
}

static File *open_file(IcelabRecording *recording, const char *name, guint16 hardware)
{
	File *file = g_new0(File, 1);
	IcelabLinkType link = ICELAB_LINK_ETHERNET;
	int descriptor =
		openat(recording->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	FILE *stream = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;

	file->name = g_strdup(name);
	g_ptr_array_add(recording->files, file);
	if (stream == NULL) {
		note(recording, name, g_strerror(errno));
		if (descriptor >= 0)
			close(descriptor);
		return file;
	}
	icelab_sensor_link_type(hardware, &link);
	file->handle =
		pcap_open_dead_with_tstamp_precision(link == ICELAB_LINK_ETHERNET ? DLT_EN10MB : DLT_RAW,
			ICELAB_SENSOR_FRAME, PCAP_TSTAMP_PRECISION_NANO);
	file->dumper = file->handle != NULL ? pcap_dump_fopen(file->handle, stream) : NULL;
	if (file->dumper == NULL) {
		note(recording, name, "no pcap file could be made");
		fclose(stream);
	}
	return file;
}

void icelab_recording_add(
	IcelabRecording *recording, const char *node, const char *interface, const IcelabFrame *frame)
{
	g_autofree char *name = g_strdup_printf("%s-%s.pcap", node, interface);
	File *file = NULL;
	struct pcap_pkthdr header = {
		.ts = {.tv_sec = frame->time_ns / 1000000000, .tv_usec = frame->time_ns % 1000000000},
		.caplen = (bpf_u_int32)frame->length,
		.len = (bpf_u_int32)frame->wire_length,
	};

	for (guint i = 0; i < recording->files->len && file == NULL; i++) {
		File *known = recording->files->pdata[i];

		if (g_str_equal(known->name, name))
			file = known;
	}
	if (file == NULL)
		file = open_file(recording, name, frame->hardware);
	recording->bytes += frame->length;
	if (file->dumper != NULL && recording->bytes <= ICELAB_RECORDING_LIMIT)
		pcap_dump((u_char *)file->dumper, &header, frame->bytes);
}

gboolean icelab_recording_finish(IcelabRecording *recording, GError **error)
{
	gboolean clean;

	for (guint i = 0; i < recording->files->len; i++) {
		File *file = recording->files->pdata[i];

		if (file->dumper != NULL && pcap_dump_flush(file->dumper) != 0)
			note(recording, file->name, g_strerror(errno));
	}
	clean = recording->error == NULL;
	if (!clean)
		g_propagate_error(error, recording->error);
	g_ptr_array_unref(recording->files);
	g_free(recording);
	return clean;
}
