/* SPDX-License-Identifier: MIT */
#include "cli/doctor.h"

#include "cli/trial.h"
#include "report/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define EXIT_COMPLETE 0
#define EXIT_MISSING 1
#define EXIT_USAGE 2
#define EXIT_NOTHING 77

typedef enum {
	OK,
	MISSING,
	UNNEEDED, /* not there, but something else does its work */
} Mark;

typedef struct {
	unsigned missing;
	bool can_run; /* as this user, or by sudo */
	char *ip;     /* paths of the tools, NULL where they are missing */
	char *nft;
	bool wireguard; /* in the kernel */
} Doctor;

static void doctor_clear(Doctor *doctor)
{
	g_free(doctor->ip);
	g_free(doctor->nft);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Doctor, doctor_clear)

/* `found` and `fix` (NULL where there is nothing to do) may hold what a command printed. */
static void print(Doctor *doctor, Mark mark, const char *name, const char *found, const char *fix)
{
	static const char *const marks[] = {"ok", "missing", "-"};
	g_autofree char *plain = icelab_text_plain(found, 400);

	printf("%-8s %-17s %s\n", marks[mark], name, plain);
	if (fix != NULL && mark != OK)
		printf("%-8s %-17s fix: %s\n", "", "", fix);
	if (mark == MISSING)
		doctor->missing++;
}

/* Debian keeps nft and ip out of an ordinary user's PATH. */
static char *find_tool(const char *name)
{
	static const char *const folders[] = {"/usr/sbin", "/sbin"};
	char *path = g_find_program_in_path(name);

	for (gsize i = 0; path == NULL && i < G_N_ELEMENTS(folders); i++) {
		path = g_build_filename(folders[i], name, NULL);
		if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
			g_clear_pointer(&path, g_free);
	}
	return path;
}

/* The files only say which remedy to name; that one is needed is known from trying. */
static const char *user_namespace_fix(const IcelabTrial *trial)
{
	if (trial->error == ENOSPC)
		return "sudo sysctl -w user.max_user_namespaces=16384";
	if (access("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", F_OK) == 0)
		return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
	if (access("/proc/sys/kernel/unprivileged_userns_clone", F_OK) == 0)
		return "sudo sysctl -w kernel.unprivileged_userns_clone=1";
	return "run icelab as root; a container must be started by: docker run --privileged";
}

static const char *trial_fix(const IcelabTrial *trial, bool rootless)
{
	bool denied = trial->error == EPERM || trial->error == EACCES ||
				  strstr(trial->complaint, g_strerror(EPERM)) != NULL;

	if (rootless && (denied || trial->step < ICELAB_TRIAL_MOUNT))
		return user_namespace_fix(trial);
	if (denied || trial->step <= ICELAB_TRIAL_MOUNT)
		return "run as a root with all capabilities; a container must be started by: "
			   "docker run --privileged";
	return trial->step == ICELAB_TRIAL_NAT ? "sudo modprobe -a nf_tables nft_chain_nat nft_masq"
										   : "sudo modprobe veth";
}

static void check_kernel(Doctor *doctor)
{
	struct utsname name;
	g_autofree char *found = NULL;

	uname(&name);
	found = g_strdup_printf("%s %s %s", name.sysname, name.release, name.machine);
	print(doctor, OK, "kernel", found, NULL);
}

static char *check_tool(Doctor *doctor, const char *name, const char *package)
{
	char *path = find_tool(name);
	g_autofree char *fix = g_strdup_printf("sudo apt-get install %s", package);

	print(doctor, path != NULL ? OK : MISSING, name, path != NULL ? path : "not found", fix);
	return path;
}

static bool check_sandbox(Doctor *doctor, bool rootless, bool needed)
{
	const char *name = rootless ? "user namespaces" : "namespaces, root";
	g_auto(IcelabTrial) trial = {0};
	bool works;

	if (doctor->ip == NULL || doctor->nft == NULL) {
		print(doctor, needed ? MISSING : UNNEEDED, name, "not tried: needs ip and nft", NULL);
		return false;
	}
	icelab_trial(rootless, doctor->ip, doctor->nft, &trial);
	works = trial.step == ICELAB_TRIAL_DONE;
	print(doctor,
		works    ? OK
		: needed ? MISSING
				 : UNNEEDED,
		name, works ? "mounts, a veth pair and a masquerading NAT work in them" : trial.complaint,
		needed && !works ? trial_fix(&trial, rootless) : NULL);
	if (needed)
		doctor->wireguard = trial.wireguard;
	return works;
}

static bool sudo_works(void)
{
	const char *const command[] = {"sudo", "-n", "true", NULL};
	int status = -1;

	return g_spawn_sync("/", (char **)command, NULL,
			   G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
			   NULL, NULL, NULL, &status, NULL) &&
		   status == 0;
}

static void check_privileges(Doctor *doctor)
{
	bool root = geteuid() == 0;
	bool rootless_works;
	g_autofree char *user = g_strdup_printf("no (uid %u)", (unsigned)geteuid());

	if (root) {
		print(doctor, OK, "root", "yes", NULL);
		doctor->can_run = check_sandbox(doctor, false, true);
		check_sandbox(doctor, true, false);
		return;
	}
	rootless_works = check_sandbox(doctor, true, true);
	if (sudo_works()) {
		print(doctor, OK, "root", "sudo works without a password: sudo icelab ...", NULL);
		doctor->can_run = doctor->ip != NULL && doctor->nft != NULL;
	} else {
		print(doctor, UNNEEDED, "root", rootless_works ? "no, and not needed" : user, NULL);
		doctor->can_run = rootless_works;
	}
}

static bool check_tun(Doctor *doctor)
{
	int descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	const char *fix = NULL;

	if (descriptor >= 0) {
		close(descriptor);
		print(doctor, OK, "/dev/net/tun", "opens", NULL);
		return true;
	}
	if (errno == EACCES)
		fix = "sudo chmod 0666 /dev/net/tun";
	else
		fix = "sudo modprobe tun; in a container: docker run --device /dev/net/tun";
	print(doctor, doctor->wireguard ? UNNEEDED : MISSING, "/dev/net/tun", g_strerror(errno),
		doctor->wireguard ? NULL : fix);
	return false;
}

static void check_tunnels(Doctor *doctor)
{
	g_autofree char *userspace = find_tool("wireguard-go");

	print(doctor, doctor->wireguard ? OK : UNNEEDED, "kernel WireGuard",
		doctor->wireguard ? "an interface can be made" : "no; wireguard-go can do its work", NULL);
	if (userspace != NULL)
		print(doctor, OK, "wireguard-go", userspace, NULL);
	else
		print(doctor, doctor->wireguard ? UNNEEDED : MISSING, "wireguard-go", "not found",
			doctor->wireguard ? NULL : "sudo apt-get install wireguard-go");
	check_tun(doctor);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* They are built, and installed, next to the program. */
static void check_adapters(Doctor *doctor)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *parent = g_path_get_dirname(program != NULL ? program : ".");
	g_autofree char *folder = g_build_filename(parent, "adapters", NULL);
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
			g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
			g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);

	g_autofree char *found = g_strjoinv(" ", (char **)names->pdata);
	g_autofree char *none = g_strdup_printf("none in %s", folder);

	print(doctor, *found != '\0' ? OK : MISSING, "adapters", *found != '\0' ? found : none,
		"cmake --build --preset dev");
}

static const char usage[] =
	"Usage: icelab doctor\n"
	"\n"
	"Tries everything that a run needs on this machine and prints, for what is missing,\n"
	"the command that fixes it.\n"
	"\n"
	"Exit status: 0 everything for a full run is there; 1 something is missing;\n"
	"77 nothing could run here.\n";

int icelab_doctor_main(int argc, char **argv)
{
	g_auto(Doctor) doctor = {0};

	if (argc > 1) {
		bool help = g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h");

		fputs(usage, help ? stdout : stderr);
		return help ? EXIT_COMPLETE : EXIT_USAGE;
	}
	check_kernel(&doctor);
	doctor.ip = check_tool(&doctor, "ip", "iproute2");
	doctor.nft = check_tool(&doctor, "nft", "nftables");
	g_free(check_tool(&doctor, "wg", "wireguard-tools"));
	g_free(check_tool(&doctor, "nsenter", "util-linux"));
	check_privileges(&doctor);
	check_tunnels(&doctor);
	check_adapters(&doctor);

	if (!doctor.can_run) {
		printf("\nNothing can run here.\n");
		return EXIT_NOTHING;
	}
	if (doctor.missing > 0) {
		printf("\n%u missing: a part of the cells would be skipped.\n", doctor.missing);
		return EXIT_MISSING;
	}
	printf("\nEverything for a full run is here.\n");
	return EXIT_COMPLETE;
}
