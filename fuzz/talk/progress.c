/* SPDX-License-Identifier: MIT */
#include "talk/progress.h"

#include "talk/header.h"
#include "talk/peer.h"

/* What a conversation without a fault must come to: RFC 8445 8.1.1, 8.3. */

#define ENOUGH 60 /* rounds of 20 ms: all checks, and the nomination after them */

/* IPv4 addresses that are nobody else's. */
static bool is_plain_peer(uint8_t index)
{
	return index < 4 || (index > 5 && index < 9);
}

void progress_start(const uint8_t *header)
{
	/* One interface, no relay, full mode, UDP; the peer answers everything, and may check and
	 * nominate only as the script says. */
	talk.flawless = talk.modern && (header[MODE] & ~(2 | 0x20 | 0x80)) == 0 &&
					(header[USE] & ~(1 | 0x20 | 0x40)) == 0 && header[INTERFACES] == 0 &&
					(header[SHAPE] & 0x18) == 0 && header[NAMES] == 0 && header[PROXY] == 0 &&
					(header[TIMING] & 0x0c) == 0 && (header[MANNERS] & ~(8 | 0x10)) == 0 &&
					header[MISC] == 0;
	talk.good_rounds = 0;
}

static bool is_good_remote(IcelabScript arguments)
{
	uint8_t which = icelab_script_byte(&arguments);
	uint8_t what = icelab_script_byte(&arguments);
	uint8_t peer = icelab_script_byte(&arguments);
	uint8_t form = icelab_script_byte(&arguments);
	Stream *stream = talk_pick_stream(which & 0x0f);

	if (what != 0 || !is_plain_peer(peer) || form != 0)
		return false;
	stream->knows_peer[(which >> 4) % stream->components] = true;
	return true;
}

static void note_nomination(uint8_t index, uint8_t peer)
{
	bool relayed;
	IcelabWorldSocket *socket = talk_choose_socket(index, &relayed);
	IcelabEndpoint from = talk_peer(peer);
	NiceStream *stream;
	NiceComponent *component;

	if (socket != NULL && talk_receives(socket, &stream, &component) &&
		icelab_world_socket_local(socket).address.family == from.address.family)
		talk_stream(stream->id)->nominated[component->id - 1] = true;
}

/* Of the role that suits the agent's. */
static bool is_good_check(IcelabScript arguments)
{
	uint8_t index = icelab_script_byte(&arguments);
	uint8_t peer = icelab_script_byte(&arguments);
	uint8_t flaws = icelab_script_byte(&arguments);
	uint8_t role = icelab_script_byte(&arguments);
	uint8_t extras = icelab_script_byte(&arguments);
	uint8_t which = icelab_script_byte(&arguments);

	if ((index & 0x80) != 0 || !is_plain_peer(peer) || flaws != 0 || extras != 0 || which != 0 ||
		(role != 0 && (role != 0x10 || talk.agent->controlling_mode)))
		return false;
	if (role == 0x10)
		note_nomination(index, peer);
	return true;
}

void progress_note(IcelabStep step, const IcelabScript *arguments)
{
	IcelabScript read = *arguments;

	switch (step) {
	case STEP_ROUNDS:
		talk.good_rounds += 1 + icelab_script_byte(&read) % 24;
		talk.flawless = talk.flawless && (icelab_script_byte(&read) & 3) == 0;
		break;
	case STEP_REMOTE:
		talk.flawless = talk.flawless && is_good_remote(read);
		talk.good_rounds = 0;
		break;
	case STEP_CHECK:
		talk.good_rounds = 0;
		talk.flawless = talk.flawless && is_good_check(read);
		break;
	case STEP_READ:
	case STEP_SEND:
		break;
	default:
		talk.flawless = false;
		break;
	}
}

void progress_judge(void)
{
	/* The peer nominates by itself, unless its manners forbid it. */
	bool nominates =
		talk.agent != NULL && (talk.agent->controlling_mode || (talk.manners & 0x18) == 0);

	if (!talk.flawless || talk.good_rounds < ENOUGH || !icelab_world_alive())
		return;
	for (unsigned i = 0; i < talk.stream_count; i++)
		for (unsigned j = 0; j < talk.streams[i].components; j++)
			if (talk.streams[i].knows_peer[j] && (nominates || talk.streams[i].nominated[j]) &&
				talk.streams[i].state[j] != NICE_COMPONENT_STATE_READY)
				talk_broken(NULL, "RFC 8445 8.1.1",
					"a conversation without a fault left component %u %s", j + 1,
					nice_component_state_to_string(talk.streams[i].state[j]));
}
