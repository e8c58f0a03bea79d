#define _GNU_SOURCE /* sched_getaffinity() */
#include "cmd/ui/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/base/pace.h"

#define JOBS_MAX     1024
#define IMPATIENT_MS 300 /* after which a second signal is one of its own */

void mlv_host_fill_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0)
			_exit(mlv_errc_exit_status(MLV_E_SYSTEM));
}

static volatile sig_atomic_t asked_to_stop;
static struct timespec first_asked; /* written before asked_to_stop is set, by the handler alone */

static long milliseconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

/*
 * The second time we end at once. What comes with the first is no second time:
 * timeout(1), and a terminal with a job's group, may send one signal twice.
 */
static void ask_to_stop(int signal)
{
	int saved = errno;

	(void)signal;
	if (!asked_to_stop) {
		clock_gettime(CLOCK_MONOTONIC, &first_asked);
		asked_to_stop = 1;
	} else if (milliseconds_since(&first_asked) > IMPATIENT_MS) {
		_exit(mlv_errc_exit_status(MLV_E_INTERRUPTED));
	}
	errno = saved;
}

/* What our parent chose to ignore, as a shell does for what it runs in the background, stays so. */
static void catch_signal(int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
		return;
	memset(&action, 0, sizeof(action));
	sigfillset(&action.sa_mask); /* the handler is not interrupted by itself */
	action.sa_handler = ask_to_stop;
	sigaction(signal, &action, NULL);
}

void mlv_host_catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	catch_signal(SIGINT);
	catch_signal(SIGTERM);
	catch_signal(SIGHUP); /* the terminal was closed */
}

static bool stop(struct mlv_ctx *ctx)
{
	(void)ctx;
	return asked_to_stop != 0;
}

/* Nothing here changes the environment, so that reading it needs no lock and no copy. */
static const char *env(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

bool mlv_host_is_terminal(int fd)
{
	const char *faked = getenv("MLV_TEST_TTY");

	return (faked && strcmp(faked, "1") == 0) || isatty(fd);
}

unsigned mlv_host_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	if (columns && atoi(columns) >= 20)
		return (unsigned)atoi(columns);
	return 80;
}

const char *mlv_host_program_dir(void)
{
	static char path[PATH_MAX];
	ssize_t len;
	char *slash;

	if (path[0])
		return path;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return path;
}

/* Beside the program (the tree it was built in), in its own installation, where it was built for.
 */
static void fill_module_dirs(struct mlv_ctx *ctx)
{
	static char installed[PATH_MAX];
	const char *beside = mlv_host_program_dir();
	size_t n = 0;

	if (beside[0]) {
		ctx->module_dirs[n++] = beside;
		if ((size_t)snprintf(installed, sizeof(installed), "%s/../libexec/mlv", beside) <
		    sizeof(installed))
			ctx->module_dirs[n++] = installed;
	}
	ctx->module_dirs[n] = MLV_LIBEXEC;
}

/* As many threads as MLV_JOBS says, else as there are processors for us. */
static unsigned default_jobs(void)
{
	const char *jobs = getenv("MLV_JOBS");
	cpu_set_t set;

	if (jobs && atoi(jobs) >= 1 && atoi(jobs) <= JOBS_MAX)
		return (unsigned)atoi(jobs);

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	return 1;
}

static struct mlv_pace pace = MLV_PACE_INIT;

mlv_err mlv_host_fill_context(struct mlv_ctx *ctx, const struct mlv_globals *globals)
{
	static char cwd[PATH_MAX];

	for (size_t i = 0; i < globals->dirs.count; i++)
		if (chdir(globals->dirs.at[i]) != 0)
			return errno == ENOENT
				       ? mlv_error(MLV_E_MISSING, "-C %s: no such directory",
						   globals->dirs.at[i])
				       : mlv_error_sys("-C %s", globals->dirs.at[i]);
	if (!getcwd(cwd, sizeof(cwd)))
		return mlv_error_sys("finding the current directory");
	if (globals->jobs > JOBS_MAX)
		return mlv_error(MLV_E_USAGE, "--jobs is at most %d", JOBS_MAX);
	*ctx = (struct mlv_ctx){
		.pace = &pace,
		.stop = stop,
		.env = env,
		.cwd = cwd,
		.jobs = globals->jobs ? (unsigned)globals->jobs : default_jobs(),
	};
	fill_module_dirs(ctx);
	return NULL;
}
