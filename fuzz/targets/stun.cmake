# SPDX-License-Identifier: MIT
icelab_fuzz_target(naive SOURCES targets/naive.c MUTATOR ${ICELAB_GNUTLS} SEEDS seeds/stun.c LINK icelab_libnice MSAN)

# The model of libnice's StunAgent, and what feeds both.
set(PAIR stacks/pair.c oracles/agent_model.c ${ICELAB_GNUTLS})

icelab_fuzz_target(stun_message SOURCES targets/stun_message.c stacks/users.c
	MUTATOR ${PAIR} mutators/stun.c
	SEEDS seeds/stun_message.c LINK icelab_libnice MSAN MAX_LEN 2048)

icelab_fuzz_target(stun_agent SOURCES targets/stun_agent.c stacks/users.c
	MUTATOR ${PAIR} mutators/stun.c
	SEEDS seeds/stun_agent.c LINK icelab_libnice MSAN MAX_LEN 2048)

icelab_fuzz_target(stun_usages SOURCES targets/stun_usages.c stacks/users.c
	MUTATOR ${PAIR} oracles/usage_model.c stacks/network.c mutators/stun.c
	SEEDS seeds/stun_usages.c LINK icelab_libnice MSAN MAX_LEN 2048
	WRAP socket fcntl setsockopt sendto recv recvmsg poll close clock_gettime gettimeofday)

# The same target with each stack behind target.h.
icelab_fuzz_target(stun_stack_libnice SOURCES targets/stun_stack.c stacks/libnice.c
	MUTATOR mutators/stun.c ${ICELAB_GNUTLS} SEEDS seeds/stun_stack.c LINK icelab_libnice MSAN)
icelab_fuzz_target(stun_stack_icelab SOURCES targets/stun_stack.c stacks/icelab.c
	MUTATOR mutators/stun.c SEEDS seeds/stun_stack.c LINK icelab_stun)
