/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>

#include "adapter/adapter.h"
#include "adapter/protocol.h"
#include "audit/witness.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/network.h"
#include "lab/run_adapter.h"
#include "lab/stage.h"
#include "model/json.h"
#include "report/text.h"

static const char summary[] =
	"Builds the network of SCENARIO and opens the web application's page in a browser in its "
	"client. The page\nshows what the browser gives away there: which addresses others learned, "
	"through what, and which of them\nthe network is meant to hide. In a window, until it is "
	"closed; or, without one, as text or as a picture.";

#define PROCESS_LIMIT 4096 /* a browser for a person has more tabs than one for a gathering */
#define DESCRIBE_MS 5000
#define DEADLINE_MS 60000               /* where the adapter has no wish */
#define LOG_LIMIT (1024 * 1024)         /* bytes of what the browser says */
#define ANSWER_LIMIT (64 * 1024 * 1024) /* bytes of what the adapter prints */
#define DEPTH 4
#define UNSUPPORTED 77

typedef struct {
	const IcelabAdapterFile *file;
	IcelabPolicy policy;
	IcelabDisplay *display; /* of a window, or NULL */
	const char *screenshot; /* path, or NULL */
	gboolean text;
	int nothing;     /* /dev/null */
	int output;      /* the adapter prints there; -1 once this end is closed */
	int input;       /* what it printed comes from there */
	int log;         /* a file in memory: what the adapter and its browser say */
	GString *answer; /* what the adapter printed */
} Audit;

/* --- In the sandbox ---------------------------------------------------------------------- */

static IcelabAdapter *describe(const Audit *audit, GError **error)
{
	const IcelabAdapterStage stage = {.path = audit->file->path,
		.network = -1,
		.log = -1,
		.process_limit = PROCESS_LIMIT,
		.grace_ms = DESCRIBE_MS};
	gsize length;
	g_autofree char *text = icelab_describe_adapter(&stage, &length, error);

	return text != NULL
			   ? icelab_adapter_parse(audit->file->name, audit->file->path, text, length, error)
			   : NULL;
}

static gboolean check_adapter(const Audit *audit, const IcelabAdapter *adapter, GError **error)
{
	if (!g_strv_contains((const char *const *)adapter->features, "view")) {
		g_set_error(error, ICELAB_ADAPTER_ERROR, 0,
			"%s is no browser that shows a page: it does not describe the feature \"view\"",
			adapter->name);
		return FALSE;
	}
	if (!icelab_adapter_supports(adapter, audit->policy)) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP, "%s does not do the policy %s",
			adapter->name, icelab_policy_label(audit->policy));
		return FALSE;
	}
	return TRUE;
}

static char **make_environment(
	const Audit *audit, const IcelabLab *lab, const IcelabScenario *scenario, guint deadline_ms)
{
	const IcelabGatherRequest request = {
		.id = "audit",
		.policy = audit->policy,
		.book = lab->book,
		.stun = scenario->stun,
		.deadline_ms = deadline_ms,
	};
	g_auto(GStrv) asked = icelab_request_environment(&request);
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_autofree char *view = g_strconcat("ICELAB_VIEW=",
		audit->display != NULL      ? "window"
		: audit->screenshot != NULL ? "picture"
									: "text",
		NULL);

	g_strv_builder_addv(all, (const char **)asked);
	g_strv_builder_add(all, view);
	if (audit->display != NULL) {
		g_autofree char *display = g_strconcat("DISPLAY=", audit->display->display, NULL);
		g_autofree char *cookies = g_strconcat("ICELAB_XAUTHORITY=", audit->display->cookies, NULL);

		g_strv_builder_add(all, display);
		if (audit->display->cookies != NULL)
			g_strv_builder_add(all, cookies);
	}
	return g_strv_builder_end(all);
}

/* The last line of the log that is not empty, for a person to read; caller frees. */
static char *last_words(const Audit *audit)
{
	g_autofree char *log = g_malloc0(LOG_LIMIT + 1);
	ssize_t count = pread(audit->log, log, LOG_LIMIT, 0);
	const char *last;

	if (count < 0)
		return g_strdup(strerror(errno));
	g_strchomp(log);
	last = strrchr(log, '\n');
	return icelab_text_plain(last != NULL ? last + 1 : log, 0);
}

static int complain(const Audit *audit, gboolean unsupported)
{
	g_autofree char *words = last_words(audit);
	g_autoptr(GError) error = NULL;

	g_set_error(&error, ICELAB_LAB_ERROR,
		unsupported ? ICELAB_LAB_ERROR_SKIP : ICELAB_LAB_ERROR_BROKEN, "%s failed: %s",
		audit->file->name, words[0] != '\0' ? words : "it does not say why");
	return icelab_tell(error);
}

static int show(
	const Audit *audit, IcelabLab *lab, const IcelabScenario *scenario, guint deadline_ms)
{
	g_auto(GStrv) environment = make_environment(audit, lab, scenario, deadline_ms);
	char *argv[] = {audit->file->path, NULL};
	const IcelabStage stage = {
		.argv = argv,
		.environment = environment,
		.network = lab->client,
		.input = audit->nothing,
		.output = audit->output,
		.errors = audit->log,
		.process_limit = PROCESS_LIMIT,
		.socket = audit->display != NULL ? audit->display->socket : NULL,
	};
	IcelabWitness *witness = icelab_witness_new(lab, scenario);
	pid_t pid = icelab_stage_start(&stage);
	int status = pid < 0 ? -1 : icelab_witness_attend(witness, pid);

	icelab_witness_free(witness);
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return ICELAB_EXIT_PASS;
	return complain(audit, status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == UNSUPPORTED);
}

static int use_lab(IcelabLab *lab, const IcelabScenario *scenario, gpointer data)
{
	const Audit *audit = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabAdapter) adapter = describe(audit, &error);

	if (adapter == NULL || !check_adapter(audit, adapter, &error))
		return icelab_tell(error);
	return show(
		audit, lab, scenario, adapter->deadline_ms > 0 ? adapter->deadline_ms : DEADLINE_MS);
}

/* --- Outside ----------------------------------------------------------------------------- */

/* What the adapter prints, to its end. More than a browser would print ends it by SIGPIPE. */
static void collect(gpointer data)
{
	Audit *audit = data;
	char buffer[64 * 1024];
	ssize_t count;

	close(audit->output);
	audit->output = -1;
	while (audit->answer->len < ANSWER_LIMIT &&
		   (count = TEMP_FAILURE_RETRY(read(audit->input, buffer, sizeof buffer))) > 0)
		g_string_append_len(audit->answer, buffer, count);
	close(audit->input);
}

static gboolean broken(GError **error, const char *what, const char *detail)
{
	g_autofree char *plain = icelab_text_plain(detail, 0);

	g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "%s%s", what, plain);
	return FALSE;
}

static gboolean take_picture(const Audit *audit, const char *base64, GError **error)
{
	gsize length;
	g_autofree guchar *bytes = g_base64_decode(base64, &length);

	return g_file_set_contents(audit->screenshot, (const char *)bytes, (gssize)length, error);
}

/* One line that the adapter printed. */
static gboolean take_line(const Audit *audit, JsonObject *line, gboolean *pictured, GError **error)
{
	if (icelab_json_has_text(line, "failed"))
		return broken(error, "the page could not audit: ", icelab_json_text(line, "failed"));
	if (icelab_json_has_text(line, "picture") && audit->screenshot != NULL) {
		*pictured = TRUE;
		return take_picture(audit, icelab_json_text(line, "picture"), error);
	}
	if (icelab_json_has_text(line, "text") && audit->text) {
		g_autofree char *plain = icelab_text_plain(icelab_json_text(line, "text"), 0);

		puts(plain);
	}
	return TRUE;
}

static gboolean take_answer(const Audit *audit, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(audit->answer->str, "\n", -1);
	gboolean pictured = FALSE;

	for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
		g_autoptr(GError) why = NULL;
		g_autoptr(JsonObject) line = icelab_json_parse(lines[i], strlen(lines[i]), DEPTH, &why);

		if (line == NULL)
			return broken(error, "the adapter prints what it should not: ", why->message);
		if (!take_line(audit, line, &pictured, error))
			return FALSE;
	}
	return pictured || audit->screenshot == NULL || broken(error, "there is no picture", "");
}

/* Before a network is built for nothing. */
static gboolean can_write(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (access(folder, W_OK) == 0 && !g_file_test(path, G_FILE_TEST_IS_DIR))
		return TRUE;
	fprintf(stderr, "icelab audit: %s cannot be written: %s\n", path,
		access(folder, W_OK) != 0 ? strerror(errno) : "it is a folder");
	return FALSE;
}

static gboolean open_descriptors(Audit *audit)
{
	int pipe[2];

	audit->nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	audit->log = memfd_create("log", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (audit->nothing < 0 || audit->log < 0 || pipe2(pipe, O_CLOEXEC) != 0)
		return FALSE;
	audit->input = pipe[0];
	audit->output = pipe[1];
	/* A browser that stands open for days must not fill the memory. */
	return ftruncate(audit->log, LOG_LIMIT) == 0 &&
		   fcntl(audit->log, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0;
}

static int run(Audit *audit, const IcelabFolders *folders, const char *scenario, char **given)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) answer = g_string_new(NULL);
	int code;

	if (!open_descriptors(audit)) {
		fprintf(stderr, "icelab: %s\n", strerror(errno));
		return ICELAB_EXIT_BROKEN;
	}
	const int keep[] = {audit->nothing, audit->output, audit->log};
	IcelabNetwork network = {
		.page = folders->page,
		.use = use_lab,
		.data = audit,
		.keep = keep,
		.keep_count = G_N_ELEMENTS(keep),
		.meanwhile = collect,
	};

	audit->answer = answer;
	code = icelab_network_use(folders, scenario, &network, given);
	if (code != ICELAB_EXIT_PASS || audit->display != NULL)
		return code;
	if (!take_answer(audit, &error))
		return icelab_tell(error);
	if (audit->screenshot != NULL)
		icelab_give_back(audit->screenshot);
	return ICELAB_EXIT_PASS;
}

static gboolean choose_browser(
	const IcelabFolders *folders, const char *name, GPtrArray **files, GError **error)
{
	const char *const names[] = {name, NULL};

	*files = icelab_catalogue_adapters(folders, names, error);
	if (*files == NULL)
		return FALSE;
	if ((*files)->len == 1)
		return TRUE;
	g_set_error(error, ICELAB_CATALOGUE_ERROR, 0, "--browser %s: name one", name);
	return FALSE;
}

int icelab_audit_main(int argc, char **argv)
{
	g_auto(GStrv) given = g_strdupv(argv);
	g_autoptr(IcelabFolders) folders = icelab_folders_new();
	g_autofree char *browser = NULL;
	g_autofree char *policy = NULL;
	g_autofree char *screenshot = NULL;
	g_autoptr(GPtrArray) files = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabDisplay) display = NULL;
	Audit audit = {.output = -1};
	const GOptionEntry entries[] = {
		{"browser", 0, 0, G_OPTION_ARG_FILENAME, &browser,
			"The adapter that opens it: chromium, firefox, or the path of another", "NAME"},
		{"policy", 0, 0, G_OPTION_ARG_STRING, &policy,
			"The policy that is set before (default: default)", "LABEL"},
		{"screenshot", 0, 0, G_OPTION_ARG_FILENAME, &screenshot,
			"No window: write a picture of the whole page to FILE (PNG)", "FILE"},
		{"text", 0, 0, G_OPTION_ARG_NONE, &audit.text, "No window: print the page's audit", NULL},
		G_OPTION_ENTRY_NULL,
	};

	icelab_parse_options(&argc, &argv, entries, "SCENARIO", summary, folders);
	if (argc != 2 || browser == NULL) {
		fprintf(stderr, "%s: name a %s; see --help\n", g_get_prgname(),
			argc < 2   ? "SCENARIO"
			: argc > 2 ? "single SCENARIO"
					   : "--browser (chromium, firefox)");
		return ICELAB_EXIT_USAGE;
	}
	if (!icelab_policy_from_label(policy != NULL ? policy : "default", &audit.policy)) {
		fprintf(stderr, "icelab: there is no policy \"%s\"; \"icelab list\" shows all\n", policy);
		return ICELAB_EXIT_USAGE;
	}
	if (!choose_browser(folders, browser, &files, &error))
		return icelab_tell(error);
	if (screenshot != NULL && !can_write(screenshot))
		return ICELAB_EXIT_USAGE;
	if (screenshot == NULL && !audit.text && (display = icelab_display_find(&error)) == NULL)
		return icelab_tell(error);
	audit.file = files->pdata[0];
	audit.screenshot = screenshot;
	audit.display = display;
	return run(&audit, folders, argv[1], given);
}
