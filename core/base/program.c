#include "core/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/sys.h"

#define LOOK_MS 100 /* how often a wait looks whether to stop */

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

mlv_err mlv_program_env(const char *const *env, char ***out)
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

/* out: where the program writes to, or -1: to its file. */
static mlv_err start(const struct mlv_program *program, char **env, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char **argv;
	int code;

	memcpy(&argv, &program->argv, sizeof(argv));
	if (posix_spawn_file_actions_init(&actions) != 0)
		return mlv_error_nomem("starting a program");
	code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (code == 0 && out >= 0)
		code = posix_spawn_file_actions_adddup2(&actions, out, 1);
	else if (code == 0)
		code = posix_spawn_file_actions_addopen(&actions, 1,
							program->out ? program->out : "/dev/null",
							O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (code == 0 && program->said)
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

static mlv_err wait_for(struct mlv_ctx *ctx, const struct mlv_program *program, pid_t pid, int *status)
{
	int ended = 0;

	while (waitpid(pid, &ended, 0) < 0) {
		if (errno != EINTR)
			return mlv_error_sys("waiting for %s", program->argv[0]);
		if (mlv_ctx_check_stop(ctx))
			(void)kill(pid, SIGTERM);
	}
	*status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
	return mlv_ctx_check_stop(ctx);
}

/* One look at what the program wrote; *end: there is no more. */
static mlv_err take(const struct mlv_program *program, int fd, bool *end)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };
	char block[4096];
	ssize_t got;

	if (poll(&look, 1, LOOK_MS) <= 0)
		return NULL;
	got = mlv_sys_read(fd, block, sizeof(block));
	if (got < 0)
		return mlv_error_sys("reading from %s", program->argv[0]);
	*end = got == 0;
	return mlv_buf_add(program->answer, block, (size_t)got);
}

/* Take all that it writes, until it ends, is too slow, or the user asks to stop. */
static mlv_err take_all(struct mlv_ctx *ctx, const struct mlv_program *program, int fd)
{
	struct timespec start, now;
	bool end = false;
	mlv_err err = NULL;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!end && !(err = take(program, fd, &end)) && !(err = mlv_ctx_check_stop(ctx))) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (program->seconds && now.tv_sec - start.tv_sec > (time_t)program->seconds)
			return mlv_error(MLV_E_REMOTE, "%s took longer than %u s", program->argv[0],
					 program->seconds);
	}
	return err;
}

static mlv_err run_and_take(struct mlv_ctx *ctx, const struct mlv_program *program, char **env,
			    int *status)
{
	MLV_SCOPED(mlv_fd_close) int from = -1;
	MLV_SCOPED(mlv_fd_close) int to = -1;
	int ends[2];
	pid_t pid;
	mlv_err err;

	if (pipe(ends) != 0)
		return mlv_error_sys("starting %s", program->argv[0]);
	from = ends[0];
	to = ends[1];
	(void)fcntl(from, F_SETFD, FD_CLOEXEC);
	(void)fcntl(to, F_SETFD, FD_CLOEXEC);
	if ((err = start(program, env, to, &pid)))
		return err;
	mlv_fd_close(&to);
	to = -1;
	if ((err = take_all(ctx, program, from))) {
		struct mlv_error kept = *err;

		(void)kill(pid, SIGKILL);
		(void)!wait_for(ctx, program, pid, status);
		return mlv_error_copy(&kept);
	}
	return wait_for(ctx, program, pid, status);
}

mlv_err mlv_program_run(struct mlv_ctx *ctx, const struct mlv_program *program, int *status)
{
	MLV_SCOPED(mlv_mem_free) char **env = NULL;
	mlv_err err = mlv_program_env(program->env, &env);
	pid_t pid;

	if (err)
		return err;
	if (program->answer)
		return run_and_take(ctx, program, env, status);
	err = start(program, env, -1, &pid);
	return err ? err : wait_for(ctx, program, pid, status);
}
