/*
 * The executor whose jobs Slurm runs, against a real one: MLV_TEST_SLURM says that there is
 * one, as tests/servers/slurm.sh starts it, with four processors and two GPUs.
 */
#include "tests/unit/check.h"

#include <stdarg.h>

#include "core/base/fs.h"
#include "core/repo/executor.h"
#include "core/repo/executor/slurm.h"

#define OTHER_KEY "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static struct mlv_ctx ctx;
static struct mlv_buf heard = MLV_BUF_INIT;

static void set_up(void)
{
	check_dir_make();
	mlv_ctx_init_quiet(&ctx);
	ctx.cwd = check_dir;
}

TestSuite(slurm, .init = set_up, .fini = check_dir_remove, .timeout = CHECK_SECONDS);

#define slurm_test(name)                                                        \
	static void name(void);                                                 \
	mlv_test(slurm, name)                                                   \
	{                                                                       \
		if (!getenv("MLV_TEST_SLURM"))                                  \
			cr_skip_test("no Slurm");                               \
		name();                                                         \
		mlv_buf_release(&heard);                                        \
	}                                                                       \
	static void name(void)

static void hear(void *arg, size_t id, enum mlv_process_stream stream, const char *bytes, size_t len)
{
	(void)arg;
	(void)id;
	(void)stream;
	check_ok(mlv_buf_add(&heard, bytes, len));
}

static struct mlv_executor *begin(void)
{
	struct mlv_executor *executor;
	char state[300];

	snprintf(state, sizeof(state), "%s/state", check_dir);
	check_ok(mlv_executor_slurm(&executor, &ctx, state, hear, NULL));
	return executor;
}

/* A job of the stage name that runs cmd and makes the file out beside us. */
struct task {
	struct mlv_job job;
	struct mlv_strs cmds, outs, env;
	char log[300];
};

static void task_release(struct task *task)
{
	mlv_strs_release(&task->cmds);
	mlv_strs_release(&task->outs);
	mlv_strs_release(&task->env);
}

static void task_init(struct task *task, const char *name, const char *cmd)
{
	char out[300];

	*task = (struct task){ 0 };
	snprintf(task->log, sizeof(task->log), "%s/%s.log", check_dir, name);
	snprintf(out, sizeof(out), "%s/out", check_dir);
	check_ok(mlv_strs_add(&task->cmds, cmd));
	check_ok(mlv_strs_add(&task->outs, out));
	task->job = (struct mlv_job){
		.name = name, .group = name, .cmds = &task->cmds, .env = &task->env,
		.dir = check_dir, .log = task->log, .outs = &task->outs,
		.key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	};
}

static struct mlv_job_end wait_for(struct mlv_executor *executor)
{
	struct mlv_job_end end;
	bool ended = false;

	while (!ended)
		check_ok(mlv_executor_wait(executor, &end, &ended));
	return end;
}

static struct mlv_job_end run(struct task *task)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();

	check_ok(mlv_executor_submit(executor, &task->job, 7));
	return wait_for(executor);
}

static bool exists(const char *name)
{
	return mlv_fs_exists(AT_FDCWD, name);
}

static void wait_for_file(const char *name)
{
	for (int i = 0; i < 600 && !exists(name); i++)
		slurm_nap(50);
	cr_assert(exists(name), "%s did not come", name);
}

slurm_test(runs_commands_in_turn)
{
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;

	task_init(&task, "a", "echo \"it's $WHO\"; pwd >where");
	check_ok(mlv_strs_add(&task.cmds, "echo two >&2"));
	check_ok(mlv_strs_add(&task.env, "WHO=Ada's own"));
	end = run(&task);
	cr_assert(end.how == MLV_JOB_DONE && end.id == 7, "%s", end.why);
	cr_assert_str_eq(heard.ptr, "it's Ada's own\ntwo\n");
	cr_assert(exists("where"));
}

slurm_test(tells_which_command_failed_and_how)
{
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;

	task_init(&task, "a", "echo again; test -e there || { : >there; exit 3; }");
	check_ok(mlv_strs_add(&task.cmds, "exit 4"));
	check_ok(mlv_strs_add(&task.cmds, ": >never"));
	task.job.retries = 1;
	end = run(&task);
	cr_assert(end.how == MLV_JOB_FAILED && end.command == 1);
	cr_assert_str_eq(end.why, "exited with 4");
	cr_assert_not(exists("never"));
	cr_assert_str_eq(heard.ptr, "again\nmlv: command 1 failed (3); trying again (1 of 1)\nagain\n");
}

slurm_test(ends_what_takes_too_long)
{
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;

	task_init(&task, "a", "sleep 60");
	task.job.timeout = 1;
	end = run(&task);
	cr_assert(end.how == MLV_JOB_FAILED && end.command == 0);
	cr_assert_str_eq(end.why, "took longer than 1 s");
}

slurm_test(tells_what_slurm_refuses)
{
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;

	task_init(&task, "a", "true");
	task.job.resources.gpus = 9;
	end = run(&task);
	cr_assert(end.how == MLV_JOB_FAILED && end.command == SIZE_MAX);
	cr_assert(strstr(end.why, "was refused: ") == end.why, "%s", end.why);
}

/* Two jobs that ask for three of four processors each cannot run at once. */
slurm_test(asks_for_resources)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	MLV_SCOPED(task_release) struct task first;
	MLV_SCOPED(task_release) struct task second;

	task_init(&first, "a", "mkdir alone && sleep 0.3 && rmdir alone && echo $SLURM_GPUS_ON_NODE");
	task_init(&second, "b", first.cmds.at[0]);
	first.job.resources = (struct mlv_job_resources){ 3, 64 << 20, 2, 90 };
	second.job.resources = (struct mlv_job_resources){ 3, 0, 0, 0 };
	check_ok(mlv_executor_submit(executor, &first.job, 1));
	check_ok(mlv_executor_submit(executor, &second.job, 2));
	for (int i = 0; i < 2; i++) {
		struct mlv_job_end end = wait_for(executor);

		cr_assert(end.how == MLV_JOB_DONE, "%s: %s", end.why, heard.ptr);
	}
	cr_assert(strstr(heard.ptr, "2\n") != NULL, "%s", heard.ptr);
}

slurm_test(a_group_is_one_array)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	char names[5][8];

	for (size_t i = 0; i < 5; i++) {
		MLV_SCOPED(task_release) struct task task;

		snprintf(names[i], sizeof(names[i]), "g@%zu", i);
		task_init(&task, names[i], "echo $SLURM_ARRAY_JOB_ID:$SLURM_ARRAY_TASK_COUNT");
		task.job.group = i == 4 ? "other" : "g";
		check_ok(mlv_executor_submit(executor, &task.job, i));
	}
	for (size_t i = 0; i < 5; i++)
		cr_assert(wait_for(executor).how == MLV_JOB_DONE);
	cr_assert(strstr(heard.ptr, ":4\n") && strstr(heard.ptr, ":1\n"), "%s", heard.ptr);
}

slurm_test(cancels_and_waits)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;
	bool ended;

	task_init(&task, "a", ": >begun; sleep 60 && : >out");
	check_ok(mlv_executor_submit(executor, &task.job, 1));
	check_ok(mlv_executor_wait(executor, &end, &ended));
	wait_for_file("begun");
	cr_assert(mlv_executor_slurm_left("state", "a"));
	mlv_executor_cancel(executor);
	cr_assert(wait_for(executor).how == MLV_JOB_CANCELLED);
	cr_assert_not(mlv_executor_slurm_left("state", "a"));
}

slurm_test(tells_that_somebody_else_ended_a_job)
{
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;

	task_init(&task, "a", "scancel ${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID; sleep 60");
	end = run(&task);
	cr_assert(end.how == MLV_JOB_FAILED);
	cr_assert(strstr(end.why, "CANCELLED") != NULL, "%s", end.why);
	cr_assert(strstr(heard.ptr, "CANCELLED") != NULL, "%s", heard.ptr);
}

/* Start the task in a process that is killed once the file is there. */
static void run_and_die(struct task *task, const char *file)
{
	pid_t child = fork();

	if (child == 0) {
		struct mlv_executor *executor = begin();
		struct mlv_job_end end;
		bool ended = false;

		check_ok(mlv_executor_submit(executor, &task->job, 1));
		while (!exists(file))
			check_ok(mlv_executor_wait(executor, &end, &ended));
		_exit(0);
	}
	cr_assert(child > 0);
	wait_for_file(file);
}

/* What adopting gives. */
static bool adopt(struct mlv_executor *executor, struct task *task)
{
	bool adopted;

	check_ok(mlv_executor_adopt(executor, &task->job, 5, &adopted));
	return adopted;
}

slurm_test(takes_over_what_still_runs)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	MLV_SCOPED(task_release) struct task task;
	struct mlv_job_end end;

	task_init(&task, "a",
		  "echo hello; : >begun; until test -e go; do sleep 0.1; done; : >out");
	run_and_die(&task, "begun");
	cr_assert(adopt(executor, &task));
	check_ok(mlv_fs_replace(AT_FDCWD, "go", "", 0, 0644));
	end = wait_for(executor);
	cr_assert(end.how == MLV_JOB_DONE && end.id == 5, "%s", end.why);
	cr_assert_str_eq(heard.ptr, "hello\n");
	cr_assert(exists("out"));
	mlv_executor_forget(executor, "a");
	cr_assert_not(adopt(executor, &task));
}

slurm_test(takes_over_what_ended_unless_its_outs_changed)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	MLV_SCOPED(task_release) struct task task;

	task_init(&task, "a", "mkdir -p out; : >out/x");
	cr_assert(run(&task).how == MLV_JOB_DONE);
	slurm_nap(20);
	cr_assert(adopt(executor, &task));
	cr_assert(wait_for(executor).how == MLV_JOB_DONE);
	check_ok(mlv_fs_replace(AT_FDCWD, "out/x", "new", 3, 0644));
	cr_assert_not(adopt(executor, &task));
}

slurm_test(ends_a_job_that_is_out_of_date)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	MLV_SCOPED(task_release) struct task task;

	task_init(&task, "outdated", ": >begun; sleep 60; : >out");
	run_and_die(&task, "begun");
	task.job.key = OTHER_KEY;
	cr_assert_not(adopt(executor, &task));
	cr_assert(system("squeue --me -h -o %j | grep -- ^outdated-mlv >/dev/null") != 0, "it still runs");
}

/* mlv was killed before sbatch was called: what comes late does nothing. */
slurm_test(a_job_that_was_replaced_does_nothing)
{
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = begin();
	MLV_SCOPED(task_release) struct task task;
	MLV_SCOPED(mlv_mem_free) char *dir = NULL;
	char command[200];

	task_init(&task, "a", ": >out");
	check_ok(mlv_executor_submit(executor, &task.job, 1));
	check_ok(slurm_stage_dir("a", &dir));
	snprintf(command, sizeof(command), "echo %s 0011223344556677 0 >state/%s/job", task.job.key, dir);
	cr_assert(system(command) == 0);
	snprintf(command, sizeof(command), "sh state/%s/script 8899aabbccddeeff 0", dir);
	cr_assert(system(command) == 0);
	cr_assert_not(exists("out"));
	cr_assert_not(adopt(executor, &task));
}
