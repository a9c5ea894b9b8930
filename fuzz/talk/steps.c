/* SPDX-License-Identifier: MIT */
#include "talk/steps.h"
#include "talk/progress.h"

Sent *step_choose_request(Party party, uint8_t index)
{
	Sent *waiting[MOST_SENT];
	unsigned count = 0;

	/* Newest first; those that were answered last, for second answers. */
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = MIN(talk.sent_count, MOST_SENT); i-- > 0;) {
			Sent *sent = &talk.sent[i];

			if (sent->length > 0 && sent->party == party && sent->answered == (pass == 1))
				waiting[count++] = sent;
		}
	return count > 0 ? waiting[index % count] : NULL;
}

static void rounds(IcelabScript *script)
{
	unsigned count = 1 + icelab_script_byte(script) % 24;
	static const int64_t pauses[] = {20000, 1000, 100000, 500000};
	int64_t pause = pauses[icelab_script_byte(script) & 3];

	for (unsigned i = 0; i < count && icelab_world_alive(); i++) {
		while (icelab_world_resolve((const char *const[]){"192.0.2.78"}, 1))
			;
		talk_answer_all();
		talk_advance(pause);
	}
}

static void advance(IcelabScript *script)
{
	static const int64_t steps[] = {20000, 100000, 500000, 1000000, 5000000, 25000000, 60000000,
		300000000, 600000000, 4000000000};
	uint8_t which = icelab_script_byte(script);

	talk_advance(steps[which % G_N_ELEMENTS(steps)]);
}

static void resolve(IcelabScript *script)
{
	static const char *const names[] = {"192.0.2.78", "2001:db8:78::1", "192.0.2.79", "192.0.2.53"};
	uint8_t which = icelab_script_byte(script);
	const char *answers[3];
	unsigned count = which & 3;

	talk.unresolved = talk.unresolved || count == 0;

	for (unsigned i = 0; i < count; i++)
		answers[i] = names[(which >> (2 + 2 * i)) & 3];
	icelab_world_resolve(answers, count);
}

static void read_all(IcelabScript *script)
{
	(void)script;
	candidates_judge();
}

void talk_step(IcelabStep step, IcelabScript *arguments)
{
	Sent *request = NULL;

	progress_note(step, arguments);
	/* What an application changes may end the need for a relay. */
	if (step == STEP_RESTART || step == STEP_STREAMS || step == STEP_SELECT || step == STEP_CHANGE)
		talk.demand.stands = false;
	switch (step) {
	case STEP_ROUNDS:
		rounds(arguments);
		break;
	case STEP_ADVANCE:
		advance(arguments);
		break;
	case STEP_ANSWER_STUN:
		request = step_choose_request(PARTY_STUN, icelab_script_byte(arguments));
		if (request != NULL)
			talk_answer_stun(request, arguments);
		break;
	case STEP_ANSWER_TURN:
		request = step_choose_request(PARTY_TURN, icelab_script_byte(arguments));
		if (request != NULL)
			talk_answer_turn(request, arguments);
		break;
	case STEP_ANSWER_PEER:
		request = step_choose_request(PARTY_PEER, icelab_script_byte(arguments));
		if (request != NULL)
			talk_answer_peer(request, arguments);
		break;
	case STEP_CHECK:
		talk_check(arguments);
		break;
	case STEP_DATA:
		step_data(arguments);
		break;
	case STEP_RELAY_FRAME:
		step_relay_frame(arguments);
		break;
	case STEP_DATAGRAM:
		step_datagram(arguments);
		break;
	case STEP_STREAM:
		step_stream(arguments);
		break;
	case STEP_CONNECTION:
		step_connection(arguments);
		break;
	case STEP_REPLAY:
		step_replay(arguments);
		break;
	case STEP_REMOTE:
		step_remote(arguments);
		break;
	case STEP_REMOTE_SDP:
		step_remote_sdp(arguments);
		break;
	case STEP_SEND:
		step_send(arguments);
		break;
	case STEP_READ:
		read_all(arguments);
		break;
	case STEP_RESTART:
		step_restart(arguments);
		break;
	case STEP_STREAMS:
		step_streams(arguments);
		break;
	case STEP_SELECT:
		step_select(arguments);
		break;
	case STEP_CHANGE:
		step_change(arguments);
		break;
	case STEP_RESOLVE:
		resolve(arguments);
		break;
	case STEP_COUNT:
		break;
	}
	talk_mend(NULL);
	pairs_judge();
	progress_judge();
}
