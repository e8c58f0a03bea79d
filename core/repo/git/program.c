#include "core/repo/git/program.h"

#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/program.h"

#define WORDS_MOST 24

void mlv_git_program_release(struct mlv_git_program *git)
{
	mlv_buf_release(&git->out);
	mlv_buf_release(&git->said);
}

mlv_err mlv_git_program_run(struct mlv_git_program *git, const char *const *words)
{
	static const char *const env[] = {
		"LC_ALL=C", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR",
		"GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_ALLOW_PROTOCOL=https:http:ssh:git:file", NULL,
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf out = MLV_BUF_INIT, said = MLV_BUF_INIT;
	const char *argv[WORDS_MOST] = { "git" };
	struct mlv_program program = { .argv = argv, .env = env };
	size_t count = 1;
	mlv_err err;

	if ((err = mlv_buf_printf(&out, "%s/out", git->scratch)) ||
	    (err = mlv_buf_printf(&said, "%s/said", git->scratch)))
		return err;
	program.out = out.ptr;
	program.said = said.ptr;
	if (strncmp(git->where, "-C", 2) == 0) {
		argv[count++] = "-C";
		argv[count++] = git->where + 2;
	} else {
		argv[count++] = git->where;
	}
	while (*words && count + 1 < WORDS_MOST)
		argv[count++] = *words++;
	argv[count] = NULL;
	mlv_buf_clear(&git->out);
	mlv_buf_clear(&git->said);
	if ((err = mlv_program_run(git->ctx, &program, &git->status)) ||
	    (err = mlv_fs_read(AT_FDCWD, out.ptr, &git->out)))
		return err;
	return mlv_fs_read(AT_FDCWD, said.ptr, &git->said);
}

mlv_err mlv_git_program_failed(const struct mlv_git_program *git, enum mlv_errc code,
			       const char *what)
{
	const char *line = git->said.ptr;
	char shown[512];

	for (const char *at = line; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strncmp(at, "fatal: ", 7) == 0 || strncmp(at, "error: ", 7) == 0) {
			line = at + 7;
			break;
		}
	mlv_path_shown(line, strcspn(line, "\n"), shown, sizeof(shown));
	return mlv_error(code, "%s: git: %s", what, shown);
}
