/* SPDX-License-Identifier: MIT */
/* What most STUN fuzzers are: one datagram is validated and its attributes are read. It stands here
 * to be measured beside the others, not to find anything. Attack surface: stun/stunmessage.c. */
#include <stdint.h>
#include <sys/socket.h>

#include <stun/stunagent.h>
#include <stun/stunmessage.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t known[] = {STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_PRIORITY, 0};
	StunAgent agent;
	StunMessage message;
	stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389, 0);
	if (stun_agent_validate(&agent, &message, data, size, NULL, NULL) != STUN_VALIDATION_SUCCESS)
		return 0;
	uint16_t length;
	uint32_t number;
	int code;
	struct sockaddr_storage address;
	socklen_t address_length = sizeof address;
	stun_message_find(&message, STUN_ATTRIBUTE_USERNAME, &length);
	stun_message_find32(&message, STUN_ATTRIBUTE_PRIORITY, &number);
	stun_message_find_error(&message, &code);
	stun_message_find_xor_addr(
		&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &address, &address_length);
	return 0;
}
