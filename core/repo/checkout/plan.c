#include "core/repo/checkout/plan.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/path.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

#define MISSING_KEPT 1000 /* paths that are kept for messages and JSON */
#define ROUND ((size_t)64) /* changes that one thread looks up at a time */

void mlv_plan_release(struct mlv_plan *plan)
{
	mlv_compare_release(&plan->compare);
	free(plan->changes);
	mlv_buf_release(&plan->paths);
	*plan = (struct mlv_plan){ 0 };
}

struct mlv_entry mlv_change_entry(const struct mlv_plan *plan, const struct mlv_change *change)
{
	return (struct mlv_entry){ .kind = change->kind, .oid = change->oid, .size = change->size,
				   .path = plan->paths.ptr + change->path_at,
				   .path_len = change->path_len };
}

mlv_err mlv_change_path(const struct mlv_plan *plan, const struct mlv_change *change,
			struct mlv_buf *path)
{
	mlv_err err = mlv_buf_add_str(path, plan->compare.path);

	if (err || !change->path_len)
		return err;
	if ((err = mlv_buf_add_char(path, '/')))
		return err;
	return mlv_buf_add(path, plan->paths.ptr + change->path_at, change->path_len);
}

mlv_err mlv_plan_add(struct mlv_plan *plan, enum mlv_act act, const struct mlv_entry *entry,
		     size_t item)
{
	struct mlv_change *change;
	mlv_err err;

	if ((err = mlv_array_grow(&plan->changes, &plan->cap, plan->count + 1,
				  sizeof(*plan->changes))))
		return err;
	change = &plan->changes[plan->count];
	*change = (struct mlv_change){ .act = act, .kind = entry->kind, .oid = entry->oid,
				       .size = entry->size, .item = item,
				       .path_len = (uint32_t)entry->path_len,
				       .path_at = plan->paths.len };
	if ((err = mlv_buf_add(&plan->paths, entry->path, entry->path_len)) ||
	    (err = mlv_buf_add(&plan->paths, "", 1)))
		return err;
	plan->count++;
	return NULL;
}

/* Whether only a mode has to be set: the file is one of its own. */
static bool can_chmod(const struct mlv_scan_item *item)
{
	return !item->in_cache && !item->stat.linked && item->kind != 'l';
}

static mlv_err plan_both(struct mlv_plan *plan, const struct mlv_entry *tracked, size_t at)
{
	const struct mlv_scan_item *item = &plan->compare.scan.items[at];
	struct mlv_entry here = mlv_scan_entry(&plan->compare.scan, at);
	enum mlv_act act = MLV_ACT_WRITE;
	bool same = mlv_compare_same_bytes(tracked, &here);
	mlv_err err;

	if (same && tracked->kind == here.kind && !(plan->relink && tracked->kind != 'd' &&
						     tracked->kind != 'l'))
		return NULL;
	if (same && tracked->kind != here.kind && can_chmod(item) && !plan->relink)
		act = MLV_ACT_CHMOD;
	if ((err = mlv_plan_add(plan, act, tracked, at)))
		return err;
	plan->changes[plan->count - 1].same = same;
	return NULL;
}

static mlv_err plan_path(void *arg, const struct mlv_entry *tracked, size_t item)
{
	struct mlv_plan *plan = arg;
	struct mlv_entry here;

	if (tracked)
		return item == MLV_NO_ITEM ? mlv_plan_add(plan, MLV_ACT_WRITE, tracked, item)
					   : plan_both(plan, tracked, item);
	here = mlv_scan_entry(&plan->compare.scan, item);
	return mlv_plan_add(plan, MLV_ACT_REMOVE, &here, item);
}

mlv_err mlv_plan_begin(struct mlv_plan *plan, struct mlv_repo *repo)
{
	struct stat st;

	*plan = (struct mlv_plan){ .repo = repo, .started = (int64_t)time(NULL),
				   .paths = MLV_BUF_LIMIT(SIZE_MAX / 2) };
	if (mlv_sys_fstat(repo->mlv_fd, &st) < 0)
		return mlv_error_sys(".mlv");
	plan->home = st.st_dev;
	return NULL;
}

/* Whether .MLV is .mlv here. */
static bool folds(const struct mlv_repo *repo)
{
	struct stat st, own;

	return mlv_sys_fstatat(repo->root_fd, ".MLV", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       mlv_sys_fstat(repo->mlv_fd, &own) == 0 && st.st_ino == own.st_ino;
}

struct folded {
	const char *path;
	size_t len;
};

/* What lies in a directory follows it at once: no byte of a name comes before the slash. */
static int rank(char c)
{
	return c == '/' ? 0 : tolower((unsigned char)c);
}

static int by_folded(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;
	size_t shorter = x->len < y->len ? x->len : y->len;

	for (size_t i = 0; i < shorter; i++) {
		int left = rank(x->path[i]), right = rank(y->path[i]);

		if (left != right)
			return left < right ? -1 : 1;
	}
	return (x->len > y->len) - (x->len < y->len);
}

/*
 * Whether two paths, or directories they lie in, are one where case does not
 * count. That of ASCII alone: how other letters fold is for the file system to
 * say, and where it finds two of them one, the second is refused when it is made.
 */
static bool collide(const struct folded *a, const struct folded *b)
{
	size_t shorter = a->len < b->len ? a->len : b->len, i = 0;
	bool differs = false;

	for (; i < shorter; i++) {
		if (tolower((unsigned char)a->path[i]) != tolower((unsigned char)b->path[i]))
			return false;
		if (a->path[i] == '/' && differs)
			return true;
		differs |= a->path[i] != b->path[i];
	}
	return differs && (a->len == b->len || (a->len > i ? a->path[i] : b->path[i]) == '/');
}

static mlv_err check_case(const struct mlv_plan *plan)
{
	MLV_SCOPED(mlv_mem_free) struct folded *list = NULL;
	size_t count = 0;
	char one[256], other[256];

	if (!plan->fold || !plan->count)
		return NULL;
	if (!(list = mlv_sys_alloc_array(plan->count, sizeof(*list))))
		return mlv_error_nomem("paths");
	for (size_t i = 0; i < plan->count; i++)
		if (plan->changes[i].act != MLV_ACT_REMOVE)
			list[count++] = (struct folded){ plan->paths.ptr + plan->changes[i].path_at,
							 plan->changes[i].path_len };
	qsort(list, count, sizeof(*list), by_folded);
	for (size_t i = 1; i < count; i++)
		if (collide(&list[i - 1], &list[i]))
			return mlv_error(MLV_E_REFUSED,
					 "%s: '%s' and '%s' are one name on this file system",
					 plan->compare.path,
					 mlv_path_shown(list[i - 1].path, list[i - 1].len, one,
							sizeof(one)),
					 mlv_path_shown(list[i].path, list[i].len, other,
							sizeof(other)));
	return NULL;
}

static mlv_err make(struct mlv_plan *plan, const struct mlv_target *target)
{
	struct mlv_store *cache;
	struct mlv_key root = { MLV_KIND_NODE, target->output->oid };
	const struct mlv_oid *tree = mlv_output_tree(target->output);
	struct mlv_scan_options options = { .shown = tree, .tree = plan->relink ? NULL : tree };
	bool there = true;
	mlv_err err;

	if ((err = mlv_compare_scan(&plan->compare, plan->repo, target->output->path,
				    target->part, &options)) ||
	    (err = mlv_repo_cache(plan->repo, &cache)))
		return err;
	if (target->output->type == MLV_ID_TREE &&
	    (err = mlv_store_has(cache, &root, UINT64_MAX, &there)))
		return err;
	if (!there) {
		plan->no_tree = true;
		return NULL;
	}
	if ((err = mlv_compare_run(&plan->compare, target->output, plan_path, plan)))
		return err;
	plan->compared = true;
	return check_case(plan);
}

mlv_err mlv_plan_make(struct mlv_plan *plan, struct mlv_repo *repo,
		      const struct mlv_target *target, bool relink)
{
	mlv_err err;

	if ((err = mlv_plan_begin(plan, repo)))
		return err;
	plan->output = target->output;
	plan->relink = relink;
	plan->fold = folds(repo);
	if ((err = make(plan, target)))
		mlv_plan_release(plan);
	return err;
}

/* Whether path lies below an output, or is one. */
static bool is_tracked(const struct mlv_plan *plan, const struct mlv_outputs *outputs,
		       const struct mlv_entry *entry, struct mlv_buf *path, mlv_err *err)
{
	mlv_buf_clear(path);
	*err = mlv_buf_printf(path, "%s%s", plan->compare.path, entry->path_len ? "/" : "");
	if (!*err)
		*err = mlv_buf_add(path, entry->path, entry->path_len);
	return !*err && mlv_outputs_find(outputs, path->ptr);
}

/* What the index remembers was checked out or added; the rest is the user's own. */
static mlv_err is_known(struct mlv_index_cursor *cursor, const struct mlv_entry *entry, bool *known)
{
	const struct mlv_index_item *item;
	mlv_err err;

	*known = false;
	while (!(err = mlv_index_peek(cursor, &item)) && item) {
		int order = mlv_entry_compare_path(&item->entry, entry);

		*known = order == 0 && mlv_oid_equal(&item->entry.oid, &entry->oid);
		if (order >= 0)
			return NULL;
		mlv_index_next(cursor);
	}
	return err;
}

static mlv_err plan_gone(struct mlv_plan *plan, const struct mlv_outputs *outputs, const char *path)
{
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_compare *compare = &plan->compare;
	mlv_err err = mlv_compare_scan(compare, plan->repo, path, "", NULL);

	if (err || !compare->present ||
	    (err = mlv_index_cursor_new(&cursor, compare->scan.index, "")))
		return err;
	for (size_t i = 0; !err && i < compare->scan.count; i++) {
		struct mlv_entry entry = mlv_scan_entry(&compare->scan, i);
		bool known;

		if (is_tracked(plan, outputs, &entry, &whole, &err) || err || entry.kind == 'd' ||
		    (err = is_known(cursor, &entry, &known)))
			continue;
		if (known)
			err = mlv_plan_add(plan, MLV_ACT_REMOVE, &entry, i);
		else
			plan->left++;
	}
	return err;
}

mlv_err mlv_plan_gone(struct mlv_plan *plan, struct mlv_repo *repo,
		      const struct mlv_outputs *outputs, const char *path)
{
	mlv_err err = mlv_plan_begin(plan, repo);

	if (!err)
		err = plan_gone(plan, outputs, path);
	if (err)
		mlv_plan_release(plan);
	return err;
}

/* Looking up what a plan needs and what it would lose. */
struct check {
	struct mlv_plan *plan;
	struct mlv_linker *linker;
	struct mlv_store *cache;
	bool force;
};

/* Whether the item is a link into the cache, which holds no bytes of its own. */
static bool leads_to_cache(const struct mlv_scan *scan, const struct mlv_scan_item *item)
{
	size_t len = scan->cache ? strlen(scan->cache) : 0;

	return item->in_cache ||
	       (item->kind == 'l' && len && item->size > len + 1 &&
		memcmp(scan->links.ptr + item->link_at, scan->cache, len) == 0 &&
		scan->links.ptr[item->link_at + len] == '/');
}

/* Whether the bytes of the item there are in the cache, whole, or need not be. */
static mlv_err check_item(const struct check *check, struct mlv_change *change)
{
	const struct mlv_scan *scan = &check->plan->compare.scan;
	struct mlv_entry entry;
	struct mlv_key key;
	bool there;
	mlv_err err;

	if (check->force || change->act == MLV_ACT_CHMOD || change->item == MLV_NO_ITEM)
		return NULL;
	entry = mlv_scan_entry(scan, change->item);
	if (entry.kind == 'd' || leads_to_cache(scan, &scan->items[change->item]))
		return NULL;
	key = mlv_entry_key(&entry);
	if ((err = mlv_store_has(check->cache, &key, entry.size, &there)))
		return err;
	/* The same bytes are about to be written: reading them there verifies them. */
	if (there && !change->same)
		err = mlv_link_verify(check->linker, &key, entry.size, &there);
	change->unsafe = !there;
	return err;
}

static mlv_err check_change(const struct check *check, struct mlv_change *change)
{
	struct mlv_entry entry = mlv_change_entry(check->plan, change);
	struct mlv_key key;
	bool there = true;
	mlv_err err;

	if (change->act == MLV_ACT_WRITE && change->kind != 'd') {
		key = mlv_entry_key(&entry);
		if ((err = mlv_store_has(check->cache, &key, entry.size, &there)))
			return err;
	}
	if (there)
		return check_item(check, change);
	change->act = MLV_ACT_LEAVE;
	return NULL;
}

static mlv_err check_round(void *arg, size_t index, unsigned worker)
{
	const struct check *check = arg;
	size_t end = (index + 1) * ROUND;
	mlv_err err = NULL;

	(void)worker;
	for (size_t i = index * ROUND; !err && i < end && i < check->plan->count; i++)
		err = check_change(check, &check->plan->changes[i]);
	return err;
}

mlv_err mlv_checkout_note(struct mlv_checkout_result *result, const char *path, bool damaged)
{
	struct mlv_strs *list = damaged ? &result->damaged : &result->missing;

	*(damaged ? &result->damaged_count : &result->missing_count) += 1;
	return list->count < MISSING_KEPT ? mlv_strs_add(list, path) : NULL;
}

static mlv_err note_missing(const struct mlv_plan *plan, struct mlv_checkout_result *result)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (plan->no_tree)
		return mlv_checkout_note(result, plan->output->path, false);
	for (size_t i = 0; !err && i < plan->count; i++) {
		if (plan->changes[i].act != MLV_ACT_LEAVE)
			continue;
		mlv_buf_clear(&path);
		if (!(err = mlv_change_path(plan, &plan->changes[i], &path)))
			err = mlv_checkout_note(result, path.ptr, false);
	}
	return err;
}

/* What is not stored of an output that is gone stays. */
static void leave_unsafe(struct mlv_plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++) {
		if (plan->changes[i].unsafe)
			plan->left++;
		else
			plan->changes[kept++] = plan->changes[i];
	}
	plan->count = kept;
}

mlv_err mlv_plan_check(struct mlv_plan *plan, struct mlv_linker *linker, bool force,
		       struct mlv_checkout_result *result)
{
	struct check check = { .plan = plan, .linker = linker, .force = force && plan->output };
	struct mlv_ctx *ctx = plan->repo->ctx;
	mlv_err err;

	if ((err = mlv_repo_cache(plan->repo, &check.cache)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, (plan->count + ROUND - 1) / ROUND, check_round,
				&check)))
		return err;
	if (!plan->output) {
		leave_unsafe(plan);
		return NULL;
	}
	return note_missing(plan, result);
}
