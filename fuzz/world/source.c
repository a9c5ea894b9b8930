/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "world/world.h"

/* A main loop without a poll(): sources are attached to a list, and the target says when what of it
 * is dispatched. The sources themselves are GLib's, so that their life is as in an application. */

#define MOST_SOURCES 1024
#define COST 200 /* microseconds that a timer's callback takes: no machine is infinitely fast */
#define WINDOW 100000
#define MOST_IN_WINDOW 400 /* of the 500 that there is time for */

typedef enum {
	TIMER,
	IDLE,
	SOCKET,
} Kind;

typedef struct {
	GSource source;
	Kind kind;
	guint id; /* of the attachment; 0: not attached */
	gint64 due;
	gint64 interval; /* microseconds */
	guint64 order;
	IcelabWorldSocket *socket; /* owned */
	GIOCondition condition;
	GIOCondition ready;
} WorldSource;

static WorldSource *attached[MOST_SOURCES]; /* owned */
static unsigned count;
static GSource *current;
static guint next_id;
static guint64 next_order;
static unsigned dispatches;

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
	WorldSource *self = (WorldSource *)source;

	if (callback == NULL)
		return G_SOURCE_REMOVE;
	if (self->kind == SOCKET)
		return ((GSocketSourceFunc)G_CALLBACK(callback))(
			(GSocket *)self->socket, self->ready, user_data);
	return callback(user_data);
}

static void finalize(GSource *source)
{
	g_clear_object(&((WorldSource *)source)->socket);
}

static GSourceFuncs functions = {.dispatch = dispatch, .finalize = finalize};

static WorldSource *new_source(Kind kind)
{
	WorldSource *self = (WorldSource *)g_source_new(&functions, sizeof(WorldSource));

	self->kind = kind;
	return self;
}

static bool is_ours(const GSource *source)
{
	return source->source_funcs == &functions;
}

/* ---- what libnice calls ---- */

GSource *__wrap_g_timeout_source_new(guint interval);
GSource *__wrap_g_timeout_source_new(guint interval)
{
	WorldSource *self = new_source(TIMER);

	self->interval = (gint64)interval * 1000;
	self->due = icelab_world_now() + self->interval;
	return &self->source;
}

GSource *__wrap_g_timeout_source_new_seconds(guint interval);
GSource *__wrap_g_timeout_source_new_seconds(guint interval)
{
	WorldSource *self = new_source(TIMER);

	self->interval = (gint64)interval * 1000000;
	self->due = icelab_world_now() + self->interval;
	return &self->source;
}

GSource *__wrap_g_idle_source_new(void);
GSource *__wrap_g_idle_source_new(void)
{
	return &new_source(IDLE)->source;
}

GSource *__wrap_g_socket_create_source(
	GSocket *socket, GIOCondition condition, GCancellable *cancellable);
GSource *__wrap_g_socket_create_source(
	GSocket *socket, GIOCondition condition, GCancellable *cancellable)
{
	WorldSource *self = new_source(SOCKET);

	(void)cancellable;
	self->socket = (IcelabWorldSocket *)g_object_ref(socket);
	self->condition = condition | G_IO_HUP | G_IO_ERR;
	return &self->source;
}

void __real_g_source_set_ready_time(GSource *source, gint64 ready_time);
void __wrap_g_source_set_ready_time(GSource *source, gint64 ready_time);
void __wrap_g_source_set_ready_time(GSource *source, gint64 ready_time)
{
	if (is_ours(source))
		((WorldSource *)source)->due = ready_time < 0 ? G_MAXINT64 : ready_time;
	else
		__real_g_source_set_ready_time(source, ready_time);
}

guint __wrap_g_source_attach(GSource *source, GMainContext *to);
guint __wrap_g_source_attach(GSource *source, GMainContext *to)
{
	WorldSource *self = (WorldSource *)source;

	(void)to;
	/* Sources of cancellables: nobody cancels from another thread here. */
	if (!is_ours(source))
		return ++next_id;
	if (count == MOST_SOURCES) {
		fprintf(stderr, "icelab: %u sources attached at once: unbounded growth\n", count);
		abort();
	}
	self->id = ++next_id;
	self->order = ++next_order;
	attached[count++] = (WorldSource *)g_source_ref(source);
	return self->id;
}

static void detach(unsigned index)
{
	WorldSource *self = attached[index];

	self->id = 0;
	attached[index] = attached[--count];
	g_source_unref(&self->source);
}

void __real_g_source_destroy(GSource *source);
void __wrap_g_source_destroy(GSource *source);
void __wrap_g_source_destroy(GSource *source)
{
	__real_g_source_destroy(source);
	if (!is_ours(source) || ((WorldSource *)source)->id == 0)
		return;
	for (unsigned i = 0; i < count; i++)
		if (&attached[i]->source == source) {
			/* As GLib does: the callback's data goes when the source is destroyed, not with the
			 * last reference. */
			g_source_set_callback_indirect(source, NULL, NULL);
			detach(i);
			return;
		}
}

gboolean __wrap_g_source_remove(guint id);
gboolean __wrap_g_source_remove(guint id)
{
	for (unsigned i = 0; i < count; i++)
		if (attached[i]->id == id) {
			__wrap_g_source_destroy(&attached[i]->source);
			return TRUE;
		}
	return FALSE;
}

GSource *__wrap_g_main_current_source(void);
GSource *__wrap_g_main_current_source(void)
{
	return current;
}

GMainContext *__wrap_g_source_get_context(GSource *source);
GMainContext *__wrap_g_source_get_context(GSource *source)
{
	(void)source;
	return g_main_context_default();
}

/* One context does for all: making one costs a descriptor. */
GMainContext *__wrap_g_main_context_new(void);
GMainContext *__wrap_g_main_context_new(void)
{
	return g_main_context_ref(g_main_context_default());
}

gboolean __wrap_g_main_context_is_owner(GMainContext *of);
gboolean __wrap_g_main_context_is_owner(GMainContext *of)
{
	(void)of;
	return TRUE;
}

static bool settle_once(void);

gboolean __real_g_main_context_iteration(GMainContext *of, gboolean may_block);
gboolean __wrap_g_main_context_iteration(GMainContext *of, gboolean may_block);
gboolean __wrap_g_main_context_iteration(GMainContext *of, gboolean may_block)
{
	(void)of;
	(void)may_block;
	return settle_once();
}

/* ---- what the target calls ---- */

static void run(unsigned index)
{
	WorldSource *self = attached[index];
	GSource *source = g_source_ref(&self->source);
	GSource *outer = current;
	GSourceFunc callback = NULL;
	gpointer user_data = NULL;
	gpointer holder = source->callback_data;
	GSourceCallbackFuncs *holder_functions = source->callback_funcs;
	gboolean again;

	dispatches++;
	current = source;
	if (holder_functions != NULL) {
		holder_functions->ref(holder);
		holder_functions->get(holder, source, &callback, &user_data);
	}
	if (self->kind == TIMER)
		self->due = icelab_world_now() + self->interval;
	self->order = ++next_order;
	again = dispatch(source, callback, user_data);
	if (holder_functions != NULL)
		holder_functions->unref(holder);
	current = outer;
	if (!again && self->id != 0)
		__wrap_g_source_destroy(source);
	g_source_unref(source);
}

static bool is_ready(WorldSource *self)
{
	if (self->kind == IDLE)
		return true;
	if (self->kind != SOCKET)
		return false;
	self->ready = icelab_world_socket_condition(self->socket) & self->condition;
	return self->ready != 0;
}

/* Each source that is ready, once, oldest first. True where one of them got anywhere. */
static bool settle_once(void)
{
	guint64 horizon = next_order;
	uint64_t before = icelab_world_socket_progress();
	bool idled = false;

	while (dispatches < ICELAB_WORLD_DISPATCHES) {
		int oldest = -1;

		for (unsigned i = 0; i < count; i++)
			if (attached[i]->order <= horizon && is_ready(attached[i]) &&
				(oldest < 0 || attached[i]->order < attached[oldest]->order))
				oldest = (int)i;
		if (oldest < 0)
			break;
		idled = idled || attached[oldest]->kind == IDLE;
		run((unsigned)oldest);
	}
	return idled || icelab_world_socket_progress() != before;
}

void icelab_world_settle(void)
{
	while (dispatches < ICELAB_WORLD_DISPATCHES && settle_once())
		;
}

void icelab_world_finish_tasks(void)
{
	while (__real_g_main_context_iteration(NULL, FALSE))
		;
}

static int earliest(void)
{
	int first = -1;

	for (unsigned i = 0; i < count; i++) {
		if (attached[i]->kind != TIMER)
			continue;
		if (first < 0 || attached[i]->due < attached[first]->due ||
			(attached[i]->due == attached[first]->due &&
				attached[i]->order < attached[first]->order))
			first = (int)i;
	}
	return first;
}

int64_t icelab_world_next_timer(void)
{
	int first = earliest();

	return first < 0 || attached[first]->due == G_MAXINT64 ? -1 : attached[first]->due;
}

unsigned icelab_world_timers(void)
{
	unsigned timers = 0;

	for (unsigned i = 0; i < count; i++)
		timers += attached[i]->kind == TIMER;
	return timers;
}

bool icelab_world_alive(void)
{
	return dispatches < ICELAB_WORLD_DISPATCHES;
}

void icelab_world_grant(void)
{
	dispatches = 0;
}

void icelab_world_advance(int64_t microseconds, void (*between)(void *), void *user_data)
{
	int64_t end = icelab_world_now() + microseconds;
	int64_t since = icelab_world_now();
	unsigned in_window = 0;

	icelab_world_settle();
	while (dispatches < ICELAB_WORLD_DISPATCHES) {
		int first = earliest();

		if (first < 0 || attached[first]->due > end)
			break;
		if (attached[first]->due > icelab_world_now())
			icelab_world_set_now(attached[first]->due);
		if (icelab_world_now() - since > WINDOW) {
			since = icelab_world_now();
			in_window = 0;
		} else if (++in_window > MOST_IN_WINDOW) {
			fprintf(stderr, "icelab: timer '%s' goes off without end\n",
				g_source_get_name(&attached[first]->source));
			abort();
		}
		icelab_world_set_now(icelab_world_now() + COST);
		run((unsigned)first);
		icelab_world_settle();
		if (between != NULL)
			between(user_data);
	}
	if (dispatches < ICELAB_WORLD_DISPATCHES && icelab_world_now() < end)
		icelab_world_set_now(end);
}

void icelab_world_start(uint64_t seed)
{
	icelab_world_set_now(INT64_C(100000000000));
	icelab_world_seed(seed);
	icelab_world_reset_statics();
	dispatches = 0;
	next_id = 0;
	next_order = 0;
}

void icelab_world_end(void)
{
	icelab_world_lookups_reset();
	/* What libnice left behind goes off once more, as it would in an application that outlives its
	 * agent: into freed memory, where somebody forgot it. What that attaches is for nobody. */
	icelab_world_grant();
	for (guint64 horizon = next_order, i = 0; i < count;)
		if (attached[i]->order <= horizon && attached[i]->kind == TIMER)
			run((unsigned)i);
		else
			i++;
	while (count > 0)
		__wrap_g_source_destroy(&attached[0]->source);
	icelab_world_sockets_reset();
}
