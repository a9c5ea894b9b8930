/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/libnice_reference.h"

/* Leaks by multicast DNS: messages that the mutants send, with the addresses of this host. */

/* The tunnel's address, told on the physical link, under a name as it should be. */
void icelab_mutant_announce_elsewhere(const IcelabRequest *request, const IcelabPlan *plan);
/* The address of the default route, told on its own link: allowed where hosts may be shown. */
void icelab_mutant_announce(const IcelabRequest *request, const IcelabPlan *plan);
/* The same under the name of the host. */
void icelab_mutant_announce_host_name(const IcelabRequest *request, const IcelabPlan *plan);
/* One name for an IPv4 and an IPv6 address. */
void icelab_mutant_announce_both(const IcelabRequest *request, const IcelabPlan *plan);
/* A question for a neighbour by its name. */
void icelab_mutant_ask_for_neighbour(const IcelabRequest *request, const IcelabPlan *plan);
