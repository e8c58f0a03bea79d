#include "cmd/ui/progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/ui/host.h"
#include "cmd/ui/out.h"

#define DEPTH  8
#define SECOND UINT64_C(1000000000)
#define TICK   (SECOND / 10)

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	struct mlv_progress_options options;
	struct mlv_progress_phase phases[DEPTH];
	unsigned depth; /* may be above DEPTH: what is deeper is not shown */
	bool started;	/* the thread runs */
	bool ending;
	bool drawn; /* a line stands on the terminal */
} progress = { .lock = PTHREAD_MUTEX_INITIALIZER };

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* "1.4 GiB" */
static void format_bytes(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1000 && unit + 1 < MLV_COUNT(units); unit++)
		value /= 1024;
	snprintf(text, size, unit && value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void format_left(uint64_t done, uint64_t all, uint64_t elapsed, char *text, size_t size)
{
	uint64_t seconds;

	text[0] = '\0';
	if (!done || done >= all)
		return;
	seconds =
		(uint64_t)((double)elapsed / (double)done * (double)(all - done) / (double)SECOND +
			   1);
	if (seconds >= 3600)
		snprintf(text, size, ", %" PRIu64 " h %02" PRIu64 " min left", seconds / 3600,
			 seconds / 60 % 60);
	else if (seconds >= 60)
		snprintf(text, size, ", %" PRIu64 " min %02" PRIu64 " s left", seconds / 60,
			 seconds % 60);
	else
		snprintf(text, size, ", %" PRIu64 " s left", seconds);
}

static void format_amount(const struct mlv_progress_phase *p, bool by_bytes, char *text,
			  size_t size)
{
	char done[24], all[24];

	if (by_bytes) {
		format_bytes(p->bytes, done, sizeof(done));
		format_bytes(p->all_bytes, all, sizeof(all));
	} else {
		snprintf(done, sizeof(done), "%" PRIu64, p->items);
		snprintf(all, sizeof(all), "%" PRIu64, p->all_items);
	}
	if (by_bytes ? p->all_bytes : p->all_items)
		snprintf(text, size, "%s of %s", done, all);
	else
		snprintf(text, size, "%s", done);
}

void mlv_progress_format(const struct mlv_progress_phase *p, uint64_t elapsed, char *text,
			 size_t size)
{
	bool by_bytes = p->all_bytes || p->bytes;
	uint64_t done = by_bytes ? p->bytes : p->items;
	uint64_t all = by_bytes ? p->all_bytes : p->all_items;
	char amount[56], rate[24] = "", left[40], percent[16] = "";
	double a_second = elapsed ? (double)done * (double)SECOND / (double)elapsed : 0;

	format_amount(p, by_bytes, amount, sizeof(amount));
	if (by_bytes)
		format_bytes((uint64_t)a_second, rate, sizeof(rate));
	else
		snprintf(rate, sizeof(rate), "%.0f", a_second);
	format_left(done, all, elapsed, left, sizeof(left));
	if (all)
		snprintf(percent, sizeof(percent), "%3.0f%% ",
			 done < all ? (double)done * 100 / (double)all : 100.0);
	if (!done && !all)
		snprintf(text, size, "%s, %" PRIu64 " s", p->name, elapsed / SECOND);
	else
		snprintf(text, size, "%s: %s%s, %s/s%s", p->name, percent, amount, rate, left);
}

static void clear_line(void)
{
	if (progress.drawn)
		fputs("\r\033[K", stderr);
	progress.drawn = false;
}

static void draw_line(void)
{
	const struct mlv_progress_phase *phase;
	char text[256];
	uint64_t at = now();
	unsigned width = mlv_host_width(STDERR_FILENO);

	if (!progress.depth || progress.depth > DEPTH)
		return;
	phase = &progress.phases[progress.depth - 1];
	if (at - phase->since < SECOND)
		return;
	mlv_progress_format(phase, at - phase->since, text, sizeof(text));
	fprintf(stderr, "\r%.*s\033[K", (int)width - 1, text);
	fflush(stderr);
	progress.drawn = true;
}

static void *draw(void *nothing)
{
	(void)nothing;
	pthread_mutex_lock(&progress.lock);
	while (!progress.ending) {
		uint64_t until = now() + TICK;
		struct timespec t = { (time_t)(until / SECOND), (long)(until % SECOND) };

		pthread_cond_timedwait(&progress.wake, &progress.lock, &t);
		if (!progress.ending)
			draw_line();
	}
	pthread_mutex_unlock(&progress.lock);
	return NULL;
}

/* Called with the lock held. Without a thread there is no line, and that is all. */
static void start_thread(void)
{
	pthread_condattr_t attr;

	if (!progress.options.show || progress.started)
		return;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&progress.wake, &attr);
	pthread_condattr_destroy(&attr);
	progress.started = pthread_create(&progress.thread, NULL, draw, NULL) == 0;
}

static void begin_phase(const struct mlv_event *event)
{
	if (progress.depth++ >= DEPTH)
		return;
	progress.phases[progress.depth - 1] = (struct mlv_progress_phase){
		.all_items = event->items,
		.all_bytes = event->bytes,
		.since = now(),
	};
	snprintf(progress.phases[progress.depth - 1].name, sizeof(progress.phases[0].name), "%s",
		 event->text);
	start_thread();
}

static void end_phase(void)
{
	clear_line();
	if (progress.depth)
		progress.depth--;
}

static void count(const struct mlv_event *event)
{
	struct mlv_progress_phase *phase;

	if (!progress.depth || progress.depth > DEPTH)
		return;
	phase = &progress.phases[progress.depth - 1];
	if (event->type == MLV_EVENT_ADVANCE) {
		phase->items += event->items;
		phase->bytes += event->bytes;
	} else {
		phase->all_items += event->items;
		phase->all_bytes += event->bytes;
	}
}

static void tell(struct mlv_ctx *ctx, const struct mlv_event *event)
{
	(void)ctx;
	pthread_mutex_lock(&progress.lock);
	switch (event->type) {
	case MLV_EVENT_BEGIN:
		begin_phase(event);
		break;
	case MLV_EVENT_ADVANCE:
	case MLV_EVENT_GROW:
		count(event);
		break;
	case MLV_EVENT_END:
		end_phase();
		break;
	case MLV_EVENT_WARNING:
		clear_line();
		mlv_out_message("mlv: warning: ", event->text);
		break;
	case MLV_EVENT_DETAIL:
		if (!progress.options.verbose)
			break;
		clear_line();
		mlv_out_message("mlv: ", event->text);
		break;
	}
	pthread_mutex_unlock(&progress.lock);
}

void mlv_progress_begin(struct mlv_ctx *ctx, const struct mlv_progress_options *options)
{
	progress.options = *options;
	ctx->tell = tell;
}

void mlv_progress_end(void)
{
	pthread_mutex_lock(&progress.lock);
	progress.ending = true;
	clear_line();
	if (progress.started)
		pthread_cond_signal(&progress.wake);
	pthread_mutex_unlock(&progress.lock);
	if (progress.started)
		pthread_join(progress.thread, NULL);
	progress.started = false;
	fflush(stderr);
}
