/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/libnice_reference.h"

/* Leaks in what the application is told beside a candidate's own address. */

/* Candidate lines. */
void icelab_mutant_name_host(GString *line);        /* a name for the host, raddr as it was */
void icelab_mutant_plain_foundation(GString *line); /* hashed from the address that is hidden */
/* Descriptions. */
void icelab_mutant_name_connection(GString *sdp); /* a name in c= */
/* Statistics and errors, before gathering. */
void icelab_mutant_list_base(const IcelabRequest *request, const IcelabPlan *plan);
void icelab_mutant_list_own_reflexive(const IcelabRequest *request, const IcelabPlan *plan);
void icelab_mutant_list_peer(const IcelabRequest *request, const IcelabPlan *plan);
void icelab_mutant_tell_socket(const IcelabRequest *request, const IcelabPlan *plan);
