#include "core/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/sys.h"

extern char **environ;

/* Whether a variable is among those that are set or taken out. */
static bool is_changed(const char *variable, const char *const *env)
{
	for (; *env; env++) {
		size_t len = strcspn(*env, "=");

		if (strncmp(variable, *env, len) == 0 && variable[len] == '=')
			return true;
	}
	return false;
}

/* A list of the strings themselves: only the list is to be freed. */
static mlv_err make_env(const char *const *env, char ***out)
{
	size_t count = 0, kept = 0;
	char **list;

	for (char **e = environ; *e; e++)
		count++;
	for (const char *const *e = env; *e; e++)
		count++;
	list = mlv_sys_alloc_array(count + 1, sizeof(*list));
	if (!list)
		return mlv_error_nomem("an environment");
	for (char **e = environ; *e; e++)
		if (!is_changed(*e, env))
			list[kept++] = *e;
	for (const char *const *e = env; *e; e++)
		if (strchr(*e, '='))
			memcpy(&list[kept++], e, sizeof(*list));
	*out = list;
	return NULL;
}

static mlv_err start(const struct mlv_program *program, char **env, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char **argv;
	int code;

	memcpy(&argv, &program->argv, sizeof(argv));
	if (posix_spawn_file_actions_init(&actions) != 0)
		return mlv_error_nomem("starting a program");
	code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(&actions, 1,
							program->out ? program->out : "/dev/null",
							O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(&actions, 2, program->said,
							O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (code == 0)
		code = posix_spawnp(pid, argv[0], &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	errno = code;
	if (code == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: this program is not installed", argv[0]);
	return code == 0 ? NULL : mlv_error_sys("starting %s", argv[0]);
}

mlv_err mlv_program_run(struct mlv_ctx *ctx, const struct mlv_program *program, int *status)
{
	MLV_SCOPED(mlv_mem_free) char **env = NULL;
	mlv_err err = make_env(program->env, &env);
	int ended = 0;
	pid_t pid;

	if (err || (err = start(program, env, &pid)))
		return err;
	while (waitpid(pid, &ended, 0) < 0) {
		if (errno != EINTR)
			return mlv_error_sys("waiting for %s", program->argv[0]);
		if (mlv_ctx_check_stop(ctx))
			(void)kill(pid, SIGTERM);
	}
	*status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
	return mlv_ctx_check_stop(ctx);
}
