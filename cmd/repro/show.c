#include "cmd/repro/show.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/ui/out.h"
#include "core/base/sys.h"

mlv_err mlv_repro_show_begin(struct mlv_repro_show *show, struct mlv_run *run,
			     const struct mlv_pipeline *pipeline, bool prefix, bool dry)
{
	size_t count = pipeline->count * MLV_PROCESS_STREAMS;

	*show = (struct mlv_repro_show){ .run = run, .pipeline = pipeline, .prefix = prefix,
					 .dry = dry };
	show->lines = mlv_sys_alloc_array(count + 1, sizeof(*show->lines));
	if (!show->lines)
		return mlv_error_nomem("stages");
	for (size_t i = 0; i < count; i++)
		show->lines[i].text = (struct mlv_buf)MLV_BUF_INIT;
	return NULL;
}

void mlv_repro_show_release(struct mlv_repro_show *show)
{
	size_t count = show->lines ? show->pipeline->count * MLV_PROCESS_STREAMS : 0;

	for (size_t i = 0; i < count; i++)
		mlv_buf_release(&show->lines[i].text);
	free(show->lines);
	show->lines = NULL;
}

/* Where a stream of a stage goes; NULL: nowhere. */
static FILE *target_of(const struct mlv_repro_show *show, enum mlv_process_stream stream)
{
	if (show->run->quiet && stream == MLV_PROCESS_OUT)
		return NULL;
	return stream == MLV_PROCESS_OUT && !show->run->json ? show->run->out->to : stderr;
}

static void give(const struct mlv_repro_show *show, size_t id, enum mlv_process_stream stream,
		 struct mlv_repro_line *line, const char *bytes, size_t len)
{
	FILE *to = target_of(show, stream);

	if (!to)
		return;
	if (!line->begun)
		fprintf(to, "%s: ", show->pipeline->stages[id].name);
	fwrite(line->text.ptr, 1, line->text.len, to);
	fwrite(bytes, 1, len, to);
	mlv_buf_clear(&line->text);
	line->begun = !len || bytes[len - 1] != '\n';
}

void mlv_repro_show_output(void *arg, size_t id, enum mlv_process_stream stream, const char *bytes,
			   size_t len)
{
	struct mlv_repro_show *show = arg;
	struct mlv_repro_line *line = &show->lines[id * MLV_PROCESS_STREAMS + (size_t)stream];
	FILE *to = target_of(show, stream);

	if (!show->prefix) {
		if (to) {
			fwrite(bytes, 1, len, to);
			fflush(to);
		}
		return;
	}
	while (len) {
		const char *end = memchr(bytes, '\n', len);
		size_t take = end ? (size_t)(end + 1 - bytes) : len;

		if (end || line->text.len + take > MLV_REPRO_LINE ||
		    mlv_buf_add(&line->text, bytes, take))
			give(show, id, stream, line, bytes, take);
		bytes += take;
		len -= take;
	}
	if (to)
		fflush(to);
}

/* What a stage wrote without a newline at its end. */
static void end_lines(struct mlv_repro_show *show, size_t id)
{
	for (int s = 0; s < MLV_PROCESS_STREAMS; s++) {
		struct mlv_repro_line *line = &show->lines[id * MLV_PROCESS_STREAMS + (size_t)s];

		if (line->text.len || line->begun)
			give(show, id, (enum mlv_process_stream)s, line, "\n", 1);
	}
}

static void json_event(struct mlv_repro_show *show, const struct mlv_repro_event *event,
		       const char *address)
{
	static const char *const results[] = {
		[MLV_REPRO_UNCHANGED] = "unchanged", [MLV_REPRO_FROZEN] = "frozen",
		[MLV_REPRO_WOULD_RUN] = "would_run", [MLV_REPRO_MAY_RUN] = "may_run",
		[MLV_REPRO_RESTORED] = "restored", [MLV_REPRO_RAN] = "ran",
		[MLV_REPRO_SAVED] = "saved", [MLV_REPRO_FAILED] = "failed",
		[MLV_REPRO_SKIPPED] = "skipped", [MLV_REPRO_CANCELLED] = "cancelled",
	};
	struct mlv_out *out = show->run->out;

	if (event->type == MLV_REPRO_RUNS)
		return;
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "stage", address);
	mlv_out_text(out, "result", results[event->type]);
	if (event->state)
		mlv_reasons_json(out, event->state);
	if (event->text)
		mlv_out_text_len(out, "message", event->text, strcspn(event->text, "\n"));
	if (event->log)
		mlv_out_text(out, "log", event->log);
	mlv_out_object_end(out);
	fflush(out->to);
}

static void show_running(struct mlv_out *out, const struct mlv_stage *stage, const char *address)
{
	mlv_out_line(out, "Running stage '%s':", address);
	for (size_t i = 0; i < stage->cmds.count; i++)
		mlv_out_line(out, "> %s", stage->cmds.at[i]);
	if (!stage->cmds.count && stage->eval)
		mlv_out_line(out, "> mlv eval %s", stage->eval);
	fflush(out->to);
}

/* The first failure is what main() says at the end. */
static void show_failed(struct mlv_repro_show *show, const char *address, const char *text)
{
	char message[MLV_ERROR_TEXT + 256];

	if (!show->failures++)
		return;
	snprintf(message, sizeof(message), "failed to reproduce '%s': %s", address, text);
	fflush(show->run->out->to);
	mlv_out_message("mlv: ", message);
}

static void show_line(struct mlv_repro_show *show, const struct mlv_repro_event *event,
		      const char *address)
{
	struct mlv_out *out = show->run->out;

	switch (event->type) {
	case MLV_REPRO_UNCHANGED:
		mlv_out_line(out, "Stage '%s' didn't change, skipping", address);
		break;
	case MLV_REPRO_FROZEN:
		mlv_out_line(out, "Stage '%s' is frozen, skipping", address);
		break;
	case MLV_REPRO_WOULD_RUN:
		show_running(out, event->stage, address);
		mlv_reasons_print(out, event->state, show->run->verbose);
		break;
	case MLV_REPRO_MAY_RUN:
		mlv_out_line(out, "Stage '%s' may run: what it depends on is made anew", address);
		break;
	case MLV_REPRO_RESTORED:
		mlv_out_line(out, "Stage '%s' is cached - skipping run, checking out outputs", address);
		break;
	case MLV_REPRO_SAVED:
		mlv_out_line(out, "Stage '%s' didn't change, its outputs were stored", address);
		break;
	case MLV_REPRO_SKIPPED:
		mlv_out_line(out, "Stage '%s' was not run: one that it depends on failed", address);
		break;
	case MLV_REPRO_CANCELLED:
		mlv_out_line(out, "Stage '%s' was ended", address);
		break;
	case MLV_REPRO_RAN:
		if (show->prefix)
			mlv_out_line(out, "Stage '%s' is done", address);
		break;
	case MLV_REPRO_RUNS:
		show_running(out, event->stage, address);
		break;
	case MLV_REPRO_FAILED:
		show_failed(show, address, event->text);
		break;
	}
}

void mlv_repro_show_event(void *arg, const struct mlv_repro_event *event)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;
	struct mlv_repro_show *show = arg;

	if (mlv_stage_address(event->stage, &address))
		return;
	if (show->prefix && event->type >= MLV_REPRO_RAN)
		end_lines(show, event->id);
	if (show->run->json)
		json_event(show, event, address.ptr);
	else
		show_line(show, event, address.ptr);
}
