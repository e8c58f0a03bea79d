/* dvc_work.c - the list that DVC would make of a directory of the work tree. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/ignore.h"
#include "core/repo/migrate/dvc.h"
#include "core/repo/walk.h"

#define BLOCK ((size_t)1 << 20)
#define RULES_MAX ((size_t)1 << 20) /* bytes of a .dvcignore */

struct listing {
	struct migrate *migrate;
	unsigned char *block;
	struct mlv_buf text; /* JSON, as Python writes it */
	bool hopeless;       /* there is what DVC would not list */
};

static void listing_release(struct listing *listing)
{
	free(listing->block);
	mlv_buf_release(&listing->text);
}

/* A string as Python's json.dumps has it: nothing but ASCII. False: it is not UTF-8. */
static bool add_string(struct mlv_buf *to, const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	mlv_err err = mlv_buf_add_char(to, '"');

	for (size_t i = 0, n; i < len && !err; i += n) {
		unsigned long c = at[i];

		if (!(n = mlv_text_char(at + i, len - i)))
			return false;
		if (n > 1)
			c &= 0x7fUL >> n;
		for (size_t k = 1; k < n; k++)
			c = c << 6 | (at[i + k] & 0x3f);
		if (c == '"' || c == '\\')
			err = mlv_buf_printf(to, "\\%c", (char)c);
		else if (c >= 0x20 && c < 0x7f)
			err = mlv_buf_add_char(to, (char)c);
		else if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f')
			err = mlv_buf_printf(to, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r'
							 : c == '\t'		     ? 't'
							 : c == '\b'		     ? 'b'
										     : 'f');
		else if (c < 0x10000)
			err = mlv_buf_printf(to, "\\u%04lx", c);
		else
			err = mlv_buf_printf(to, "\\u%04lx\\u%04lx", 0xd800 + ((c - 0x10000) >> 10),
					     0xdc00 + ((c - 0x10000) & 0x3ff));
	}
	return !err && !mlv_buf_add_char(to, '"');
}

static mlv_err md5_of(struct listing *listing, int dir, const char *name, struct mlv_md5_name *md5)
{
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_open_beneath(dir, name, O_RDONLY | O_NOFOLLOW, 0);
	MLV_SCOPED(mlv_md5_freep) struct mlv_md5 *hasher = NULL;
	ssize_t got = -1;
	mlv_err err = mlv_md5_new(&hasher);

	if (err)
		return err;
	while (fd >= 0 && (got = mlv_sys_read(fd, listing->block, BLOCK)) > 0)
		if ((err = mlv_ctx_check_stop(listing->migrate->ctx)) ||
		    (err = mlv_md5_update(hasher, listing->block, (size_t)got)))
			return err;
	return got < 0 ? mlv_error_sys("%s", name) : mlv_md5_final(hasher, md5);
}

static mlv_err list_entry(void *arg, const struct mlv_walk_entry *entry)
{
	struct listing *listing = arg;
	struct mlv_md5_name md5;
	char hex[MLV_MD5_HEX + 1];
	mlv_err err;

	if (entry->kind == 'd' || listing->hopeless)
		return NULL;
	if ((entry->kind != 'f' && entry->kind != 'x') || !entry->path_len) {
		listing->hopeless = true;
		return NULL;
	}
	if ((err = md5_of(listing, entry->dir, entry->name, &md5)) ||
	    (err = mlv_buf_printf(&listing->text, "%s{\"md5\": \"%s\", \"relpath\": ",
				  listing->text.len > 1 ? ", " : "", mlv_md5_format(&md5, hex))))
		return err;
	listing->hopeless = !add_string(&listing->text, entry->path, entry->path_len);
	return mlv_buf_add_char(&listing->text, '}');
}

struct rules {
	const struct mlv_ignore *ignore;
	const char *top;
};

static bool is_ignored(void *arg, const char *path, size_t len, bool directory)
{
	const struct rules *rules = arg;
	char whole[MLV_PATH_MAX + 1];
	int n = snprintf(whole, sizeof(whole), "%s/%.*s", rules->top, (int)len, path);

	return n > 0 && (size_t)n < sizeof(whole) &&
	       mlv_ignore_match(rules->ignore, whole, (size_t)n, strlen(rules->top) + 1, directory);
}

/* Those of DVC's own files, which ours are made of. */
static mlv_err load_rules(struct migrate *migrate, struct mlv_ignore **ignore)
{
	const struct mlv_strs *paths = migrate->ignores;
	mlv_err err = mlv_ignore_new(ignore);

	for (size_t i = 0; paths && i < paths->count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(RULES_MAX);
		bool there = false;

		err = migrate_read(migrate, paths->at[i], &text, &there);
		if (!err && there)
			err = mlv_ignore_add(*ignore, paths->at[i], text.ptr, text.len);
	}
	return err;
}

mlv_err dvc_dir_from_work(struct migrate *migrate, struct dvc_out *out)
{
	MLV_SCOPED(listing_release) struct listing listing = {
		.migrate = migrate, .text = MLV_BUF_LIMIT(MLV_MIGRATE_DIR),
	};
	MLV_SCOPED(mlv_ignore_freep) struct mlv_ignore *ignore = NULL;
	MLV_SCOPED(mlv_md5_freep) struct mlv_md5 *hasher = NULL;
	struct rules rules = { .top = out->path };
	const struct mlv_walk_ignore left_out = { is_ignored, &rules };
	const struct mlv_walk_options options = { .ignore = &left_out };
	struct mlv_md5_name found;
	mlv_err err;

	/* Of DVC 2 it is not known which files it took for text. */
	if (out->legacy)
		return NULL;
	if (!(listing.block = mlv_sys_alloc(BLOCK)))
		return mlv_error_nomem("a block of a file");
	if ((err = load_rules(migrate, &ignore)) ||
	    (err = mlv_buf_add_char(&listing.text, '[')))
		return err;
	rules.ignore = ignore;
	err = mlv_walk(migrate->ctx, migrate->root_fd, out->path, &options, list_entry, &listing);
	if (err)
		return err->code == MLV_E_MISSING || err->code == MLV_E_REFUSED ? NULL : err;
	if (listing.hopeless)
		return NULL;
	if ((err = mlv_buf_add_char(&listing.text, ']')) || (err = mlv_md5_new(&hasher)) ||
	    (err = mlv_md5_update(hasher, listing.text.ptr, listing.text.len)) ||
	    (err = mlv_md5_final(hasher, &found)))
		return err;
	if (memcmp(&found, &out->md5, sizeof(found)) != 0)
		return NULL;
	return dvc_dir_parse(out, listing.text.ptr, listing.text.len);
}
