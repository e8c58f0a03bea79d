#include "core/repo/add/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/node.h"

void mlv_scan_release(struct mlv_scan *scan)
{
	if (!scan->repo)
		return; /* never begun */
	free(scan->top);
	mlv_index_cursor_freep(&scan->known);
	mlv_ignore_freep(&scan->rules);
	mlv_index_freep(&scan->index);
	mlv_index_builder_freep(&scan->builder);
	free(scan->items);
	free(scan->was);
	mlv_buf_release(&scan->paths);
	mlv_buf_release(&scan->links);
	mlv_fd_close(&scan->fd);
	*scan = (struct mlv_scan){ 0 };
}

struct mlv_entry mlv_scan_entry(const struct mlv_scan *scan, size_t at)
{
	const struct mlv_scan_item *item = &scan->items[at];

	return (struct mlv_entry){ .kind = item->kind, .oid = item->oid, .size = item->size,
				   .path = scan->paths.ptr + item->path_at,
				   .path_len = item->path_len };
}

struct mlv_entry mlv_scan_was(const struct mlv_scan *scan, size_t at)
{
	const struct mlv_scan_was *was = &scan->was[at];

	return (struct mlv_entry){ .kind = was->kind, .oid = was->oid, .size = was->size,
				   .path = scan->paths.ptr + was->path_at,
				   .path_len = was->path_len };
}

const char *mlv_scan_shown(const struct mlv_scan *scan, const struct mlv_scan_item *item,
			   char *to, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	const char *path = scan->paths.ptr + item->path_at;
	mlv_err err = mlv_buf_printf(&whole, "%s%s%s", scan->output, *path ? "/" : "", path);

	return err ? scan->output : mlv_path_shown(whole.ptr, whole.len, to, size);
}

/* Open the file a link points to: the link itself is beneath the top. */
static int open_through(int top, const char *path)
{
	const char *slash = strrchr(path, '/');
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_mem_free) char *above = NULL;

	if (!slash)
		return mlv_sys_openat(top, path, O_RDONLY | O_NONBLOCK, 0);
	if (!(above = mlv_sys_strndup(path, (size_t)(slash - path))))
		return -1;
	dir = mlv_sys_open_beneath(top, above, O_RDONLY | O_DIRECTORY, 0);
	return dir < 0 ? -1 : mlv_sys_openat(dir, slash + 1, O_RDONLY | O_NONBLOCK, 0);
}

const char *mlv_scan_below_top(const struct mlv_scan *scan, const struct mlv_scan_item *item)
{
	const char *slash = strrchr(scan->top, '/');

	if (!scan->is_dir)
		return slash ? slash + 1 : scan->top;
	return scan->paths.ptr + item->path_at + (*scan->part ? strlen(scan->part) + 1 : 0);
}

mlv_err mlv_scan_open(const struct mlv_scan *scan, const struct mlv_scan_item *item, int *fd)
{
	const char *path = mlv_scan_below_top(scan, item);
	char shown[512];

	*fd = item->through || item->in_cache
		      ? open_through(scan->fd, path)
		      : mlv_sys_open_beneath(scan->fd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (*fd < 0)
		return mlv_error_sys("%s: reading",
				     mlv_scan_shown(scan, item, shown, sizeof(shown)));
	return NULL;
}

static mlv_err add_link(struct mlv_scan *scan, struct mlv_scan_item *item,
			const struct mlv_walk_entry *entry)
{
	char target[MLV_PATH_MAX + 1], shown[512];
	ssize_t len = readlinkat(entry->dir, entry->name, target, sizeof(target));

	if (len < 0)
		return mlv_error_sys("%s: reading the link",
				     mlv_scan_shown(scan, item, shown, sizeof(shown)));
	if ((size_t)len == sizeof(target))
		return mlv_error(MLV_E_REFUSED, "%s: the link's target is longer than %d bytes",
				 mlv_scan_shown(scan, item, shown, sizeof(shown)), MLV_PATH_MAX);
	item->link_at = scan->links.len;
	item->size = (uint64_t)len;
	return mlv_buf_add(&scan->links, target, (size_t)len);
}

static mlv_err follow_link(struct mlv_scan *scan, struct mlv_scan_item *item,
			   const struct mlv_walk_entry *entry)
{
	char shown[512];
	struct stat st;

	mlv_scan_shown(scan, item, shown, sizeof(shown));
	if (mlv_sys_fstatat(entry->dir, entry->name, &st, 0) < 0)
		return errno == ENOENT || errno == ELOOP
			       ? mlv_error(MLV_E_MISSING, "%s: a link to a file that is not there",
					   shown)
			       : mlv_error_sys("%s: following the link", shown);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: a link to something that is not a file",
				 shown);
	/* What the cache keeps is never executable itself: executables are copied out. */
	item->kind = !item->in_cache && (st.st_mode & S_IXUSR) ? 'x' : 'f';
	item->size = (uint64_t)st.st_size;
	return NULL;
}

static mlv_err refuse_other(const struct mlv_scan *scan, const struct mlv_scan_item *item,
			    mode_t mode)
{
	const char *what = S_ISFIFO(mode) ? "a FIFO" : S_ISSOCK(mode) ? "a socket" : "a device";
	char shown[512];

	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: %s cannot be tracked",
					mlv_scan_shown(scan, item, shown, sizeof(shown)), what),
			      "remove it, or move it out of what is tracked");
}

/* A link is itself, unless it leads into the cache or was named to be followed. */
static mlv_err fill_link(struct mlv_scan *scan, struct mlv_scan_item *item,
			 const struct mlv_walk_entry *entry)
{
	size_t before = scan->links.len, len = scan->cache ? strlen(scan->cache) : 0;
	mlv_err err = add_link(scan, item, entry);

	if (err)
		return err;
	item->in_cache = len && item->size > len + 1 &&
			 memcmp(scan->links.ptr + before, scan->cache, len) == 0 &&
			 scan->links.ptr[before + len] == '/';
	/* One whose object was removed is a link like any other. */
	if (item->in_cache && mlv_sys_fstatat(entry->dir, entry->name, &(struct stat){ 0 }, 0) < 0)
		item->in_cache = false;
	item->through = !item->in_cache && scan->follow && entry->path_len == 0;
	return item->in_cache || item->through ? follow_link(scan, item, entry) : NULL;
}

static bool is_file(char kind)
{
	return kind != 'l' && kind != 'd';
}

/* Take what the index knows of the item, if its stat is what it was. */
static bool take_known(struct mlv_scan_item *item, char kind, const struct mlv_index_item *known)
{
	bool hit = known && !item->through &&
		   (kind == 'd' || known->entry.kind == 'd' ? kind == known->entry.kind
							    : mlv_index_hits(known, &item->stat));

	/* What is a link here was one of this kind there: into the cache, or not. */
	if (!hit || (kind == 'l' && !item->in_cache && known->entry.kind != 'l'))
		return false;
	item->kind = known->entry.kind;
	item->size = known->entry.size;
	item->oid = known->entry.oid;
	item->stored = kind != 'd';
	return true;
}

static mlv_err fill_item(struct mlv_scan *scan, struct mlv_scan_item *item,
			 const struct mlv_walk_entry *entry)
{
	mlv_err err = entry->kind == 'l' ? fill_link(scan, item, entry) : NULL;

	if (err)
		return err;
	if (is_file(entry->kind))
		item->size = item->stat.size;
	scan->nfiles += entry->kind != 'd';
	return NULL;
}

bool mlv_scan_replaces(const char *part, const char *path, size_t len)
{
	size_t part_len = strlen(part), shorter = len < part_len ? len : part_len;

	return part_len == 0 || (memcmp(path, part, shorter) == 0 &&
				 (len == part_len ||
				  (len < part_len ? part[len] : path[part_len]) == '/'));
}

/* Keep in mind what the tree has at the path of item, or where nothing is any more. */
static mlv_err add_was(struct mlv_scan *scan, const struct mlv_entry *entry, size_t item)
{
	struct mlv_scan_was *was;
	mlv_err err;

	if ((err = mlv_array_grow(&scan->was, &scan->was_cap, scan->was_count + 1,
				  sizeof(*scan->was))))
		return err;
	was = &scan->was[scan->was_count];
	*was = (struct mlv_scan_was){ .path_at = scan->paths.len, .size = entry->size,
				      .oid = entry->oid, .path_len = (uint32_t)entry->path_len,
				      .kind = entry->kind, .item = item };
	if ((err = mlv_buf_add(&scan->paths, entry->path, entry->path_len)) ||
	    (err = mlv_buf_add(&scan->paths, "", 1)))
		return err;
	scan->was_count++;
	return NULL;
}

/*
 * Read the index on to the path of an item (NULL: to its end); *known is the
 * record there. What is passed on the way is not there any more.
 */
static mlv_err read_along(struct mlv_scan *scan, const struct mlv_scan_item *here,
			  const struct mlv_index_item **known)
{
	const struct mlv_index_item *item;
	mlv_err err;

	*known = NULL;
	while (!(err = mlv_index_peek(scan->known, &item)) && item) {
		const struct mlv_entry *entry = &item->entry;
		int order = -1;

		if (here)
			order = mlv_path_compare(entry->path, entry->path_len,
						 scan->paths.ptr + here->path_at, here->path_len);
		if (order == 0)
			*known = item;
		if (order >= 0)
			break;
		if (scan->only_changes && mlv_scan_replaces(scan->part, entry->path, entry->path_len) &&
		    (err = add_was(scan, entry, MLV_NO_ITEM)))
			return err;
		mlv_index_next(scan->known);
	}
	return err;
}

/* The item's path: part, a slash where both are, what is below it. */
static mlv_err add_path(struct mlv_scan *scan, const struct mlv_walk_entry *entry,
			struct mlv_scan_item *item)
{
	size_t part = strlen(scan->part);
	mlv_err err;

	item->path_at = scan->paths.len;
	if ((err = mlv_buf_add(&scan->paths, scan->part, part)) ||
	    (part && entry->path_len && (err = mlv_buf_add_char(&scan->paths, '/'))) ||
	    (err = mlv_buf_add(&scan->paths, entry->path, entry->path_len + 1)))
		return err;
	item->path_len = (uint32_t)(scan->paths.len - 1 - item->path_at);
	return NULL;
}

bool mlv_scan_is_empty(int dir, const char *name)
{
	MLV_SCOPED(mlv_dir_close) DIR *stream = mlv_sys_opendirat(dir, name);
	bool empty = stream != NULL;

	for (struct dirent *e; empty && (e = readdir(stream));)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			mlv_path_name_reserved(e->d_name, strlen(e->d_name));
	return empty;
}

/* Whether what looks like an empty directory only has everything in it ignored. */
static bool is_all_ignored(const struct mlv_scan *scan, const struct mlv_walk_entry *entry)
{
	return entry->kind == 'd' && scan->rules && (entry->path_len || *scan->part) &&
	       !mlv_scan_is_empty(entry->dir, entry->name);
}

/* Make an item of what is there, in the place after the last; the path is added. */
static mlv_err make_item(struct mlv_scan *scan, const struct mlv_walk_entry *entry,
			 struct mlv_scan_item *item)
{
	mlv_err err;

	*item = (struct mlv_scan_item){ .kind = entry->kind };
	if ((err = add_path(scan, entry, item)))
		return err;
	if (entry->kind == 'o')
		return refuse_other(scan, item, entry->st->st_mode);
	item->stat = mlv_index_stat_of(entry->st, scan->home);
	return fill_item(scan, item, entry);
}

static mlv_err add_item(void *arg, const struct mlv_walk_entry *entry)
{
	struct mlv_scan *scan = arg;
	const struct mlv_index_item *known;
	struct mlv_scan_item *item;
	size_t paths;
	bool hit;
	mlv_err err;

	if (is_all_ignored(scan, entry))
		return NULL;
	if ((err = mlv_array_grow(&scan->items, &scan->cap, scan->count + 1,
				  sizeof(*scan->items))))
		return err;
	item = &scan->items[scan->count];
	if ((err = make_item(scan, entry, item)))
		return err;
	paths = scan->paths.len;
	if ((err = read_along(scan, item, &known)))
		return err;
	hit = take_known(item, entry->kind, known);
	if (hit && scan->only_changes) {
		scan->clean++;
		scan->clean_bytes += is_file(item->kind) ? item->size : 0;
		if (paths == scan->paths.len)
			mlv_buf_truncate(&scan->paths, item->path_at);
	} else {
		if (known && scan->only_changes &&
		    (err = add_was(scan, &known->entry, scan->count)))
			return err;
		scan->count++;
	}
	if (known)
		mlv_index_next(scan->known);
	return NULL;
}

mlv_err mlv_scan_add_empty(struct mlv_scan *scan, const char *path)
{
	size_t len = strlen(path);
	mlv_err err = mlv_array_grow(&scan->items, &scan->cap, scan->count + 1,
				     sizeof(*scan->items));

	if (err)
		return err;
	scan->items[scan->count] = (struct mlv_scan_item){ .kind = 'd', .path_len = (uint32_t)len,
							   .path_at = scan->paths.len };
	if (!(err = mlv_buf_add(&scan->paths, path, len + 1)))
		scan->count++;
	return err;
}

/* Open what paths of items are relative to. */
static mlv_err open_top(struct mlv_scan *scan)
{
	const char *slash = strrchr(scan->top, '/');
	MLV_SCOPED(mlv_mem_free) char *above = NULL;

	scan->fd = mlv_sys_open_beneath(scan->repo->root_fd, scan->top,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	scan->is_dir = scan->fd >= 0;
	if (scan->is_dir)
		return NULL;
	if (errno != ENOTDIR && errno != ELOOP)
		return errno == ENOENT ? mlv_error(MLV_E_MISSING, "%s: no such file or directory",
						   scan->top)
				       : mlv_error_sys("%s", scan->top);
	above = mlv_sys_strndup(slash ? scan->top : ".", slash ? (size_t)(slash - scan->top) : 1);
	if (!above)
		return mlv_error_nomem("a path");
	scan->fd = mlv_sys_open_beneath(scan->repo->root_fd, above, O_RDONLY | O_DIRECTORY, 0);
	if (scan->fd < 0 && errno == ENOTDIR)
		return mlv_error(MLV_E_MISSING, "%s: no such file or directory", scan->top);
	return scan->fd < 0 ? mlv_error_sys("%s", above) : NULL;
}

/* Whether the manifest of which nothing is hidden has path, or anything below it. */
static bool is_shown(const struct mlv_scan *scan, const char *path)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	const struct mlv_entry *entry = NULL;
	/* One that cannot be read is for who compares with it; until then all is shown. */
	mlv_err err = mlv_tree_iter_new(&iter, mlv_node_source_store(scan->repo->cache),
					scan->shown, path);

	return err || mlv_tree_iter_next(iter, &entry) || entry;
}

static bool is_ignored(void *arg, const char *path, size_t len, bool directory)
{
	const struct mlv_scan *scan = arg;
	char whole[2 * (MLV_PATH_MAX + 1)];
	size_t top = strlen(scan->top);

	if (top + 1 + len >= sizeof(whole))
		return false;
	memcpy(whole, scan->top, top);
	whole[top] = '/';
	memcpy(whole + top + 1, path, len);
	whole[top + 1 + len] = '\0';
	return mlv_ignore_match(scan->rules, whole, top + 1 + len, top, directory) &&
	       !(scan->shown && is_shown(scan, whole + strlen(scan->output) + 1));
}

static mlv_err walk(struct mlv_scan *scan)
{
	struct mlv_walk_ignore ignore = { is_ignored, scan };
	struct mlv_walk_options options = { .say_skipped = true,
					    .ignore = scan->rules ? &ignore : NULL };

	return mlv_walk(scan->repo->ctx, scan->repo->root_fd, scan->top, &options, add_item, scan);
}

/* Records of directories that the part lies in, were they files before: they sort before it. */
static mlv_err begin_reading(struct mlv_scan *scan)
{
	const char *slash = strchr(scan->part, '/');
	MLV_SCOPED(mlv_mem_free) char *first = mlv_sys_strndup(
		scan->part, slash ? (size_t)(slash - scan->part) : strlen(scan->part));

	if (!first)
		return mlv_error_nomem("a path");
	return mlv_index_cursor_new(&scan->known, scan->index, first);
}

static bool agrees(const struct mlv_index_claim *claim, const struct mlv_scan_options *options)
{
	return options && options->tree && claim->known &&
	       mlv_oid_equal(&claim->tree, options->tree) &&
	       (!options->stored || options->stored == claim->stored);
}

static mlv_err begin(struct mlv_scan *scan, const struct mlv_scan_options *options)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf top = MLV_BUF_INIT;
	struct mlv_repo *repo = scan->repo;
	struct stat st;
	mlv_err err;

	if ((err = mlv_buf_printf(&top, "%s%s%s", scan->output, *scan->part ? "/" : "",
				  scan->part)))
		return err;
	if (!(scan->top = mlv_buf_detach(&top)))
		return mlv_error_nomem("a path");
	if (mlv_sys_fstat(repo->mlv_fd, &st) < 0)
		return mlv_error_sys(".mlv");
	scan->home = st.st_dev;
	if ((err = mlv_ignore_load(&scan->rules, repo, scan->output)) ||
	    (err = mlv_index_load(&scan->index, repo, scan->index_at)) ||
	    (err = mlv_index_builder_new(&scan->builder, repo, scan->index_at)) ||
	    (err = begin_reading(scan)))
		return err;
	scan->only_changes = agrees(mlv_index_claim(scan->index), options);
	if ((err = open_top(scan)))
		return err;
	/* A directory that became a file is no edit of a tree. */
	scan->only_changes &= scan->is_dir || *scan->part;
	return NULL;
}

mlv_err mlv_scan_list(struct mlv_scan *scan, struct mlv_repo *repo, const char *path,
		      const char *part, const struct mlv_scan_options *options)
{
	const struct mlv_scan_options usual = { 0 }, *with = options ? options : &usual;
	const struct mlv_index_item *none;
	mlv_err err;

	*scan = (struct mlv_scan){ .repo = repo, .output = path, .part = part, .fd = -1,
				   .index_at = with->index_at ? with->index_at : path,
				   .follow = with->follow, .shown = with->shown,
				   .paths = MLV_BUF_LIMIT(SIZE_MAX / 2),
				   .links = MLV_BUF_LIMIT(SIZE_MAX / 2) };
	scan->cache = repo->cache ? mlv_store_root(repo->cache) : NULL;
	if ((err = begin(scan, options)) || (err = walk(scan)) ||
	    (scan->only_changes && (err = read_along(scan, NULL, &none))))
		return err;
	mlv_index_cursor_freep(&scan->known);
	scan->bytes = scan->clean_bytes;
	for (size_t i = 0; i < scan->count; i++)
		scan->bytes += is_file(scan->items[i].kind) ? scan->items[i].size : 0;
	return NULL;
}

mlv_err mlv_scan_list_gone(struct mlv_scan *scan)
{
	const struct mlv_index_item *none;

	return scan->only_changes ? read_along(scan, NULL, &none) : NULL;
}
