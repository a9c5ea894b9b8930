/* SPDX-License-Identifier: MIT */
#include "model/scenario.h"

#include <string.h>

/* The file while it is read. GKeyFile forgets line numbers, and a message without one sends its
 * reader searching. */
typedef struct {
	GKeyFile *keys;
	const char *text;
	const char *path;
} File;

static gboolean line_is_group(const char *line, const char *group)
{
	gsize length = strlen(group);

	return line[0] == '[' && strncmp(line + 1, group, length) == 0 && line[length + 1] == ']';
}

static gboolean line_is_key(const char *line, const char *key)
{
	gsize length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return FALSE;
	line += length;
	line += strspn(line, " \t");
	return *line == '=';
}

/* The line of a group, or of a key in it. */
static guint line_of(const File *file, const char *group, const char *key)
{
	g_auto(GStrv) lines = g_strsplit(file->text, "\n", -1);
	guint group_line = 1;
	gboolean inside = FALSE;

	for (guint i = 0; lines[i] != NULL; i++) {
		const char *line = g_strchug(lines[i]);

		if (line[0] == '[')
			inside = line_is_group(line, group);
		if (inside && line_is_group(line, group))
			group_line = i + 1;
		if (inside && key != NULL && line_is_key(line, key))
			return i + 1;
	}
	return group_line;
}

static gboolean refuse(const File *file, const char *group, const char *key, GError **error,
	const char *format, ...) G_GNUC_PRINTF(5, 6);

static gboolean refuse(
	const File *file, const char *group, const char *key, GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(
		error, ICELAB_SCENARIO_ERROR, 0, "%s:%u: %s", file->path, line_of(file, group, key), text);
	return FALSE;
}

/* The words of a key; none where it is absent. */
static char **words_of(const File *file, const char *group, const char *key)
{
	/* As it stands there: a wrong escape would make g_key_file_get_string() return nothing. */
	g_autofree char *value = g_key_file_get_value(file->keys, group, key, NULL);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	if (value != NULL) {
		g_auto(GStrv) raw = g_strsplit_set(value, " \t", -1);

		for (guint i = 0; raw[i] != NULL; i++) {
			if (raw[i][0] != '\0')
				g_strv_builder_add(builder, raw[i]);
		}
	}
	return g_strv_builder_end(builder);
}

static gboolean check_keys(const File *file, const char *group, const char *const *allowed,
	const char *usage, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file->keys, group, NULL, NULL);

	for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
		if (!g_strv_contains(allowed, keys[i]))
			return refuse(
				file, group, keys[i], error, "unknown key \"%s\"; known are %s", keys[i], usage);
	}
	return TRUE;
}

static gboolean read_type(const char *word, gsize length, IcelabExpected *expected)
{
	static const IcelabCandidateType types[] = {ICELAB_CANDIDATE_HOST, ICELAB_CANDIDATE_SRFLX,
		ICELAB_CANDIDATE_PRFLX, ICELAB_CANDIDATE_RELAY};

	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		const char *name = icelab_candidate_type_name(types[i]);

		if (strlen(name) == length && strncmp(word, name, length) == 0) {
			expected->type = types[i];
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean read_expected(
	const File *file, const char *group, const char *key, GPtrArray *set, GError **error)
{
	g_auto(GStrv) words = words_of(file, group, key);

	for (guint i = 0; words[i] != NULL; i++) {
		IcelabExpected expected = {0};
		const char *at = strchr(words[i], '@');
		gsize length = at != NULL ? (gsize)(at - words[i]) : 0;

		if (length > 4 && strncmp(at - 4, "/tcp", 4) == 0) {
			expected.transport = ICELAB_TRANSPORT_TCP;
			length -= 4;
		}
		if (at == NULL || at[1] == '\0' || !read_type(words[i], length, &expected))
			return refuse(file, group, key, error,
				"\"%s\" is no candidate; write TYPE@NAME or TYPE/tcp@NAME with host, srflx, prflx "
				"or relay",
				words[i]);
		icelab_expectation_add(set, expected.type, expected.transport, at + 1);
	}
	return TRUE;
}

static gboolean read_wire(
	const File *file, const char *group, IcelabExpectation *expectation, GError **error)
{
	g_auto(GStrv) words = words_of(file, group, "wire");

	for (guint i = 0; words[i] != NULL; i++) {
		g_auto(GStrv) sides = g_strsplit(words[i], ">", -1);

		if (g_strv_length(sides) != 2 || sides[0][0] == '\0' || sides[1][0] == '\0')
			return refuse(file, group, "wire", error,
				"\"%s\" is no flow; write SOURCE>INTERFACE, as in tun4>tun0", words[i]);
		icelab_expectation_add_wire(expectation, sides[0], sides[1]);
	}
	return TRUE;
}

static void read_names(const File *file, const char *group, const char *key, GPtrArray *set)
{
	g_auto(GStrv) words = words_of(file, group, key);

	for (guint i = 0; words[i] != NULL; i++)
		g_ptr_array_add(set, g_strdup(words[i]));
}

static void read_raddr(const File *file, const char *group, IcelabExpectation *expectation)
{
	g_auto(GStrv) words = words_of(file, group, "raddr");

	for (guint i = 0; words[i] != NULL; i++) {
		if (g_str_equal(words[i], "hidden"))
			expectation->raddr_hidden = TRUE;
		else
			g_ptr_array_add(expectation->raddr, g_strdup(words[i]));
	}
}

static gboolean read_policy(
	const File *file, const char *group, IcelabScenario *scenario, GError **error)
{
	static const char *const allowed[] = {
		"must", "should", "may", "raddr", "wire", "uses", "cites", NULL};
	const char *label = group + strlen("policy ");
	IcelabPolicy policy;

	if (!icelab_policy_from_label(label, &policy)) {
		g_autofree char *known = g_strjoinv(", ", (char **)icelab_policy_labels());

		return refuse(file, group, NULL, error, "\"%s\" is no policy; known are %s", label, known);
	}
	if (!check_keys(file, group, allowed, "must, should, may, raddr, wire, uses and cites", error))
		return FALSE;

	IcelabExpectation *expectation = icelab_expectation_new(policy);

	g_ptr_array_add(scenario->expectations, expectation);
	expectation->line = line_of(file, group, NULL);
	read_raddr(file, group, expectation);
	read_names(file, group, "uses", expectation->uses);
	read_names(file, group, "cites", expectation->cites);
	if (expectation->cites->len == 0)
		return refuse(file, group, NULL, error, "cites is missing: which clauses is this from?");
	return read_expected(file, group, "must", expectation->must, error) &&
		   read_expected(file, group, "should", expectation->should, error) &&
		   read_expected(file, group, "may", expectation->may, error) &&
		   read_wire(file, group, expectation, error);
}

static gboolean read_head(const File *file, IcelabScenario *scenario, GError **error)
{
	static const char *const allowed[] = {"title", "topology", "stun", "protects", NULL};

	if (!g_key_file_has_group(file->keys, "scenario"))
		return refuse(file, "scenario", NULL, error, "the group [scenario] is missing");
	if (!check_keys(file, "scenario", allowed, "title, topology, stun and protects", error))
		return FALSE;
	scenario->title = g_key_file_get_value(file->keys, "scenario", "title", NULL);
	scenario->topology = g_key_file_get_value(file->keys, "scenario", "topology", NULL);
	scenario->stun = words_of(file, "scenario", "stun");
	scenario->protects = words_of(file, "scenario", "protects");
	if (scenario->title == NULL || scenario->topology == NULL)
		return refuse(file, "scenario", NULL, error, "%s is missing in [scenario]",
			scenario->title == NULL ? "title" : "topology");
	/* The name becomes part of a path. */
	if (strchr(scenario->topology, '/') != NULL || scenario->topology[0] == '.')
		return refuse(file, "scenario", "topology", error,
			"\"%s\" is no topology; name a file of netns/", scenario->topology);
	return TRUE;
}

static gboolean loads(const char *text, gsize length)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();

	return g_key_file_load_from_data(keys, text, length, G_KEY_FILE_NONE, NULL);
}

/* GKeyFile's own messages carry no line. It reads line by line, so that a text is refused as soon
 * as it holds the bad one. */
static guint first_bad_line(const char *text)
{
	g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(gsize));
	guint low = 0, high;

	for (gsize i = 0; i == 0 || text[i - 1] != '\0'; i++)
		if (text[i] == '\n' || text[i] == '\0')
			g_array_append_val(ends, i);
	for (high = ends->len - 1; low < high;) {
		guint middle = low + (high - low) / 2;

		if (loads(text, g_array_index(ends, gsize, middle)))
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

static gboolean refuse_twice(const File *file, guint number, const char *what, GError **error)
{
	g_set_error(
		error, ICELAB_SCENARIO_ERROR, 0, "%s:%u: %s stands twice", file->path, number, what);
	return FALSE;
}

/* GKeyFile merges a group that stands twice, and of a key it takes the last; here the second would
 * silently change the first. */
static gboolean check_once(const File *file, GError **error)
{
	g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(file->text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]);
		gboolean is_group = line[0] == '[';
		char *equals = strchr(line, '=');

		if (line[0] == '\0' || line[0] == '#' || (!is_group && equals == NULL))
			continue;
		if (is_group)
			g_hash_table_remove_all(keys);
		else
			*equals = '\0';
		g_autofree char *what = is_group ? g_strdup_printf("the group %s", line)
										 : g_strdup_printf("the key \"%s\"", g_strchomp(line));

		if (!g_hash_table_add(is_group ? groups : keys, g_strdup(what)))
			return refuse_twice(file, i + 1, what, error);
	}
	return TRUE;
}

/* A carriage return that ends no line would become part of a name, as any other control character.
 */
static gboolean check_text(const File *file, GError **error)
{
	guint line = 1;

	if (!g_utf8_validate(file->text, -1, NULL)) {
		g_set_error(error, ICELAB_SCENARIO_ERROR, 0, "%s:1: not UTF-8", file->path);
		return FALSE;
	}
	for (const char *c = file->text; *c != '\0'; c++) {
		gboolean ends_line = *c == '\n' || (*c == '\r' && c[1] == '\n');

		if (g_ascii_iscntrl(*c) && *c != '\t' && !ends_line) {
			g_set_error(error, ICELAB_SCENARIO_ERROR, 0, "%s:%u: a control character (byte %u)",
				file->path, line, (guint)(guchar)*c);
			return FALSE;
		}
		line += *c == '\n' ? 1 : 0;
	}
	return TRUE;
}

IcelabScenario *icelab_scenario_parse(const char *text, const char *path, GError **error)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	g_autoptr(IcelabScenario) scenario = g_new0(IcelabScenario, 1);
	g_autoptr(GError) cause = NULL;
	File file = {keys, text, path};

	scenario->expectations =
		g_ptr_array_new_with_free_func((GDestroyNotify)icelab_expectation_free);
	scenario->path = g_strdup(path);
	scenario->name = g_path_get_basename(path);
	if (g_str_has_suffix(scenario->name, ".ini"))
		scenario->name[strlen(scenario->name) - 4] = '\0';
	if (!check_text(&file, error))
		return NULL;
	if (!g_key_file_load_from_data(keys, text, (gsize)-1, G_KEY_FILE_NONE, &cause)) {
		g_set_error(error, ICELAB_SCENARIO_ERROR, 0, "%s:%u: %s", path, first_bad_line(text),
			cause->message);
		return NULL;
	}
	if (!check_once(&file, error) || !read_head(&file, scenario, error))
		return NULL;

	g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);

	for (guint i = 0; groups[i] != NULL; i++) {
		if (g_str_equal(groups[i], "scenario"))
			continue;
		if (!g_str_has_prefix(groups[i], "policy ")) {
			refuse(&file, groups[i], NULL, error,
				"unknown group [%s]; known are [scenario] and [policy NAME]", groups[i]);
			return NULL;
		}
		if (!read_policy(&file, groups[i], scenario, error))
			return NULL;
	}
	if (scenario->expectations->len == 0) {
		refuse(&file, "scenario", NULL, error, "no [policy NAME] group: nothing is expected");
		return NULL;
	}
	return g_steal_pointer(&scenario);
}

IcelabScenario *icelab_scenario_load(const char *path, GError **error)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;
	return icelab_scenario_parse(text, path, error);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *icelab_scenario_load_folder(const char *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) scenarios =
		g_ptr_array_new_with_free_func((GDestroyNotify)icelab_scenario_free);
	const char *name;

	if (dir == NULL)
		return NULL;
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_suffix(name, ".ini") && !g_str_equal(name, "known-failures.ini"))
			g_ptr_array_add(files, g_build_filename(folder, name, NULL));
	}
	g_ptr_array_sort(files, compare_names);
	for (guint i = 0; i < files->len; i++) {
		IcelabScenario *scenario = icelab_scenario_load(files->pdata[i], error);

		if (scenario == NULL)
			return NULL;
		g_ptr_array_add(scenarios, scenario);
	}
	return g_steal_pointer(&scenarios);
}
