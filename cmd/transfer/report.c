/* transfer/report.c - what a push or a fetch says of one remote, in lines and in JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/transfer/report.h"
#include "cmd/ui/out.h"
#include "core/base/amount.h"
#include "core/base/path.h"

#define SHOWN_MOST 100 /* problems that are told one by one, unless -v asks for all */

const char *mlv_files_text(uint64_t files, char *to, size_t size)
{
	snprintf(to, size, "%" PRIu64 " file%s", files, files == 1 ? "" : "s");
	return to;
}

const char *mlv_runs_text(uint64_t runs, char *to, size_t size)
{
	snprintf(to, size, "%" PRIu64 " run%s", runs, runs == 1 ? "" : "s");
	return to;
}

void mlv_transfer_say(struct mlv_out *out, const struct mlv_transfer_sum *sum, bool dry,
		      const char *done)
{
	char text[40], size[40], runs[40];

	mlv_files_text(sum->files, text, sizeof(text));
	mlv_amount_format(sum->bytes, size, sizeof(size));
	if (dry && sum->keys > 0)
		mlv_out_line(out, "%s would be %s, %s", text, done, size);
	else if (sum->keys > 0 && sum->runs > 0)
		mlv_out_line(out, "%s and %s %s", text,
			     mlv_runs_text(sum->runs, runs, sizeof(runs)), done);
	else if (sum->runs > 0)
		mlv_out_line(out, "%s %s", mlv_runs_text(sum->runs, runs, sizeof(runs)), done);
	else if (sum->keys > 0)
		mlv_out_line(out, "%s %s", text, done);
	else if (sum->missing == 0 && sum->corrupt == 0 && sum->damaged == 0)
		mlv_out_line(out, "Everything is up to date.");
}

static void write_problem(struct mlv_out *out, const struct mlv_problem *problem)
{
	char hex[MLV_OID_HEX + 1];

	mlv_out_object_begin(out, NULL);
	if (problem->path)
		mlv_out_json_path(out, "path", problem->path, strlen(problem->path));
	mlv_out_text(out, "problem", problem->code == MLV_E_CORRUPT ? "corrupt" : "missing");
	mlv_out_text(out, "kind", mlv_kind_name(problem->key.kind));
	mlv_out_text(out, "id", mlv_oid_format(&problem->key.oid, hex));
	if (problem->there)
		mlv_out_text(out, "at", "remote");
	if (problem->message)
		mlv_out_text(out, "message", problem->message);
	mlv_out_object_end(out);
}

static void say_problem(struct mlv_ctx *ctx, const struct mlv_problem *problem)
{
	const char *path = problem->path ? problem->path : "?";
	char shown[512], hex[MLV_OID_HEX + 1];

	mlv_path_shown(path, strlen(path), shown, sizeof(shown));
	if (problem->message)
		mlv_tell_warning(ctx, "corrupt: %s: %s", shown, problem->message);
	else
		mlv_tell_warning(ctx, "missing: %s (%s %.12s)", shown,
				 mlv_kind_name(problem->key.kind),
				 mlv_oid_format(&problem->key.oid, hex));
}

/* "'a', 'b'", as far as there is room. */
static void note_remote(struct mlv_transfer_sum *sum, const char *name)
{
	size_t len = strlen(sum->remote);

	if (len + strlen(name) + 5 < sizeof(sum->remote))
		snprintf(sum->remote + len, sizeof(sum->remote) - len, "%s'%s'", len ? ", " : "", name);
}

void mlv_transfer_tell(const struct mlv_run *run, const struct mlv_problems *problems,
		       const char *name, struct mlv_transfer_sum *sum)
{
	size_t shown = run->verbose ? problems->count : SHOWN_MOST;

	for (size_t i = 0; i < problems->count; i++) {
		if (problems->at[i].there)
			sum->damaged++;
		else if (problems->at[i].code == MLV_E_CORRUPT)
			sum->corrupt++;
		else
			sum->missing++;
		if (i < shown && !run->json)
			say_problem(run->ctx, &problems->at[i]);
	}
	if (problems->count > shown && !run->json)
		mlv_tell_warning(run->ctx, "and %zu more (-v shows all)", problems->count - shown);
	if (problems->count > 0)
		note_remote(sum, name);
}

static void write_mended(struct mlv_out *out, const struct mlv_problems *mended)
{
	mlv_out_array_begin(out, "repaired");
	for (size_t i = 0; i < mended->count; i++) {
		const char *path = mended->at[i].path ? mended->at[i].path : "?";

		write_problem(out, &mended->at[i]);
		if (i >= SHOWN_MOST || out->json)
			continue;
		mlv_out_raw(out, "repaired: ");
		mlv_out_path(out, path, strlen(path));
		mlv_out_raw(out, "\n");
	}
	mlv_out_array_end(out);
	if (mended->count > SHOWN_MOST)
		mlv_out_line(out, "and %zu more repaired", mended->count - SHOWN_MOST);
}

static void write_verified(struct mlv_out *out, const char *name,
			   const struct mlv_transfer *transfer)
{
	char size[40];

	mlv_amount_format(transfer->verified_bytes, size, sizeof(size));
	mlv_out_line(out, "%" PRIu64 " object%s verified at remote '%s', %s", transfer->verified,
		     transfer->verified == 1 ? "" : "s", name, size);
}

void mlv_transfer_write(struct mlv_out *out, const char *done, const char *name, const char *url,
			const struct mlv_transfer *transfer)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", name);
	mlv_out_text(out, "url", url);
	mlv_out_number(out, done, transfer->files);
	mlv_out_number(out, "bytes", transfer->bytes);
	mlv_out_array_begin(out, "problems");
	for (size_t i = 0; i < transfer->problems.count; i++)
		write_problem(out, &transfer->problems.at[i]);
	mlv_out_array_end(out);
	if (transfer->verify) {
		mlv_out_number(out, "verified", transfer->verified);
		mlv_out_number(out, "verified_bytes", transfer->verified_bytes);
		write_mended(out, &transfer->mended);
		write_verified(out, name, transfer);
	}
	mlv_out_object_end(out);
}


void mlv_transfer_write_failed(struct mlv_out *out, const char *name, mlv_err why)
{
	struct mlv_error shown = *why;

	shown.msg[mlv_error_len_without_hint(why)] = '\0';
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", name);
	mlv_out_text(out, "code", mlv_errc_name(why->code));
	mlv_out_text(out, "error", shown.msg);
	mlv_out_object_end(out);
}
