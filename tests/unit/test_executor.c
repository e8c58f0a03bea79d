#include "tests/unit/check.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/repo/executor.h"

static struct mlv_ctx ctx;

static void set_up(void)
{
	check_dir_make();
	mlv_ctx_init_quiet(&ctx);
	ctx.cwd = check_dir;
}

TestSuite(executor, .init = set_up, .fini = check_dir_remove);

static struct mlv_buf heard = MLV_BUF_INIT;

static void hear(void *arg, size_t id, enum mlv_process_stream stream, const char *bytes, size_t len)
{
	uint64_t *count = arg;

	(void)id;
	(void)stream;
	*count += len;
	if (heard.len < 1000)
		check_ok(mlv_buf_add(&heard, bytes, len < 1000 ? len : 1000));
}

static void submit(struct mlv_executor *executor, struct mlv_job job, size_t id, ...)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs cmds = { 0 };
	char log[300];
	va_list ap;

	va_start(ap, id);
	for (const char *cmd; (cmd = va_arg(ap, const char *));)
		check_ok(mlv_strs_add(&cmds, cmd));
	va_end(ap);
	snprintf(log, sizeof(log), "%s/%zu.log", check_dir, id);
	job.name = "stage";
	job.cmds = &cmds;
	job.dir = check_dir;
	job.log = log;
	check_ok(mlv_executor_submit(executor, &job, id));
}

static struct mlv_job_end wait_for(struct mlv_executor *executor)
{
	struct mlv_job_end end;
	bool ended = false;

	while (!ended)
		check_ok(mlv_executor_wait(executor, &end, &ended));
	return end;
}

static void nap(void)
{
	struct timespec ms = { 0, 1000000 };

	nanosleep(&ms, NULL);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

mlv_test(executor, runs_until_one_fails)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	uint64_t count = 0;
	struct mlv_job_end end;

	check_ok(mlv_executor_local(&local, &ctx, hear, &count));
	submit(local, (struct mlv_job){ 0 }, 7, "echo one", "echo two >&2; exit 3", "echo three", NULL);
	end = wait_for(local);
	cr_assert(end.id == 7 && end.how == MLV_JOB_FAILED && end.command == 1);
	cr_assert_str_eq(end.why, "exited with 3");
	cr_assert_str_eq(heard.ptr, "one\ntwo\n");
	mlv_buf_clear(&heard);
	check_ok(mlv_fs_read(AT_FDCWD, "7.log", &heard));
	cr_assert_str_eq(heard.ptr, "one\ntwo\n");
	cr_assert(local->underway == 0);
	mlv_buf_release(&heard);
}

mlv_test(executor, killed_too_long_and_not_there)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	struct mlv_job_end end;

	check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
	submit(local, (struct mlv_job){ 0 }, 0, "kill -9 $$", NULL);
	end = wait_for(local);
	cr_assert(end.how == MLV_JOB_FAILED);
	cr_assert_str_eq(end.why, "was killed by signal 9 (Killed)");
	submit(local, (struct mlv_job){ .timeout = 1 }, 1, "sleep 100", NULL);
	end = wait_for(local);
	cr_assert(end.how == MLV_JOB_FAILED);
	cr_assert_str_eq(end.why, "took longer than 1 s");
	submit(local, (struct mlv_job){ 0 }, 2, "no-such-program-here 2>/dev/null", NULL);
	end = wait_for(local);
	cr_assert_str_eq(end.why, "exited with 127");
}

mlv_test(executor, tries_again)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	struct mlv_job_end end;

	check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
	submit(local, (struct mlv_job){ .retries = 2 }, 0, "echo x >>tries",
	       "test $(wc -l <tries) = 3", NULL);
	end = wait_for(local);
	cr_assert(end.how == MLV_JOB_DONE);
	submit(local, (struct mlv_job){ .retries = 1 }, 0, "echo x >>more; exit 1", NULL);
	end = wait_for(local);
	cr_assert(end.how == MLV_JOB_FAILED);
	cr_assert(system("test $(wc -l <more) = 2") == 0);
}

/* What is left running is ended with the group, unless it ends soon by itself. */
mlv_test(executor, leaves_nothing_behind)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	struct mlv_job_end end;

	check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
	submit(local, (struct mlv_job){ 0 }, 0, "sleep 777 & echo $! >pid", NULL);
	end = wait_for(local);
	cr_assert(end.how == MLV_JOB_DONE);
	cr_assert(system("kill -0 $(cat pid) 2>/dev/null") != 0);
	submit(local, (struct mlv_job){ 0 }, 1, "(sleep 0.2; echo late; echo x >late) &", NULL);
	end = wait_for(local);
	cr_assert(end.how == MLV_JOB_DONE);
	cr_assert(access("late", F_OK) == 0);
	cr_assert(system("grep -q late 1.log") == 0);
}

mlv_test(executor, cancels)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	double began = seconds();

	check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
	for (size_t i = 0; i < 3; i++)
		submit(local, (struct mlv_job){ .retries = 5 }, i, "sleep 100", "echo no", NULL);
	mlv_executor_cancel(local);
	for (size_t i = 0; i < 3; i++)
		cr_assert(wait_for(local).how == MLV_JOB_CANCELLED);
	/* A shell that is just starting its command may miss SIGINT; SIGTERM follows after five seconds. */
	cr_assert(seconds() - began < 9);
}

mlv_test(executor, many_at_once)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	double began = seconds();

	check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
	for (size_t i = 0; i < 40; i++)
		submit(local, (struct mlv_job){ 0 }, i, "sleep 0.5", NULL);
	for (size_t i = 0; i < 40; i++)
		cr_assert(wait_for(local).how == MLV_JOB_DONE);
	cr_assert(seconds() - began < 10, "they ran one after the other");
}

/* Much output: all is heard, the log keeps the end of it. */
mlv_test(executor, writes_much)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	uint64_t count = 0;
	struct stat st;

	check_ok(mlv_executor_local(&local, &ctx, hear, &count));
	submit(local, (struct mlv_job){ 0 }, 0, "head -c 150000000 /dev/zero; echo end", NULL);
	cr_assert(wait_for(local).how == MLV_JOB_DONE);
	cr_assert(count == 150000004);
	cr_assert(stat("0.log", &st) == 0 && st.st_size < 70000000);
	cr_assert(system("tail -c 4 0.log | grep -q end") == 0);
	mlv_buf_release(&heard);
}

/* Commands do not outlive a run that is killed. */
mlv_test(executor, ends_with_us)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct mlv_executor *local = NULL;

		check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
		submit(local, (struct mlv_job){ 0 }, 0, "sleep 555 & echo $! >pid; sleep 556; echo >bad",
		       NULL);
		while (access("pid", F_OK) != 0 || system("test -s pid") != 0)
			nap();
		kill(getpid(), SIGKILL);
	}
	cr_assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	for (int i = 0; i < 2000 && system("kill -0 $(cat pid) 2>/dev/null") == 0; i++)
		nap();
	cr_assert(system("kill -0 $(cat pid) 2>/dev/null && "
			 "! grep -q '^State:.*Z' /proc/$(cat pid)/status") != 0);
	cr_assert(access("bad", F_OK) != 0);
}

mlv_test(executor, wants_its_directory)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *local = NULL;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs cmds = { 0 };
	struct mlv_job job = { .name = "x", .cmds = &cmds, .dir = "/no/such/dir", .log = "x.log" };

	check_ok(mlv_strs_add(&cmds, "true"));
	check_ok(mlv_executor_local(&local, &ctx, NULL, NULL));
	check_fails(mlv_executor_submit(local, &job, 0), MLV_E_MISSING);
	cr_assert(local->underway == 0);
}
