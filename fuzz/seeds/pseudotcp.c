/* SPDX-License-Identifier: MIT */
/* Seeds of pseudotcp: transfers on a good, a lossy and a hostile network, and every way to end. */
#include <string.h>

#include "seeds/seed.h"

#define SEED(name, ...)                                                                            \
	do {                                                                                           \
		static const unsigned char bytes[] = {__VA_ARGS__};                                        \
		seed_write(name, bytes, sizeof(bytes));                                                    \
	} while (0)

#define DELIVER(to, which) 0, 2, to, which
#define ALL 1, 1, 2
#define ADVANCE(how) 2, 1, how
#define SEND(from, high, low) 3, 3, from, high, low
#define READ(at, high, low) 4, 3, at, high, low
#define LOSE(to, which) 5, 2, to, which
#define DOUBLE(to, which) 6, 2, to, which
#define CORRUPT(to, which, byte) 7, 4, to, which, byte, 0x10
#define FALSIFY(to, sequence, acknowledged, flags, scale)                                          \
	8, 11, to, 0, sequence, acknowledged, flags, 0xf0, 0, scale, 'd', 'a', 't'
/* A control segment that connects, with options: a window scale, nothing, a size, and FIN-ACK. */
#define CONNECT_SEGMENT(to, scale)                                                                 \
	8, 21, to, 0, 0, 0, 2, 0xf0, 0, 0, 0, 3, 1, scale, 1, 2, 2, 5, 0x78, 254, 1, 0, 0
/* The same with an option of another length than it should have, at the end. */
#define OPTION_SEGMENT(to, kind, size, ...)                                                        \
	8, 11 + (size), to, 0, 0, 0, 2, 0xf0, 0, 0, 0, kind, size, ##__VA_ARGS__
/* The same without data: `flags` 1 is a FIN, 4 a RST. */
#define EMPTY_SEGMENT(to, acknowledged, flags, scale)                                              \
	8, 8, to, 0, 0, acknowledged, flags, 0xf0, 0, scale
#define FIN 1
#define RST 4
#define CLOSE(which) 9, 1, which
#define SHUTDOWN(which) 10, 1, which
#define CHANGE(which, what, high, low) 11, 4, which, what, high, low
#define LIMIT(what) 13, 1, what
#define SEGMENT(to, start, size) 14, 3, to, start, size

int main(int argc, char **argv)
{
	seed_start(argc, argv);
	SEED("both ways", 0, 0, 0, 0, SEND(0, 4, 0), ALL, SEND(1, 0x20, 0), ALL, ADVANCE(0), ALL,
		SEND(0, 0xf0, 0), ALL, ADVANCE(0), ALL);
	SEED("slow reader", 3, 0, 0, 0, SEND(0, 0xff, 0), ALL, SEND(0, 0xff, 0), ALL, ADVANCE(3), ALL,
		READ(1, 0x10, 0), ALL, READ(1, 0xff, 0), ALL, ADVANCE(0x33), ALL, READ(1, 0xff, 0), ALL);
	SEED("lost, doubled, reordered", 0, 0, 0, 0, SEND(0, 0x40, 0), LOSE(1, 0), ALL,
		SEND(0, 0x40, 0), DOUBLE(1, 1), DELIVER(1, 2), DELIVER(1, 1), ALL, ADVANCE(3), ALL,
		ADVANCE(3), ALL, SEND(0, 0x60, 0), LOSE(1, 1), ALL, SEND(0, 0x60, 0), ALL, ADVANCE(0x13),
		ALL);
	SEED("segmented anew", 0, 0, 0, 0, SEND(0, 0x20, 0), ALL, SEND(0, 0x20, 0), LOSE(1, 0),
		SEGMENT(1, 40, 90), DELIVER(1, 1), SEGMENT(1, 70, 60), ALL, ADVANCE(3), ALL);
	SEED("closed with FIN", 0, 0, 0, 0, SEND(0, 4, 0), CLOSE(0), ALL, CLOSE(1), ALL, ADVANCE(0x45),
		ALL);
	SEED("closed without FIN", 0x0c, 0, 0, 0, SEND(0, 4, 0), ALL, CLOSE(0), ALL, CLOSE(1), ALL,
		ADVANCE(5));
	SEED("closed by both", 0, 0, 0, 0, CLOSE(0), CLOSE(1), ALL, ADVANCE(0x25));
	SEED("closed with force", 0, 0, 0, 0, SEND(0, 0x40, 0), CLOSE(2), ALL, SEND(1, 0, 4));
	SEED("shut down", 0, 0, 0, 0, SEND(0, 4, 0), SHUTDOWN(2), ALL, SEND(1, 4, 0), ALL, SHUTDOWN(1),
		ALL, SHUTDOWN(4), ADVANCE(5));
	SEED("corrupted", 0, 0, 0, 0, SEND(0, 0x20, 0), CORRUPT(1, 0, 13), ALL, CORRUPT(0, 0, 5), ALL,
		ADVANCE(3), ALL);
	SEED("falsified", 0, 0, 0, 0, SEND(0, 0x20, 0), FALSIFY(0, 0, 0, 0, 0), FALSIFY(1, 3, 0, 0, 16),
		FALSIFY(1, 0, 0, 4, 0), FALSIFY(0, 0, 0, 1, 0), FALSIFY(0, 0, 0, 2, 4), ALL, ADVANCE(3));
	SEED("control segments", 0, 0, 0, 0, FALSIFY(0, 0, 0, 2, 0), ALL, FALSIFY(1, 0, 0, 2, 1), ALL);
	SEED("options", 0x10, 0, 0, 0, CONNECT_SEGMENT(1, 2), ALL, CONNECT_SEGMENT(0, 7), ALL,
		SEND(1, 4, 0), ALL);
	SEED("options of an answer", 0x10, 0, 0, 0, 12, 1, 0, CONNECT_SEGMENT(0, 3), ALL, SEND(0, 4, 0),
		ALL, ADVANCE(3));
	SEED("options without a value", 0x10, 0, 0, 0, OPTION_SEGMENT(1, 3, 0), ALL,
		OPTION_SEGMENT(0, 254, 0), ALL, OPTION_SEGMENT(1, 2, 0), ALL, OPTION_SEGMENT(0, 2, 0), ALL);
	SEED("options too long", 0x10, 0, 0, 0, OPTION_SEGMENT(1, 3, 2, 1, 1), ALL,
		OPTION_SEGMENT(0, 254, 1, 1), ALL, OPTION_SEGMENT(1, 2, 1, 1), ALL);
	SEED("small windows", 0x10, 0, 0, 0, CHANGE(0, 2, 8, 0), CHANGE(1, 2, 4, 0), CHANGE(0, 3, 8, 0),
		12, 1, 0, ALL, SEND(0, 0x40, 0), ALL, ADVANCE(0), ALL, SEND(1, 0x40, 0), ALL, ADVANCE(3),
		ALL);
	SEED("path MTU", 0, 0, 0, 0, 13, 1, 0x11, SEND(0, 0x20, 0), ALL, CHANGE(0, 4, 2, 0), ALL, 13, 1,
		0, SEND(0, 4, 0), ALL);
	SEED("delays", 0, 0, 0, 0, CHANGE(0, 0, 0, 1), CHANGE(1, 1, 1, 0), SEND(0, 0, 9), ALL,
		SEND(0, 0, 9), ALL, ADVANCE(1), ALL, SEND(0, 0, 9), ADVANCE(0), ALL);
	SEED("never answered", 0x10, 0, 0, 0, 12, 1, 0, ADVANCE(0xf4), ADVANCE(0xf4), ADVANCE(0xf5));
	SEED(
		"without both FIN", 8, 0, 0, 0, SEND(0, 4, 0), ALL, CLOSE(0), ALL, ADVANCE(0x15), CLOSE(1));
	SEED("closed in turn, with time", 0, 0, 0, 0, ADVANCE(0), ALL, SHUTDOWN(2), ALL, SHUTDOWN(3),
		ALL, ADVANCE(2), ADVANCE(2), ADVANCE(0));
	SEED("closed in turn, late", 0, 0, 0, 0, CLOSE(1), DELIVER(0, 0), SHUTDOWN(2), ADVANCE(0x30),
		ALL);
	SEED("in LAST-ACK", 0, 0, 0, 0, ADVANCE(0), ALL, EMPTY_SEGMENT(1, 0, FIN, 0), SHUTDOWN(3),
		ADVANCE(0xf3), EMPTY_SEGMENT(1, 40, 0, 0), EMPTY_SEGMENT(1, 0, RST, 0));
	SEED("in CLOSING", 0, 0, 0, 0, ADVANCE(0), ALL, SHUTDOWN(2), EMPTY_SEGMENT(0, 0, FIN, 0),
		SHUTDOWN(2), ALL, ADVANCE(3));
	SEED("two FIN", 0, 0, 0, 0, EMPTY_SEGMENT(1, 0, FIN, 0), EMPTY_SEGMENT(1, 0, FIN, 0), ALL,
		ADVANCE(3));
	SEED("FIN before data", 0, 0, 0, 0, ADVANCE(0), ALL, SEND(0, 0, 9), DOUBLE(1, 0), DELIVER(1, 0),
		ADVANCE(0), DELIVER(0, 0), SEND(0, 0, 8), SHUTDOWN(2), DELIVER(1, 2), ALL, ADVANCE(3), ALL);
	/* RFC 6582 3.2: repetitions of what is below the last sequence before a timeout start no
	 * recovery. */
	SEED("repeated after a timeout", 0, 0, 0, 0, ADVANCE(0), ALL, SEND(0, 0x20, 0), ADVANCE(0x33),
		EMPTY_SEGMENT(2, 0, 0, 8), EMPTY_SEGMENT(2, 0, 0, 8), EMPTY_SEGMENT(2, 0, 0, 8),
		LIMIT(0x0e), EMPTY_SEGMENT(2, 100, 0, 0));
	SEED("repeated", 0, 0, 0, 0, ADVANCE(0), ALL, SEND(0, 0x40, 0), EMPTY_SEGMENT(2, 0, 0, 0),
		EMPTY_SEGMENT(2, 0, 0, 0), EMPTY_SEGMENT(2, 0, 0, 0), EMPTY_SEGMENT(2, 0, 0, 0),
		EMPTY_SEGMENT(2, 100, 0, 0), EMPTY_SEGMENT(2, 100, 0, 0), ALL);
	SEED("echo", 0, 2, 0, 0, SEND(0, 0x20, 0), EMPTY_SEGMENT(0, 1, 0, 0x20),
		EMPTY_SEGMENT(0, 1, 0, 0x40), ALL);
	SEED("the sign of time", 0, 1, 0, 0, SEND(0, 0x20, 0), LOSE(1, 0), ALL, ADVANCE(0x13), ALL,
		ADVANCE(0x23), SEND(1, 0x20, 0), ALL);
	SEED("the end of time", 0, 3, 0, 0, SEND(0, 0x20, 0), LOSE(1, 0), ALL, ADVANCE(0x13), ALL,
		ADVANCE(0x33), SEND(1, 0x20, 0), LOSE(0, 0), ALL, ADVANCE(0x23), ALL);
	return 0;
}
