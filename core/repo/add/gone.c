/* The part of add/track.h that looks for what is not in the work tree any more. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/add/track.h"

static bool within(const char *outer, const struct mlv_entry *entry)
{
	size_t len = strlen(outer);

	return entry->path_len >= len && memcmp(outer, entry->path, len) == 0 &&
	       (entry->path_len == len || entry->path[len] == '/');
}

/* Whether the manifest has anything at or below prefix that is not part of the targets. */
static mlv_err has_other(struct mlv_track *track, const char *prefix,
			 const struct mlv_track_target *first, const struct mlv_track_target *last,
			 const struct mlv_oid *tree, bool *has)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	mlv_err err = mlv_tree_iter_new(&iter, mlv_node_source_store(track->repo->cache), tree,
					prefix);

	for (*has = false; !err && !*has;) {
		const struct mlv_entry *entry;
		bool part = false;

		if ((err = mlv_tree_iter_next(iter, &entry)) || !entry)
			break;
		for (const struct mlv_track_target *at = first; at <= last && !part; at++)
			part = within(at->part, entry);
		*has = !part;
	}
	return err;
}

/* Whether a directory of the work tree is there and holds nothing. */
enum place { NOT_THERE, EMPTY, IN_USE };

static enum place look_at(struct mlv_track *track, const char *output, const char *part)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = mlv_buf_printf(&path, "%s/%s", output, part);

	if (err)
		return IN_USE;
	fd = mlv_sys_open_beneath(track->repo->root_fd, path.ptr, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return errno == ENOENT ? NOT_THERE : IN_USE;
	return mlv_scan_is_empty(fd, ".") ? EMPTY : IN_USE;
}

/* Whether one of the targets that are gone brought this directory already. */
static bool is_kept(const struct mlv_track_target *first, const struct mlv_track_target *end,
		    const char *dir)
{
	for (; first < end; first++)
		if (first->gone && first->scan.count &&
		    strcmp(mlv_scan_entry(&first->scan, 0).path, dir) == 0)
			return true;
	return false;
}

/* The directory that a part left empty, if it did, is what is there instead of it. */
static mlv_err keep_empty(struct mlv_track *track, struct mlv_track_target *first,
			  struct mlv_track_target *last, struct mlv_track_target *gone)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	enum place place = NOT_THERE;
	bool other;
	mlv_err err = mlv_buf_add_str(&dir, gone->part);

	if (err)
		return err;
	while (place == NOT_THERE) {
		const char *slash = strrchr(dir.ptr, '/');

		if (!slash)
			return NULL;
		mlv_buf_truncate(&dir, (size_t)(slash - dir.ptr));
		place = look_at(track, first->output.path, dir.ptr);
	}
	if (place == IN_USE || is_kept(first, gone, dir.ptr) ||
	    (err = has_other(track, dir.ptr, first, last, &first->output.oid, &other)) || other)
		return err;
	return mlv_scan_add_empty(&gone->scan, dir.ptr);
}

static mlv_err look_up(struct mlv_track *track, struct mlv_track_target *first,
		       struct mlv_track_target *last, struct mlv_track_target *gone)
{
	char shown[512];
	bool tracked;
	/* No target counts as one: anything at all that is tracked there is looked for. */
	mlv_err err = has_other(track, gone->part, gone + 1, gone, &first->output.oid, &tracked);

	if (err && err->code == MLV_E_MISSING)
		return mlv_error_hint(mlv_error_wrap(err, "its manifest is not in the cache"),
				      "mlv fetch %s", first->output.path);
	if (err)
		return err;
	if (!tracked)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s/%s: neither there nor tracked",
						first->output.path,
						mlv_path_shown(gone->part, strlen(gone->part),
							       shown, sizeof(shown))),
				      "mlv status --granular %s says what differs there",
				      first->output.path);
	return keep_empty(track, first, last, gone);
}

mlv_err mlv_track_gone(struct mlv_track *track, struct mlv_track_target *first,
		       struct mlv_track_target *last)
{
	mlv_err err = NULL;

	for (struct mlv_track_target *at = first; at <= last && !err; at++)
		if (at->gone)
			err = look_up(track, first, last, at);
	return err;
}
