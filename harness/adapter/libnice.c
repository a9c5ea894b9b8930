/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_reference.h"

/* The reference: every policy on libnice's public API, nothing hidden behind mDNS names. */
int main(int argc, char **argv)
{
	static const IcelabReferenceHooks none;

	return icelab_reference_run(argc, argv, &none);
}
