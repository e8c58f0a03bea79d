/* remote_gc/list.c - what lies at a remote: files of their own, packs, roots. */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "remote/remote_gc/survey.h"

static int compare_packs(const void *a, const void *b)
{
	const struct mlv_there_pack *x = a, *y = b;

	return mlv_pack_id_compare(&x->id, &y->id);
}

static int compare_roots(const void *a, const void *b)
{
	const struct mlv_there_root *x = a, *y = b;

	return mlv_oid_compare(&x->tree, &y->tree);
}

struct mlv_there_pack *mlv_survey_pack(const struct mlv_survey *survey,
				       const struct mlv_pack_id *id)
{
	const struct mlv_there_pack asked = { .id = *id };

	return survey->pack_count ? bsearch(&asked, survey->packs, survey->pack_count,
					    sizeof(asked), compare_packs)
				  : NULL;
}

static mlv_err take_loose(void *arg, const char *path, uint64_t size)
{
	struct mlv_survey *survey = arg;
	struct mlv_item item = { .size = size };

	if (!mlv_key_parse_path(path, &item.key))
		return NULL;
	return mlv_items_add(&survey->loose, &item);
}

/* The pack and its table come one after the other, in any order. */
static mlv_err take_pack(void *arg, const char *path, uint64_t size)
{
	struct mlv_survey *survey = arg;
	struct mlv_there_pack pack = { .table = SIZE_MAX };
	const char *name = path + strlen("packs/");
	mlv_err err;

	if (strncmp(path, "packs/", strlen("packs/")) != 0)
		return NULL;
	pack.has_pack = mlv_pack_parse_name(name, MLV_PACK_SUFFIX, &pack.id);
	pack.has_idx = !pack.has_pack && mlv_pack_parse_name(name, MLV_IDX_SUFFIX, &pack.id);
	if (!pack.has_pack && !pack.has_idx)
		return NULL;
	*(pack.has_pack ? &pack.pack_bytes : &pack.idx_bytes) = size;
	err = mlv_array_grow(&survey->packs, &survey->pack_cap, survey->pack_count + 1,
			     sizeof(*survey->packs));
	if (!err)
		survey->packs[survey->pack_count++] = pack;
	return err;
}

static void join_packs(struct mlv_survey *survey)
{
	size_t kept = 0;

	if (survey->pack_count == 0)
		return;
	qsort(survey->packs, survey->pack_count, sizeof(*survey->packs), compare_packs);
	for (size_t i = 1; i < survey->pack_count; i++) {
		struct mlv_there_pack *to = &survey->packs[kept], *from = &survey->packs[i];

		if (compare_packs(to, from) != 0) {
			survey->packs[++kept] = *from;
			continue;
		}
		to->has_pack |= from->has_pack;
		to->has_idx |= from->has_idx;
		to->pack_bytes += from->pack_bytes;
		to->idx_bytes += from->idx_bytes;
	}
	survey->pack_count = kept + 1;
}

/* ---- roots ---- */

static mlv_err take_root(void *arg, const char *path, uint64_t size)
{
	const size_t top = strlen("roots/");
	struct mlv_survey *survey = arg;
	struct mlv_there_root root = { .bytes = size };
	mlv_err err;

	if (strlen(path) != top + MLV_OID_HEX ||
	    !mlv_oid_parse(path + top, MLV_OID_HEX, &root.tree))
		return NULL;
	err = mlv_array_grow(&survey->roots, &survey->root_cap, survey->root_count + 1,
			     sizeof(*survey->roots));
	if (!err)
		survey->roots[survey->root_count++] = root;
	return err;
}

/* One that is damaged names nothing that is known; one that is gone names nothing. */
static mlv_err read_root(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_survey *survey = arg;
	struct mlv_there_root *root = &survey->roots[index];
	char path[MLV_ROOT_PATH];
	mlv_err err;

	(void)worker;
	err = mlv_transport_get_text(survey->remote, mlv_root_path(&root->tree, path), MLV_ROOT_WORD, &text);
	if (!err)
		err = mlv_root_parse(&root->tree, text.ptr, text.len, &root->root);
	root->sound = !err || err->code == MLV_E_MISSING;
	if (err && err->code == MLV_E_CORRUPT)
		mlv_tell_detail(survey->ctx, "%s: %s", survey->remote->url, err->msg);
	return root->sound || err->code == MLV_E_CORRUPT ? NULL : err;
}

mlv_err mlv_survey_list_roots(struct mlv_survey *survey)
{
	mlv_err err = mlv_transport_list(survey->remote, "roots/", take_root, survey);

	if (err)
		return err;
	if (survey->root_count)
		qsort(survey->roots, survey->root_count, sizeof(*survey->roots), compare_roots);
	return mlv_pool_run(survey->ctx, mlv_remote_jobs(survey->remote), survey->root_count,
			    read_root, survey);
}

mlv_err mlv_survey_list(struct mlv_survey *survey)
{
	static const struct {
		const char *prefix;
		mlv_list_fn fn;
	} tops[] = {
		{ "objects/", take_loose }, { "large/", take_loose }, { "nodes/", take_loose },
		{ "packs/", take_pack },    { "recipes/", mlv_survey_take_recipe },
	};
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < MLV_COUNT(tops); i++)
		err = mlv_transport_list(survey->remote, tops[i].prefix, tops[i].fn, survey);
	if (!err)
		err = mlv_survey_list_roots(survey);
	mlv_items_sort(&survey->loose);
	mlv_items_sort(&survey->recipes);
	join_packs(survey);
	return err;
}
