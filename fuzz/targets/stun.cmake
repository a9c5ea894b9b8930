# SPDX-License-Identifier: MIT
icelab_fuzz_target(naive SOURCES targets/naive.c MUTATOR ${ICELAB_GNUTLS} SEEDS seeds/stun.c LINK icelab_libnice MSAN)
