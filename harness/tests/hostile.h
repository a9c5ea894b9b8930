/* SPDX-License-Identifier: MIT */
#pragma once

/* What the parts of the hostile adapter share. */

/* Writes all of it to standard output. */
void say(const char *text);

/* The last words of an adapter that got further than it may: "it can ...", and exit status 1. */
_Noreturn void succeed_at(const char *what);

/* Attacks on the machine; each returns when it could do no harm. Of the environment's folders,
 * HOSTILE_TARGETS must not be writable, and HOSTILE_OWN must. */
void attack_files(void);
void attack_mounts(void);    /* makes the file system writable again */
void attack_network(void);   /* addresses, links, namespaces */
void attack_sockets(void);   /* raw and packet sockets */
void attack_processes(void); /* signals and traces them, reads their secrets */
void fill_disks(void);       /* writes until there is no more room */

/* Floods; each returns when it has sent all. */
void flood_packets(void);  /* to 20,000 ports */
void flood_requests(void); /* 5,000 Binding requests, one after the other */

/* Forks. */
void leave_daemons(void);            /* that hold standard output open */
_Noreturn void storm(void);          /* every process forks for ever */
_Noreturn void count_to_limit(void); /* says on standard error how many processes it could have */
