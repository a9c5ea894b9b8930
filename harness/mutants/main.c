/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "mutants/mutant.h"

/* One executable under many names: each mutant is a link to it. Beside its cell a mutant is the
 * reference. */
int main(int argc, char **argv)
{
	g_autofree char *name = g_path_get_basename(argv[0]);
	const IcelabMutant *mutant = icelab_mutant_find(name);

	if (mutant == NULL) {
		g_printerr("%s is no mutant; call it by one of these names:", name);
		for (size_t i = 0; i < icelab_mutants_count; i++)
			g_printerr(" %s", icelab_mutants[i].hooks.name);
		g_printerr("\n");
		return 1;
	}

	const IcelabReferenceHooks harmless = {.name = mutant->hooks.name};
	gboolean consent = g_strcmp0(g_getenv("ICELAB_CONSENT"), "1") == 0;
	gboolean armed =
		mutant->policy == NULL ||
		(g_strcmp0(g_getenv("ICELAB_POLICY"), mutant->policy) == 0 && consent == mutant->consent);

	return icelab_reference_run(argc, argv, armed ? &mutant->hooks : &harmless);
}
