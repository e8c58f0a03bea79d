#include "cmd/transfer/filter.h"

#include <string.h>

#include "core/base/amount.h"
#include "core/repo/metrics.h"

void mlv_transfer_filter_release(struct mlv_transfer_filter *filter)
{
	mlv_strs_release(&filter->files);
}

/* A pattern counts as the directory that what it matches lies below; at the root it is none. */
static void cut_pattern(char *name)
{
	size_t len = strcspn(name, "*?[");

	if (!name[len])
		return;
	while (len && name[len] != '/')
		len--;
	if (len)
		name[len] = '\0';
}

static mlv_err list_types(struct mlv_transfer_filter *filter, struct mlv_metrics_place *place,
			  const struct mlv_transfer_args *args, const char *rev)
{
	struct mlv_metrics_side side;
	mlv_err err = mlv_metrics_side_init(place, rev, &side);

	for (size_t i = 0; !err && i < args->types.count; i++)
		err = mlv_metrics_list(place, &side,
				       strcmp(args->types.at[i], "plots") == 0 ? MLV_OUT_PLOT
									       : MLV_OUT_METRIC,
				       &filter->files);
	for (size_t i = 0; !err && i < filter->files.count; i++)
		cut_pattern(filter->files.at[i]);
	return err;
}

mlv_err mlv_transfer_filter_rev(struct mlv_transfer_filter *filter, struct mlv_repo *repo,
				const struct mlv_transfer_args *args, const char *rev)
{
	struct mlv_metrics_place place;
	mlv_err err;

	if (!filter->typed)
		return NULL;
	mlv_strs_release(&filter->files);
	filter->files = (struct mlv_strs){ 0 };
	if ((err = mlv_metrics_place_open(&place, repo->ctx, repo->root)))
		return err;
	err = list_types(filter, &place, args, rev);
	mlv_metrics_place_close(&place);
	return err;
}

mlv_err mlv_transfer_filter_begin(struct mlv_transfer_filter *filter, struct mlv_repo *repo,
				  const struct mlv_transfer_args *args)
{
	filter->max_size = UINT64_MAX;
	if (args->max_size && !mlv_amount_parse(args->max_size, &filter->max_size))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "--max-size: %s is no number of bytes",
						args->max_size), "500K, or 1.5G");
	for (size_t i = 0; i < args->types.count; i++)
		if (strcmp(args->types.at[i], "metrics") != 0 &&
		    strcmp(args->types.at[i], "plots") != 0)
			return mlv_error(MLV_E_USAGE, "--type is metrics or plots, not '%s'",
					 args->types.at[i]);
	filter->typed = args->types.count > 0;
	return mlv_transfer_filter_rev(filter, repo, args, NULL);
}

bool mlv_transfer_filter_size(struct mlv_transfer_filter *filter, const struct mlv_output *output)
{
	if (output->size <= filter->max_size)
		return true;
	filter->left_out++;
	return false;
}

/* What of path lies below dir, "" if they are the same; NULL: it does not. */
static const char *below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (strncmp(path, dir, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path[len] ? path + len + 1 : path + len;
}

bool mlv_transfer_filter_file(const struct mlv_transfer_filter *filter, size_t index,
			      const struct mlv_output *output, const char **part)
{
	const char *file = filter->files.at[index];
	const char *rest = below(file, output->path);

	*part = rest ? rest : "";
	return rest ? !rest[0] || output->type == MLV_ID_TREE : below(output->path, file) != NULL;
}
