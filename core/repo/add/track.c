#include "core/repo/add/track.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/add/check.h"
#include "core/repo/add/relink.h"
#include "core/repo/gitignore.h"
#include "core/store/store_stamp.h"

/* No output has an index of this name: none is written there, either. */
#define PLAIN ".mlv/plain"

static void target_release(struct mlv_track_target *target)
{
	mlv_lock_freep(&target->lock);
	mlv_scan_release(&target->scan);
	mlv_buf_release(&target->old);
	mlv_output_release(&target->output);
	free(target->part);
}

void mlv_track_release(struct mlv_track *track)
{
	for (size_t i = 0; i < track->count; i++)
		target_release(&track->at[i]);
	free(track->at);
	mlv_strs_release(&track->written);
	track->at = NULL;
	track->count = track->cap = 0;
}

mlv_err mlv_track_append(struct mlv_track *track, const struct mlv_output *output, bool existing,
			 const char *part)
{
	struct mlv_track_target made = { .existing = existing,
					 .old = MLV_BUF_LIMIT(MLV_POINTER_MAX) };
	mlv_err err = mlv_array_grow(&track->at, &track->cap, track->count + 1,
				     sizeof(*track->at));

	if (err || (err = mlv_output_copy(&made.output, output)))
		return err;
	if (!(made.part = mlv_sys_strdup(part))) {
		target_release(&made);
		return mlv_error_nomem("a target");
	}
	track->at[track->count++] = made;
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	const struct mlv_track_target *left = a, *right = b;
	int order = strcmp(left->output.path, right->output.path);

	return order ? order : strcmp(left->part, right->part);
}

/* Read the pointer anew, under its lock: it may have changed since the targets were checked. */
static mlv_err read_old(struct mlv_track *track, struct mlv_track_target *target)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output now = { 0 };
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name, *pointer = target->output.pointer;
	struct mlv_output was;
	mlv_err err;

	if ((err = mlv_repo_open_dir(track->repo, pointer, &dir, &name)))
		return err;
	if ((err = mlv_fs_read(dir, name, &target->old))) {
		if (err->code != MLV_E_MISSING || target->existing)
			return mlv_error_wrap(err, "%s", pointer);
		return NULL;
	}
	if ((err = mlv_pointer_parse(pointer, target->old.ptr, target->old.len, &now)))
		return err;
	was = target->output;
	target->output = now;
	now = was;
	target->existing = true;
	return NULL;
}

static mlv_err lock_all(struct mlv_track *track)
{
	mlv_err err;

	if (track->count)
		qsort(track->at, track->count, sizeof(*track->at), by_path);
	for (size_t i = 0; i < track->count && !track->of_stage; i++) {
		struct mlv_track_target *target = &track->at[i];

		if (i > 0 && strcmp(target[-1].output.path, target->output.path) == 0)
			continue;
		if ((err = mlv_lock_file(&target->lock, track->repo, target->output.pointer,
					 track->command)) ||
		    (err = read_old(track, target)))
			return err;
	}
	return NULL;
}

static bool differs(const struct mlv_track_target *target)
{
	const struct mlv_output *was = &target->output, *made = &target->made;

	return !target->existing || !mlv_output_same_id(was, made) ||
	       was->has_plain != made->has_plain || was->nfiles != made->nfiles ||
	       (was->has_plain && !mlv_oid_equal(&was->plain, &made->plain));
}

/* How many targets from at on are parts of the same output. */
static size_t parts_of(const struct mlv_track *track, size_t at)
{
	size_t end = at + 1;

	while (end < track->count && !track->of_stage && !track->at[end].lock)
		end++;
	return end - at;
}

/* Rules that lie in what they speak of would not be in git beside the pointer. */
static mlv_err refuse_rules(const struct mlv_scan *scan)
{
	static const char name[] = MLV_IGNORE_NAME;
	const size_t len = sizeof(name) - 1;

	for (size_t i = 0; i < scan->count; i++) {
		struct mlv_entry entry = mlv_scan_entry(scan, i);
		const char *last = entry.path + entry.path_len - len;
		char shown[512];

		if (entry.path_len < len || memcmp(last, name, len) != 0 ||
		    (entry.path_len > len && last[-1] != '/'))
			continue;
		return mlv_error_hint(mlv_error(MLV_E_REFUSED,
						"%s: rules cannot lie in a tracked directory",
						mlv_scan_shown(scan, &scan->items[i], shown,
							       sizeof(shown))),
				      "move them to the .mlvignore beside %s", scan->output);
	}
	return NULL;
}

/* Scan a part, which may be gone if the command allows it; a whole output may not. */
static mlv_err scan_part(struct mlv_track *track, struct mlv_track_target *first,
			 struct mlv_track_target *part, struct mlv_batch *batch)
{
	const struct mlv_output *output = &first->output;
	bool edit = first->existing && output->type == MLV_ID_TREE && track->stamp &&
		    !mlv_add_wants_links(track->repo);
	const struct mlv_scan_options options = { .follow = true, .stored = track->stamp,
						  .index_at = track->plain ? PLAIN : NULL,
						  .tree = edit ? &output->oid : NULL };
	mlv_err err = mlv_scan_list(&part->scan, track->repo, first->output.path, part->part,
				    &options);

	if (err && err->code == MLV_E_MISSING && track->may_be_gone && *part->part &&
	    first->output.type == MLV_ID_TREE) {
		part->gone = true;
		return mlv_scan_list_gone(&part->scan);
	}
	if (err || (err = refuse_rules(&part->scan)))
		return err;
	return mlv_scan_name(&part->scan, batch);
}

/* Scan the parts of one output, and make its new id of them. */
static mlv_err scan_output(struct mlv_track *track, struct mlv_track_target *first, size_t parts,
			   struct mlv_batch *batch, struct mlv_batch *nodes)
{
	struct mlv_track_target *last = &first[parts - 1];
	mlv_err err;

	for (size_t i = 0; i < parts; i++)
		if ((err = scan_part(track, first, &first[i], batch)))
			return err;
	if ((err = mlv_track_gone(track, first, last)) ||
	    (err = mlv_track_build(track, first, last, nodes)))
		return err;
	for (size_t i = 0; i < parts; i++)
		first[i].changed = differs(first);
	if (first->changed && track->must_match)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: differs from what %s says",
						first->output.path, first->output.pointer),
				      "mlv commit -f %s", first->scan.top);
	return NULL;
}

static bool is_followed(const struct mlv_track_target *target)
{
	return target->scan.count == 1 && target->scan.items[0].through;
}

static mlv_err write_pointer(struct mlv_track *track, struct mlv_track_target *target)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name = NULL;
	mlv_err err;

	target->made.pointer = target->output.pointer;
	target->made.path = target->output.path;
	/* Staged also when it was right: a run before this one may have been killed. */
	if ((err = mlv_strs_add(&track->written, target->output.pointer)) || !target->changed)
		return err;
	if ((err = mlv_pointer_write(&target->made, target->old.len ? target->old.ptr : NULL,
				     target->old.len, &text)) ||
	    (err = mlv_repo_open_dir(track->repo, target->output.pointer, &dir, &name)) ||
	    (err = mlv_repo_replace(track->repo, dir, name, text.ptr, text.len, 0666)))
		return mlv_error_wrap(err, "writing %s", target->output.pointer);
	return NULL;
}

/* A link that was taken for its file becomes that file. */
static mlv_err replace_link(struct mlv_track *track, const struct mlv_track_target *target)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf from = MLV_BUF_INIT;
	mlv_err err;

	if (!is_followed(target))
		return NULL;
	if ((err = mlv_buf_printf(&from, "%s/%s", track->repo->root, target->scan.top)))
		return err;
	return mlv_add_copy(track->repo, from.ptr, target->scan.top, target->scan.top, true);
}

static mlv_err link_files(struct mlv_scan *scan)
{
	mlv_err err = mlv_add_note_seen(scan);

	return err ? err : mlv_add_relink(scan);
}

/* What the index of an output is once a target is in it: stamp is the cache's, now. */
static struct mlv_index_claim claim_of(const struct mlv_track *track, size_t at, uint64_t stamp)
{
	const struct mlv_track_target *target = &track->at[at];
	const struct mlv_output *made = &target->made;
	bool alone = (track->of_stage || target->lock) && parts_of(track, at) == 1;

	return (struct mlv_index_claim){
		.known = alone && made->type == MLV_ID_TREE &&
			 (!*target->part || target->scan.only_changes),
		.tree = made->oid, .bytes = made->size, .nfiles = made->nfiles, .stored = stamp,
	};
}

static mlv_err ignore_all(struct mlv_track *track)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < track->count; i++)
		err = mlv_strs_add(&paths, track->at[i].output.path);
	return err ? err : mlv_gitignore_add_all(track->repo, &paths, &track->written);
}

/* stamp: of the cache, which holds all that is named; 0: not known, or it does not. */
static mlv_err name_all(struct mlv_track *track, uint64_t stamp)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < track->count; i++)
		if (track->at[i].lock)
			err = write_pointer(track, &track->at[i]);
	if (!err && !track->plain)
		err = ignore_all(track);
	for (size_t i = 0; !err && !track->plain && i < track->count; i++) {
		struct mlv_track_target *target = &track->at[i];
		struct mlv_index_claim claim = claim_of(track, i, stamp);

		if ((err = replace_link(track, target)) ||
		    (!track->no_commit && (err = link_files(&target->scan))))
			return err;
		err = mlv_scan_save_index(&target->scan, &claim);
	}
	return err ? err : mlv_repo_stage(track->repo, &track->written);
}

/* first is of the same output: its pointer was read. */
static void report(const struct mlv_track_target *first, const struct mlv_track_target *target,
		   mlv_added_fn fn, void *arg)
{
	struct mlv_output output = target->made;
	struct mlv_added added = { .output = &output, .part = target->part,
				   .size = target->scan.bytes, .nfiles = target->scan.nfiles,
				   .changed = target->changed };

	output.pointer = first->output.pointer;
	output.path = first->output.path;
	added.followed = is_followed(target);
	added.gone = target->gone;
	if (fn)
		fn(arg, &added);
}

static mlv_err scan_all(struct mlv_track *track, struct mlv_batch *batch, struct mlv_batch *nodes)
{
	mlv_err err = NULL;

	for (size_t i = 0, parts; i < track->count && !err; i += parts) {
		parts = parts_of(track, i);
		err = scan_output(track, &track->at[i], parts, batch, nodes);
	}
	return err;
}

/* Name everything, store nothing: the nodes of manifests go to a store in memory. */
static mlv_err run_without_store(struct mlv_track *track)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *memory = NULL;
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *nodes = NULL;
	mlv_err err;

	if ((err = mlv_store_open_memory(&memory, track->repo->ctx)) ||
	    (err = mlv_batch_begin(&nodes, memory)) || (err = scan_all(track, NULL, nodes)))
		return err;
	return name_all(track, 0);
}

static mlv_err run_with_store(struct mlv_track *track)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_store *cache = track->repo->cache;
	uint64_t stamp;
	mlv_err err;

	if ((err = mlv_batch_begin(&batch, cache)))
		return err;
	/* From here on nobody cleans up: what the cache has it keeps. */
	track->stamp = track->no_stamp ? 0 : mlv_store_stamp(cache);
	if ((err = scan_all(track, batch, batch)) || (err = mlv_batch_commit(batch)))
		return err;
	if (track->no_stamp)
		return name_all(track, 0);
	stamp = mlv_store_stamp(cache);
	if (stamp != track->stamp || !stamp)
		stamp = mlv_store_stamp_settled(cache);
	return name_all(track, stamp);
}

mlv_err mlv_track_run(struct mlv_track *track, mlv_added_fn fn, void *arg)
{
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(track->repo, &cache)) || (err = lock_all(track)))
		return err;
	err = track->no_commit ? run_without_store(track) : run_with_store(track);
	if (err)
		return err;
	for (size_t i = 0, first = 0; i < track->count; i++) {
		first = track->of_stage || track->at[i].lock ? i : first;
		report(&track->at[first], &track->at[i], fn, arg);
	}
	return NULL;
}
