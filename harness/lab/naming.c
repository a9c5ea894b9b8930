/* SPDX-License-Identifier: MIT */
#include "lab/naming.h"

#include <netinet/in.h>

#include "dns/message.h"

gboolean icelab_naming_take(
	IcelabObservation *observation, const IcelabFlow *flow, const IcelabPacket *packet)
{
	IcelabDnsReader reader;
	IcelabDnsRecord record;
	const char *error;

	if ((packet->kind != ICELAB_PACKET_DNS && packet->kind != ICELAB_PACKET_MDNS) ||
		packet->ip_protocol != IPPROTO_UDP ||
		!icelab_dns_start(&reader, packet->payload, packet->payload_length))
		return TRUE;
	while (icelab_dns_next(&reader, &record, &error) > 0) {
		char type[ICELAB_DNS_TYPE_TEXT];
		/* Copied where it is counted. */
		IcelabNaming naming = {
			.node = flow->node,
			.interface = flow->interface,
			.outgoing = flow->outgoing,
			.kind = flow->kind,
			.source = flow->source,
			.destination = flow->destination,
			.source_port = flow->source_port,
			.destination_port = flow->destination_port,
			.response = reader.response,
			.told = record.section != ICELAB_DNS_QUESTION,
			.name = record.name,
			.type = (char *)icelab_dns_type_name(record.type, type),
			.address = record.address,
			.time_us = flow->time_us,
		};

		if (!icelab_observation_name(observation, &naming))
			return FALSE;
	}
	return TRUE;
}
