#include "core/repo/add/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/repo/ignore.h"

#define SHOWN 512

struct check {
	struct mlv_track *track;
	struct mlv_repo *repo;
	struct mlv_git *git; /* NULL: there is none */
	struct mlv_outputs outputs;
	bool to_come;      /* the targets are not there yet */
	const char *path;  /* of the target being checked */
	char shown[SHOWN]; /* the same, quoted for people */
	char typed[SHOWN]; /* the same, as a shell takes it: for hints */
};

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A name in the target's directory that is near to its own, or NULL. */
static void suggest_sibling(struct check *check, char *best, size_t size)
{
	size_t above = (size_t)(name_of(check->path) - check->path);
	struct mlv_suggest suggest;
	char dir[MLV_PATH_MAX + 1];
	DIR *stream;
	int fd;

	*best = '\0';
	if (above > MLV_PATH_MAX)
		return;
	memcpy(dir, above ? check->path : ".", above ? above : 1);
	dir[above ? above : 1] = '\0';
	fd = mlv_sys_open_beneath(check->repo->root_fd, dir, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 || !(stream = fdopendir(fd))) {
		mlv_fd_close(&fd);
		return;
	}
	for (struct dirent *e; (e = readdir(stream));) {
		mlv_suggest_begin(&suggest, name_of(check->path));
		mlv_suggest_offer(&suggest, *best ? best + above : "");
		mlv_suggest_offer(&suggest, e->d_name);
		if (suggest.best == e->d_name && above + strlen(e->d_name) < size) {
			memcpy(best, check->path, above);
			memcpy(best + above, e->d_name, strlen(e->d_name) + 1);
		}
	}
	closedir(stream);
}

static mlv_err missing(struct check *check)
{
	const struct mlv_output *output = mlv_outputs_find(&check->outputs, check->path);
	char best[MLV_PATH_MAX + 1];
	mlv_err err = mlv_error(MLV_E_MISSING, "%s: no such file or directory", check->shown);

	if (output && strcmp(output->path, check->path) == 0)
		return mlv_error_hint(err, "mlv checkout %s", check->typed);
	suggest_sibling(check, best, sizeof(best));
	return *best ? mlv_error_hint(err, "did you mean '%s'?", best) : err;
}

static mlv_err check_name(struct check *check)
{
	static const char *const ours[] = { "mlv.yaml", "mlv.lock", ".mlvignore", ".gitignore",
					    ".gitattributes", ".gitmodules" };
	const char *name = name_of(check->path), *why;
	size_t len;

	if (!*check->path)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED,
						".: the repository itself cannot be tracked"),
				      "mlv add FILE..., or mlv add DIRECTORY...");
	if (mlv_pointer_name(check->path, &len))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: a pointer of mlv belongs in git",
						check->shown),
				      "git add %s", check->typed);
	for (size_t i = 0; i < MLV_COUNT(ours); i++)
		if (strcmp(name, ours[i]) == 0)
			return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: belongs in git",
							check->shown),
					      "git add %s", check->typed);
	if ((why = mlv_path_check(check->path, strlen(check->path))))
		return mlv_error(MLV_E_REFUSED, "%s: cannot be tracked: %s", check->shown, why);
	return NULL;
}

static mlv_err check_new_name(struct check *check)
{
	const char *name = name_of(check->path);

	if (mlv_text_is_plain(name, strlen(name)))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: a name that is not UTF-8 or holds a "
				      "control character cannot stand in a pointer", check->shown),
			      "track the directory it lies in: below it any name works");
}

static mlv_err check_kind(struct check *check)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	const char *path = check->path;
	struct stat st;

	/* Links on the way were refused before; the last one is looked at itself. */
	if (mlv_sys_fstatat(check->repo->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || errno == ENOTDIR ? missing(check)
							   : mlv_error_sys("%s", check->shown);
	if (S_ISLNK(st.st_mode) && mlv_sys_fstatat(check->repo->root_fd, path, &st, 0) < 0)
		return mlv_error(MLV_E_MISSING, "%s: a link to a file that is not there",
				 check->shown);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: %s cannot be tracked",
						check->shown,
						S_ISFIFO(st.st_mode)	? "a FIFO"
						: S_ISSOCK(st.st_mode) ? "a socket"
								       : "a device"),
				      "only files and directories are: write its bytes to a file");
	fd = mlv_sys_openat(check->repo->root_fd, path, O_RDONLY | O_NONBLOCK, 0);
	return fd < 0 ? mlv_error_sys("%s: reading", check->shown) : NULL;
}

static mlv_err check_git(struct check *check, const char *pointer)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	bool ignored;
	mlv_err err;

	if (!check->git)
		return NULL;
	if ((err = mlv_repo_check_untracked(check->repo, check->path)) ||
	    (err = mlv_repo_git_path(check->repo, pointer, &whole)) ||
	    (err = mlv_git_is_ignored(check->git, whole.ptr, &ignored)))
		return err;
	if (ignored)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: git ignores its pointer %s",
						check->shown, pointer),
				      "git check-ignore -v %s", pointer);
	return NULL;
}

static bool lies_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

static mlv_err overlapping(const struct check *check, const char *inner)
{
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: overlaps %s, which is tracked by itself",
					check->shown, inner),
			      "to track them together, remove %s.mlv first: git rm --cached %s.mlv; "
			      "rm %s.mlv",
			      inner, inner, inner);
}

/* What is below the target is tracked already, or another target of this command is. */
static mlv_err check_overlap(const struct check *check)
{
	for (size_t i = 0; i < check->outputs.count; i++)
		if (lies_below(check->outputs.at[i].path, check->path))
			return overlapping(check, check->outputs.at[i].path);
	for (size_t i = 0; i < check->track->count; i++) {
		const struct mlv_track_target *other = &check->track->at[i];
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
		mlv_err err = mlv_buf_printf(&path, "%s%s%s", other->output.path,
					     *other->part ? "/" : "", other->part);

		if (err)
			return err;
		if (strcmp(path.ptr, check->path) == 0)
			return mlv_error(MLV_E_USAGE, "%s: given twice", check->shown);
		if (lies_below(path.ptr, check->path) || lies_below(check->path, path.ptr))
			return mlv_error(MLV_E_USAGE, "%s: overlaps %s, another target",
					 check->shown, path.ptr);
	}
	return NULL;
}

/* What is tracked by itself is never ignored, nor are the directories above it; tracked: their bytes. */
static mlv_err check_ignore(const struct check *check, size_t tracked, bool *skip)
{
	MLV_SCOPED(mlv_ignore_freep) struct mlv_ignore *rules = NULL;
	const struct mlv_ignore_rule *rule;
	size_t len = strlen(check->path);
	struct stat st;
	bool dir = mlv_sys_fstatat(check->repo->root_fd, check->path, &st,
				   AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
	mlv_err err = mlv_ignore_load(&rules, check->repo, check->path);

	*skip = false;
	if (err || tracked == len)
		return err;
	rule = mlv_ignore_decide(rules, check->path, len, tracked, dir);
	if (!rule || rule->negated)
		return NULL;
	*skip = check->track->skip_ignored;
	if (*skip)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: ignored by %s:%u: %s", check->shown,
					rule->file, rule->line, rule->text),
			      "change that rule, or take this back after it with a line that "
			      "begins with !");
}

static mlv_err append_new(struct check *check)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	struct mlv_output output = { .push = true, .cache = true };
	mlv_err err;

	if ((err = mlv_buf_add_str(&path, check->path)) ||
	    (err = mlv_buf_printf(&pointer, "%s.mlv", check->path)))
		return err;
	output.path = path.ptr;
	output.pointer = pointer.ptr;
	if ((err = check_new_name(check)) || (err = check_git(check, pointer.ptr)))
		return err;
	return mlv_track_append(check->track, &output, false, "");
}

static mlv_err check_one(struct check *check)
{
	const struct mlv_output *output;
	size_t len;
	bool skip;
	mlv_err err;

	mlv_path_shown(check->path, strlen(check->path), check->shown, SHOWN);
	mlv_path_typed(check->path, check->typed, SHOWN);
	if ((err = check_name(check)) || (!check->to_come && (err = check_kind(check))) ||
	    (err = check_overlap(check)))
		return err;
	output = mlv_outputs_find(&check->outputs, check->path);
	len = output ? strlen(output->path) : 0;
	if ((err = check_ignore(check, len, &skip)) || skip)
		return err;
	if (!output)
		return append_new(check);
	if (output->stage)
		return mlv_outputs_refuse_made(output);
	if (check->path[len] && output->type != MLV_ID_TREE)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: %s is tracked, as a file",
						check->shown, output->path),
				      "mlv add %s", output->path);
	if ((err = check_git(check, output->pointer)))
		return err;
	return mlv_track_append(check->track, output, true,
				check->path[len] ? check->path + len + 1 : "");
}

static void check_release(struct check *check)
{
	mlv_outputs_release(&check->outputs);
}

mlv_err mlv_add_check(struct mlv_track *track, const struct mlv_strs *paths, bool to_come)
{
	MLV_SCOPED(check_release) struct check check = { .track = track, .repo = track->repo,
							 .to_come = to_come };
	mlv_err err;

	if ((err = mlv_outputs_load(track->repo, &check.outputs)) ||
	    (err = mlv_repo_git(track->repo, &check.git)))
		return err;
	for (size_t i = 0; i < paths->count && !err; i++) {
		check.path = paths->at[i];
		err = check_one(&check);
	}
	return err;
}
