/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without libFuzzer and proves that the same input has the same coverage: in one
 * process twice, and in two processes. The 8-bit counters of every edge and the operands of every
 * comparison count.
 *
 *   PROGRAM FOLDER-OR-FILE...
 *
 * Exit status 0: so it is; 1: the inputs that differ are listed; 2: usage. */
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maximum);
void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);
void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);
void __sanitizer_cov_trace_pc_indir(uintptr_t callee);
void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b);
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b);
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases);
void __sanitizer_cov_trace_div4(uint32_t value);
void __sanitizer_cov_trace_div8(uint64_t value);
void __sanitizer_cov_trace_gep(uintptr_t value);

#define MODULES 64
#define INPUT_LIMIT (1 << 20)
#define REPORT "ICELAB_DETERMINISM_REPORT" /* the descriptor that a process reports to */

static struct {
	uint8_t *start;
	uint8_t *stop;
} modules[MODULES];
static size_t module_count;
static uint64_t trace;

static void mix(uint64_t value)
{
	trace = (trace ^ value) * 0x9E3779B97F4A7C15u;
	trace ^= trace >> 29;
}

void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop)
{
	if (start == stop)
		return;
	for (size_t i = 0; i < module_count; i++)
		if (modules[i].start == start)
			return;
	if (module_count == MODULES)
		abort();
	modules[module_count].start = start;
	modules[module_count++].stop = stop;
}

void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop)
{
	(void)start;
	(void)stop;
}

/* Addresses and pointers differ between processes: comparisons of 64 bits and callees do not count.
 */
void __sanitizer_cov_trace_pc_indir(uintptr_t callee)
{
	(void)callee;
}
void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b)
{
	mix((uint64_t)a << 32 | b);
}
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b)
{
	mix((uint64_t)a << 32 | b);
}
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b)
{
	mix((uint64_t)a << 32 | b);
}
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
}
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b)
{
	mix((uint64_t)a << 32 | b);
}
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b)
{
	mix((uint64_t)a << 32 | b);
}
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b)
{
	mix((uint64_t)a << 32 | b);
}
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
}
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases)
{
	(void)cases;
	mix(value);
}
void __sanitizer_cov_trace_div4(uint32_t value)
{
	mix(value);
}
void __sanitizer_cov_trace_div8(uint64_t value)
{
	mix(value);
}
void __sanitizer_cov_trace_gep(uintptr_t value)
{
	(void)value;
}

/* A custom mutator links it; nothing mutates here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maximum)
{
	(void)data;
	(void)maximum;
	return size;
}

static uint64_t coverage_of(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < module_count; i++)
		memset(modules[i].start, 0, (size_t)(modules[i].stop - modules[i].start));
	trace = 0;
	/* Of its own, so that reading past the end is seen. */
	uint8_t *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	uint64_t comparisons = trace;
	trace = 0;
	for (size_t i = 0; i < module_count; i++)
		for (uint8_t *counter = modules[i].start; counter < modules[i].stop; counter++)
			mix(*counter);
	return trace ^ comparisons;
}

typedef struct {
	char *path;
	uint8_t *bytes;
	size_t size;
} Input;
static Input *inputs;
static size_t input_count;

static void add_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		exit(2);
	}
	/* Read here first: a large allocation for each file would take most of the time. */
	static uint8_t buffer[INPUT_LIMIT];
	size_t size = fread(buffer, 1, sizeof buffer, file);
	fclose(file);
	inputs = realloc(inputs, (input_count + 1) * sizeof *inputs);
	uint8_t *bytes = malloc(size ? size : 1);
	if (!inputs || !bytes)
		abort();
	memcpy(bytes, buffer, size);
	inputs[input_count++] = (Input){strdup(path), bytes, size};
}

static void add(const char *path)
{
	struct stat status;
	if (stat(path, &status) != 0) {
		perror(path);
		exit(2);
	}
	if (!S_ISDIR(status.st_mode)) {
		add_file(path);
		return;
	}
	/* Sorted: both processes see one order. */
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			char name[4096];
			snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
			add(name);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* What a process of its own does: all inputs once, to warm up what is made at first use, then
 * twice, writing what they covered to `descriptor`. */
static void report(int descriptor)
{
	for (size_t i = 0; i < input_count; i++)
		coverage_of(inputs[i].bytes, inputs[i].size);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < input_count; i++) {
			uint64_t coverage = coverage_of(inputs[i].bytes, inputs[i].size);
			if (write(descriptor, &coverage, sizeof coverage) != sizeof coverage)
				_exit(3);
		}
}

/* Not a fork alone: the program is loaded anew, at other addresses. */
static pid_t start(char **argv, int descriptor)
{
	pid_t child = fork();
	if (child != 0)
		return child;
	char number[16];
	snprintf(number, sizeof number, "%d", descriptor);
	setenv(REPORT, number, 1);
	execv("/proc/self/exe", argv);
	_exit(127);
}

static bool finish(pid_t child, int descriptor, uint64_t *coverage)
{
	size_t wanted = 2 * input_count * sizeof *coverage;
	size_t have = 0;
	ssize_t got;
	while (have < wanted && (got = read(descriptor, (char *)coverage + have, wanted - have)) > 0)
		have += (size_t)got;
	int status;
	waitpid(child, &status, 0);
	return have == wanted && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "Usage: %s FOLDER-OR-FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		add(argv[i]);
	if (input_count == 0 || module_count == 0) {
		fprintf(stderr, "%s: no inputs, or nothing here is instrumented\n", argv[0]);
		return 2;
	}
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);

	if (getenv(REPORT)) {
		report(atoi(getenv(REPORT)));
		return 0;
	}

	uint64_t *coverage[2];
	for (int run = 0; run < 2; run++) {
		int ends[2];
		coverage[run] = calloc(2 * input_count, sizeof *coverage[run]);
		if (!coverage[run] || pipe(ends) != 0)
			abort();
		pid_t child = start(argv, ends[1]);
		close(ends[1]);
		if (!finish(child, ends[0], coverage[run])) {
			fprintf(stderr, "%s: a run ended early\n", argv[0]);
			return 1;
		}
		close(ends[0]);
	}
	size_t differing = 0;
	for (size_t i = 0; i < input_count; i++) {
		bool here = coverage[0][i] != coverage[0][input_count + i];
		bool there = coverage[0][i] != coverage[1][i];
		if (here || there) {
			printf("%s: differs %s\n", inputs[i].path,
				here ? "from round to round in one process" : "from process to process");
			differing++;
		}
	}
	printf("%zu inputs, %zu differ\n", input_count, differing);
	for (int run = 0; run < 2; run++)
		free(coverage[run]);
	return differing != 0;
}
