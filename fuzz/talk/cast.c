/* SPDX-License-Identifier: MIT */
#include "talk/talk.h"

const char *const icelab_credentials[][2] = {
	{"dXNlcg==", "cGFzcw=="}, /* MSN's dialects read Base64 */
	{"\"user\"", "\"\""},
	{"u", ""},
	{"\"", "\"\"\""},
};

static const struct {
	const char *address;
	uint16_t port;
} peers[PEERS] = {
	{"198.51.100.1", 5000},
	{"198.51.100.1", 5002},
	{"198.51.100.2", 5000},
	{"192.168.1.20", 5000},
	{"2001:db8:99::1", 5000},
	{"fe80::99", 5000},
	{"198.51.100.3", 9},
	{"10.8.0.9", 6000},
	{"203.0.113.77", 7000},
	{"192.0.2.53", 3478}, /* the servers' own addresses */
	{"192.0.2.78", 3478},
	{"127.0.0.1", 5000},
};

IcelabEndpoint talk_peer(uint8_t index)
{
	return icelab_endpoint(peers[index % PEERS].address, peers[index % PEERS].port);
}

IcelabEndpoint talk_stun_server(void)
{
	return icelab_endpoint("192.0.2.53", 3478);
}

IcelabEndpoint talk_turn_server(unsigned index)
{
	static const struct {
		const char *address;
		uint16_t port;
	} servers[] = {
		{"192.0.2.78", 3478},
		{"192.0.2.79", 3478},
		{"2001:db8:78::1", 3478},
		{"192.0.2.78", 5349},
		{"192.0.2.90", 3480}, /* alternates */
		{"2001:db8:90::1", 3480},
	};

	index %= G_N_ELEMENTS(servers);
	return icelab_endpoint(servers[index].address, servers[index].port);
}

IcelabEndpoint talk_proxy(void)
{
	return icelab_endpoint("192.0.2.80", 1080);
}

IcelabEndpoint talk_mapped(uint8_t index, uint8_t family)
{
	IcelabEndpoint endpoint = icelab_endpoint(family == 6 ? "2001:db8:203::10" : "203.0.113.10", 0);

	endpoint.address.bytes[family == 6 ? 15 : 3] = (uint8_t)(10 + (index >> 4));
	endpoint.port = (uint16_t)(50000 + (index & 15));
	return endpoint;
}

IcelabEndpoint talk_relayed(uint8_t index, uint8_t family)
{
	IcelabEndpoint endpoint = icelab_endpoint(family == 6 ? "2001:db8:78::1" : "192.0.2.78", 0);

	endpoint.address.bytes[family == 6 ? 15 : 3] += (uint8_t)(index >> 4);
	endpoint.port = (uint16_t)(60000 + (index & 15));
	return endpoint;
}

NiceAddress talk_to_nice(const IcelabEndpoint *endpoint)
{
	struct sockaddr_storage native;
	NiceAddress address;

	icelab_endpoint_to_sockaddr(endpoint, &native);
	nice_address_init(&address);
	if (native.ss_family != AF_UNSPEC)
		nice_address_set_from_sockaddr(&address, (const struct sockaddr *)&native);
	return address;
}

IcelabEndpoint talk_from_nice(const NiceAddress *address)
{
	return icelab_endpoint_from_sockaddr(&address->s.addr);
}
