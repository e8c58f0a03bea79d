/* cmd_hash.c - mlv hash: the ids of files. */
#include <errno.h>
#include <fcntl.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/store/hashing.h"

struct hash_args {
	bool sha256;
};

static const struct mlv_opt hash_opts[] = {
	{ MLV_OPT_FLAG, 0, "sha256", offsetof(struct hash_args, sha256), NULL, MLV_HINT_NONE,
	  "plain SHA-256 of any size, in the form of sha256sum" },
	{ 0 },
};

/* What ids are called in pointers and JSON. */
static const char *id_name(const struct mlv_named *named)
{
	return named->kind == MLV_KIND_LARGE ? "leaves" : "sha256";
}

/* As sha256sum does: a name with a newline or backslash is escaped, and the line marked. */
static mlv_err print_plain(struct mlv_out *out, const char *hex, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	const bool escaped = path[strcspn(path, "\\\n\r")] != '\0';
	mlv_err err = mlv_buf_printf(&line, "%s%s  ", escaped ? "\\" : "", hex);

	for (; *path && !err; path++) {
		if (*path == '\\')
			err = mlv_buf_add_str(&line, "\\\\");
		else if (*path == '\n')
			err = mlv_buf_add_str(&line, "\\n");
		else if (*path == '\r')
			err = mlv_buf_add_str(&line, "\\r");
		else
			err = mlv_buf_add_char(&line, *path);
	}
	if (!err)
		mlv_out_line(out, "%s", line.ptr);
	return err;
}

static mlv_err print(struct mlv_out *out, const struct hash_args *args, const char *path,
		     const struct mlv_named *named)
{
	char hex[MLV_OID_HEX + 1];

	mlv_oid_format(&named->oid, hex);
	if (out->json) {
		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", path, strlen(path));
		mlv_out_number(out, "size", named->size);
		mlv_out_text(out, id_name(named), hex);
		mlv_out_object_end(out);
		return NULL;
	}
	if (args->sha256)
		return print_plain(out, hex, path);
	mlv_out_raw(out, id_name(named));
	mlv_out_raw(out, ":");
	mlv_out_raw(out, hex);
	mlv_out_raw(out, "  ");
	mlv_out_path(out, path, strlen(path));
	mlv_out_raw(out, "\n");
	return NULL;
}

/* Open a file to be read; a FIFO must not hang us, and is refused by who reads. */
static mlv_err open_file(struct mlv_ctx *ctx, const char *path, int *fd, struct stat *st)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf absolute = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&absolute, ctx->cwd, path);

	if (err)
		return err;
	*fd = mlv_sys_openat(AT_FDCWD, absolute.ptr, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return mlv_error(MLV_E_MISSING, "%s: no such file", path);
	if (*fd < 0 || mlv_sys_fstat(*fd, st) < 0)
		return mlv_error_sys("%s", path);
	if (S_ISDIR(st->st_mode))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: is a directory", path),
				      "a directory gets its id from mlv add");
	return NULL;
}

static mlv_err hash_one(struct mlv_run *run, const struct hash_args *args, const char *path)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { .kind = MLV_KIND_OBJECT };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	mlv_err err;

	if ((err = open_file(run->ctx, path, &fd, &st)))
		return err;
	mlv_tell_grow(run->ctx, 1, (uint64_t)st.st_size);
	if (args->sha256) {
		named.size = (uint64_t)st.st_size;
		err = mlv_hash_plain(run->ctx, fd, path, &named.oid);
	} else {
		err = mlv_hash_file(run->ctx, fd, path, &named);
	}
	if (err)
		return err;
	mlv_tell_advance(run->ctx, 1, 0);
	return print(run->out, args, path, &named);
}

static mlv_err hash_run(struct mlv_run *run, const void *opaque, char **operands)
{
	struct mlv_error first;
	bool failed = false;
	mlv_err err;

	mlv_tell_begin(run->ctx, "hashing", 0, 0);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "files");
	for (; *operands; operands++) {
		if (!(err = hash_one(run, opaque, *operands)))
			continue;
		if (err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM)
			return err;
		/* The others are still of use; the first failure is the command's. */
		if (failed)
			mlv_tell_warning(run->ctx, "%s", err->msg);
		else
			first = *err;
		failed = true;
	}
	mlv_out_array_end(run->out);
	mlv_out_object_end(run->out);
	mlv_tell_end(run->ctx);
	return failed ? mlv_error_copy(&first) : NULL;
}

const struct mlv_cmd mlv_cmd_hash = {
	.name = "hash",
	.summary = "print the ids of files",
	.operands = "<file>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = hash_opts,
	.args_size = sizeof(struct hash_args),
	.run = hash_run,
};
