/* status/cloud.c - new, deleted and missing paths of each remote. */
#include "cmd/status/cloud.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/ui/out.h"
#include "remote/compare.h"

/* Enough for "deleted:" and as much room as DVC leaves. */
#define COLUMN 20

static void print_lines(struct mlv_out *out, const char *name,
			const struct mlv_differences *differences)
{
	static const enum mlv_color colors[] = {
		[MLV_STANDING_NEW] = MLV_COLOR_GREEN,
		[MLV_STANDING_DELETED] = MLV_COLOR_YELLOW,
		[MLV_STANDING_MISSING] = MLV_COLOR_RED,
		[MLV_STANDING_DAMAGED] = MLV_COLOR_RED,
	};

	if (differences->count == 0)
		mlv_out_line(out, "Cache and remote '%s' are in sync.", name);
	for (size_t i = 0; !out->json && !out->quiet && i < differences->count; i++) {
		const struct mlv_difference *difference = &differences->at[i];
		const char *standing = mlv_standing_name(difference->standing);

		mlv_out_raw(out, "\t");
		mlv_out_raw(out, mlv_out_color(out, colors[difference->standing]));
		mlv_out_raw(out, standing);
		mlv_out_raw(out, ":");
		mlv_out_raw(out, mlv_out_color(out, MLV_COLOR_OFF));
		for (size_t pad = strlen(standing) + 1; pad < COLUMN; pad++)
			mlv_out_raw(out, " ");
		mlv_out_path(out, difference->path, strlen(difference->path));
		mlv_out_raw(out, "\n");
	}
}

static void write_json(struct mlv_out *out, const char *name, const char *url,
		       const struct mlv_differences *differences)
{
	size_t i = 0;

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", name);
	mlv_out_text(out, "url", url);
	for (unsigned standing = MLV_STANDING_NEW; standing < MLV_STANDINGS; standing++) {
		mlv_out_array_begin(out, mlv_standing_name(standing));
		for (; i < differences->count && differences->at[i].standing == standing; i++) {
			mlv_out_object_begin(out, NULL);
			mlv_out_json_path(out, "path", differences->at[i].path,
					  strlen(differences->at[i].path));
			mlv_out_object_end(out);
		}
		mlv_out_array_end(out);
	}
	mlv_out_object_end(out);
}

struct comparing {
	struct mlv_run *run;
	struct mlv_repo *repo;
	bool verify;
	bool differs;
	size_t damaged;
	struct mlv_buf where; /* the last remote with damage */
};

static void release_comparing(struct comparing *comparing)
{
	mlv_buf_release(&comparing->where);
}

static mlv_err count(struct comparing *comparing, const char *name,
		     const struct mlv_differences *differences)
{
	size_t damaged = 0;

	for (size_t i = 0; i < differences->count; i++)
		damaged += differences->at[i].standing == MLV_STANDING_DAMAGED;
	comparing->differs |= differences->count > 0;
	comparing->damaged += damaged;
	if (damaged == 0)
		return NULL;
	mlv_buf_clear(&comparing->where);
	return mlv_buf_add_str(&comparing->where, name);
}

static mlv_err compare_route(struct comparing *comparing, const struct mlv_route *route)
{
	struct mlv_run *run = comparing->run;
	struct mlv_repo *repo = comparing->repo;
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *remote = NULL;
	MLV_SCOPED(mlv_differences_release) struct mlv_differences differences = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf receipts = MLV_BUF_INIT;
	struct mlv_store *cache = NULL;
	mlv_err err;

	if ((err = mlv_route_open(run, repo, route->name, &name, &remote, &cache)) ||
	    (err = mlv_route_receipts(repo, &receipts)) ||
	    (err = mlv_compare(cache, remote, route->wants, route->count, comparing->verify,
			       receipts.ptr, &differences)) ||
	    (err = count(comparing, name.ptr, &differences)))
		return err;
	print_lines(run->out, name.ptr, &differences);
	write_json(run->out, name.ptr, remote->url, &differences);
	return NULL;
}

static mlv_err judge(const struct comparing *comparing)
{
	char text[40];
	mlv_err err;

	if (comparing->damaged == 0)
		return NULL;
	err = mlv_error(MLV_E_CORRUPT, "damaged at remote '%s': %s", comparing->where.ptr,
			mlv_files_text(comparing->damaged, text, sizeof(text)));
	return mlv_error_hint(err, "to send good copies in their place: mlv push -r %s --repair",
			      comparing->where.ptr);
}

mlv_err mlv_status_cloud(struct mlv_run *run, struct mlv_repo *repo,
			 const struct mlv_transfer_args *args, char *const *operands, bool *differs)
{
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	MLV_SCOPED(release_comparing) struct comparing comparing = {
		.run = run, .repo = repo, .verify = args->verify, .where = MLV_BUF_INIT };
	mlv_err err;

	*differs = false;
	if ((err = mlv_routes_find(&routes, repo, args, operands, MLV_FOR_STATUS)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "remotes");
	for (size_t i = 0; !err && i < routes.count; i++)
		err = compare_route(&comparing, &routes.at[i]);
	mlv_out_array_end(run->out);
	mlv_out_object_end(run->out);
	*differs = comparing.differs;
	return err ? err : judge(&comparing);
}
