#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np(), pipe2() */

#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/program.h"
#include "core/base/sys.h"

#define BLOCK     ((size_t)65536)
#define LINGER_MS 1000 /* what a command left running may end by itself */
#define STEP_MS   5000 /* between a signal and the next, stronger one */
#define KEEP_NAP  2000000L /* ns between two looks whether a killed group is gone */
#define KEEP_NAPS 2500

struct mlv_process {
	pid_t pid;    /* of the command, and the id of its group */
	pid_t keeper; /* 0: none */
	int to_keeper;
	int fds[MLV_PROCESS_STREAMS];
	bool reaped;    /* the command itself has ended; of its group something may run */
	int sent;       /* the last signal of those that end it; 0: none */
	int64_t next;   /* when the next one is due, ms */
	int64_t limit;  /* when it has taken too long, ms; 0: never */
	struct mlv_process_end end;
	char block[BLOCK];
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Runs in the keeper: only calls that are safe after a fork() beside threads. */
static void keep(int from)
{
	struct timespec nap = { 0, KEEP_NAP };
	pid_t group = 0;
	ssize_t got;
	char byte;

	(void)setsid();
	do
		got = read(from, &group, sizeof(group));
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(group))
		_exit(0);
	do
		got = read(from, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got == 0 && kill(-group, SIGKILL) == 0)
		for (int naps = 0; naps < KEEP_NAPS && kill(-group, 0) == 0; naps++)
			nanosleep(&nap, NULL);
	_exit(0);
}

/* Signals stay away from it: it ends when it is told to, or when we have ended. */
static mlv_err start_keeper(struct mlv_process *process)
{
	sigset_t all, before;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return mlv_error_sys("starting a command");
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	process->keeper = fork();
	if (process->keeper == 0) {
		close(ends[1]);
		keep(ends[0]);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(ends[0]);
	process->to_keeper = ends[1];
	if (process->keeper < 0) {
		process->keeper = 0;
		return mlv_error_sys("starting a command");
	}
	return NULL;
}

static void dismiss_keeper(struct mlv_process *process)
{
	if (process->to_keeper >= 0)
		(void)!write(process->to_keeper, "", 1);
	mlv_fd_close(&process->to_keeper);
	process->to_keeper = -1;
	while (process->keeper && waitpid(process->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	process->keeper = 0;
}

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr,
		   const struct mlv_process_plan *plan, const int writes[MLV_PROCESS_STREAMS])
{
	sigset_t none, usual;
	int code;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGINT);
	sigaddset(&usual, SIGTERM);
	if ((code = posix_spawnattr_setpgroup(attr, 0)) ||
	    (code = posix_spawnattr_setsigmask(attr, &none)) ||
	    (code = posix_spawnattr_setsigdefault(attr, &usual)) ||
	    (code = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
							   POSIX_SPAWN_SETSIGDEF)) ||
	    (code = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0)) ||
	    (code = posix_spawn_file_actions_adddup2(actions, writes[0], 1)) ||
	    (code = posix_spawn_file_actions_adddup2(actions, writes[1], 2)))
		return code;
	return posix_spawn_file_actions_addchdir_np(actions, plan->dir);
}

static mlv_err spawn(struct mlv_process *process, const struct mlv_process_plan *plan, char **env,
		     const int writes[MLV_PROCESS_STREAMS])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char **argv;
	int code;

	memcpy(&argv, &plan->argv, sizeof(argv));
	if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attr) != 0)
		return mlv_error_nomem("starting a command");
	code = prepare(&actions, &attr, plan, writes);
	if (code == 0)
		code = posix_spawnp(&process->pid, argv[0], &actions, &attr, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (code == 0)
		return NULL;
	process->pid = 0;
	errno = code;
	if (code == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: this program is not installed", argv[0]);
	return mlv_error_sys("starting %s", argv[0]);
}

static mlv_err start(struct mlv_process *process, const struct mlv_process_plan *plan, char **env)
{
	int writes[MLV_PROCESS_STREAMS] = { -1, -1 };
	mlv_err err = NULL;

	for (int i = 0; !err && i < MLV_PROCESS_STREAMS; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) != 0) {
			err = mlv_error_sys("starting a command");
			continue;
		}
		process->fds[i] = ends[0];
		writes[i] = ends[1];
		(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	}
	if (!err && !(err = spawn(process, plan, env, writes)) &&
	    write(process->to_keeper, &process->pid, sizeof(process->pid)) !=
		    (ssize_t)sizeof(process->pid))
		err = mlv_error_sys("starting a command");
	mlv_fd_close(&writes[0]);
	mlv_fd_close(&writes[1]);
	return err;
}

mlv_err mlv_process_start(struct mlv_process **out, const struct mlv_process_plan *plan)
{
	static const char *const nothing[] = { NULL };
	MLV_SCOPED(mlv_process_freep) struct mlv_process *process = mlv_sys_alloc(sizeof(*process));
	MLV_SCOPED(mlv_mem_free) char **env = NULL;
	struct stat st;
	mlv_err err;

	if (!process)
		return mlv_error_nomem("a process");
	process->to_keeper = process->fds[0] = process->fds[1] = -1;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (mlv_sys_fstatat(AT_FDCWD, plan->dir, &st, 0) < 0 || !S_ISDIR(st.st_mode))
		return mlv_error(MLV_E_MISSING, "%s: no such directory", plan->dir);
	if ((err = mlv_program_env(plan->env ? plan->env : nothing, &env)) ||
	    (err = start_keeper(process)) || (err = start(process, plan, env)))
		return err;
	process->limit = plan->seconds ? now_ms() + (int64_t)plan->seconds * 1000 : 0;
	*out = MLV_TAKE(process);
	return NULL;
}

void mlv_process_freep(struct mlv_process **slot)
{
	struct mlv_process *process = *slot;

	*slot = NULL;
	if (!process)
		return;
	if (process->pid) {
		(void)kill(-process->pid, SIGKILL);
		while (!process->reaped && waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	dismiss_keeper(process);
	mlv_fd_close(&process->fds[0]);
	mlv_fd_close(&process->fds[1]);
	free(process);
}

int mlv_process_fd(const struct mlv_process *process, enum mlv_process_stream stream)
{
	return process->fds[stream];
}

mlv_err mlv_process_read(struct mlv_process *process, enum mlv_process_stream stream,
			 mlv_process_fn fn, void *arg)
{
	ssize_t got;

	if (process->fds[stream] < 0)
		return NULL;
	got = mlv_sys_read(process->fds[stream], process->block, BLOCK);
	if (got > 0)
		return fn(arg, stream, process->block, (size_t)got);
	if (got < 0 && errno == EAGAIN)
		return NULL;
	if (got < 0)
		return mlv_error_sys("reading what a command writes");
	mlv_fd_close(&process->fds[stream]);
	process->fds[stream] = -1;
	return NULL;
}

static void send(struct mlv_process *process, int signal, int64_t now)
{
	(void)kill(-process->pid, signal);
	process->sent = signal;
	process->next = now + STEP_MS;
}

void mlv_process_stop(struct mlv_process *process)
{
	if (!process->sent)
		send(process, SIGINT, now_ms());
}

/* Send the signal that is due, if one is. */
static void press(struct mlv_process *process)
{
	int64_t now = now_ms();

	if (!process->sent && process->limit && now >= process->limit) {
		process->end.timed_out = !process->reaped;
		send(process, SIGTERM, now);
	} else if (process->sent && now >= process->next) {
		send(process, process->sent == SIGINT ? SIGTERM : SIGKILL, now);
	} else if (process->reaped && !process->sent && now >= process->next) {
		process->end.left_behind = true;
		send(process, SIGTERM, now);
	}
}

static mlv_err reap(struct mlv_process *process)
{
	int status = 0;
	pid_t got = waitpid(process->pid, &status, WNOHANG);

	if (got < 0 && errno != EINTR)
		return mlv_error_sys("waiting for a command");
	if (got != process->pid)
		return NULL;
	process->reaped = true;
	process->end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	process->end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (!process->sent)
		process->next = now_ms() + LINGER_MS;
	return NULL;
}

/* What is in the pipes when all of the group have ended. */
static mlv_err drain(struct mlv_process *process, mlv_process_fn fn, void *arg)
{
	mlv_err err = NULL;

	for (int i = 0; i < MLV_PROCESS_STREAMS; i++) {
		ssize_t got = 1;

		while (!err && process->fds[i] >= 0 && got > 0) {
			got = mlv_sys_read(process->fds[i], process->block, BLOCK);
			if (got > 0)
				err = fn(arg, (enum mlv_process_stream)i, process->block,
					 (size_t)got);
		}
	}
	return err;
}

mlv_err mlv_process_look(struct mlv_process *process, mlv_process_fn fn, void *arg, bool *ended,
			 struct mlv_process_end *end)
{
	mlv_err err = process->reaped ? NULL : reap(process);

	*ended = false;
	if (err)
		return err;
	/* What it left behind is ours to wait for: else it would count as there when it is not. */
	while (process->reaped && waitpid(-process->pid, NULL, WNOHANG) > 0)
		;
	if (!process->reaped || kill(-process->pid, 0) == 0) {
		press(process);
		return NULL;
	}
	if ((err = drain(process, fn, arg)))
		return err;
	process->pid = 0;
	dismiss_keeper(process);
	*end = process->end;
	*ended = true;
	return NULL;
}

/* Whether something follows a line of it. */
static bool has_lines(const char *command)
{
	const char *line = strchr(command, '\n');

	return line && line[strspn(line, " \t\n")] != '\0';
}

void mlv_process_shell(const char *shell, const char *command,
		       const char *words[static MLV_SHELL_WORDS])
{
	const char *path = shell && *shell == '/' ? shell : "/bin/sh";
	const char *name = strrchr(path, '/') + 1;
	size_t count = 0;

	words[count++] = path;
	if (strcmp(name, "bash") == 0) {
		words[count++] = "--noprofile";
		words[count++] = "--norc";
	} else if (strcmp(name, "zsh") == 0) {
		words[count++] = "--no-rcs";
	} else if (strcmp(name, "fish") == 0) {
		words[count++] = "--no-config";
	}
	if (has_lines(command) && strcmp(name, "fish") != 0)
		words[count++] = "-e";
	words[count++] = "-c";
	words[count++] = command;
	words[count] = NULL;
}
