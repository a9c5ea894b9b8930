/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world/world.h"

/* Counters that libnice keeps in functions, for its log: they make the same input take another path
 * the second time. They have no name for the linker, but one in the program's symbol table. */
static const char *const counters[] = {"tick_counter", "priv_discovery_tick_unlocked.tick_counter"};

#define MOST_FOUND 4

static int *found[MOST_FOUND];
static unsigned found_count;

static bool is_counter(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(counters); i++)
		if (strcmp(name, counters[i]) == 0)
			return true;
	return false;
}

/* Where the program was loaded, less where it was linked for. */
static uintptr_t bias(const Elf64_Ehdr *header)
{
	const Elf64_Phdr *linked = (const Elf64_Phdr *)((const char *)header + header->e_phoff);

	for (unsigned i = 0; i < header->e_phnum; i++)
		if (linked[i].p_type == PT_PHDR)
			return getauxval(AT_PHDR) - linked[i].p_vaddr;
	return 0;
}

static void search(const Elf64_Ehdr *header, size_t size)
{
	const char *base = (const char *)header;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(base + header->e_shoff);

	if (header->e_shoff == 0 || header->e_shoff + header->e_shnum * sizeof(*sections) > size)
		return;
	for (unsigned i = 0; i < header->e_shnum; i++) {
		const Elf64_Sym *symbols = (const Elf64_Sym *)(base + sections[i].sh_offset);
		const char *names;

		if (sections[i].sh_type != SHT_SYMTAB)
			continue;
		names = base + sections[sections[i].sh_link].sh_offset;
		for (size_t j = 0; j < sections[i].sh_size / sizeof(*symbols); j++)
			if (ELF64_ST_TYPE(symbols[j].st_info) == STT_OBJECT &&
				symbols[j].st_size >= sizeof(int) && is_counter(names + symbols[j].st_name) &&
				found_count < MOST_FOUND)
				found[found_count++] = (int *)(bias(header) + symbols[j].st_value);
	}
}

static void find(void)
{
	int descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *file;

	if (descriptor < 0 || fstat(descriptor, &status) != 0) {
		perror("/proc/self/exe");
		abort();
	}
	file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	close(descriptor);
	if (file == MAP_FAILED)
		abort();
	search(file, (size_t)status.st_size);
	munmap(file, (size_t)status.st_size);
}

void icelab_world_reset_statics(void)
{
	static bool searched;

	if (!searched)
		find();
	searched = true;
	for (unsigned i = 0; i < found_count; i++)
		*found[i] = 0;
}

/* What one execution frees is far less; more would be memory that the processor has not seen yet.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16:malloc_context_size=12";
}
