/*
 * slurm_commands.c - what is asked of Slurm. Its programs are told all by words;
 * what the user set for them in the environment (SBATCH_PARTITION, SBATCH_ACCOUNT)
 * holds, but not what would change what we read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/program.h"
#include "core/repo/executor/slurm.h"

#define PATIENCE_S 120               /* Slurm's programs wait and try again themselves, for less */
#define SAID_MAX   ((size_t)4096)    /* bytes of what a program says that are looked at */
#define LIST_MAX   ((size_t)256 << 20)
#define NAME_MAX_  64                /* bytes of a group in a job's name */

static const char *const taken_out[] = {
	"SBATCH_WAIT", "SBATCH_REQUEUE", "SBATCH_SIGNAL", "SBATCH_DELAY_BOOT", "SBATCH_GPUS",
	"SBATCH_GPUS_PER_NODE", "SBATCH_GPUS_PER_TASK", "SBATCH_MEM_PER_CPU", "SBATCH_MEM_PER_GPU",
	"SBATCH_TEST_ONLY", "SQUEUE_STATES", "SQUEUE_PARTITION", "SQUEUE_ACCOUNT", "SQUEUE_NAMES",
	"SQUEUE_USERS", "SQUEUE_QOS", "SQUEUE_LICENSES", "SCANCEL_INTERACTIVE", "SCANCEL_NAME",
	"SCANCEL_PARTITION", "SCANCEL_STATE", "SCANCEL_QOS", "SCANCEL_ACCOUNT", "SCANCEL_USER",
	"SCANCEL_WCKEY", "SCANCEL_BATCH", "SCANCEL_FULL", NULL
};

void slurm_nap(int64_t ms)
{
	struct timespec rest = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&rest, NULL);
}

/* What a program said last, as one line. */
static const char *last_line(struct mlv_buf *said)
{
	char *line;

	while (said->len && said->ptr[said->len - 1] == '\n')
		mlv_buf_truncate(said, said->len - 1);
	line = strrchr(said->ptr, '\n');
	return line ? line + 1 : said->ptr;
}

static mlv_err refuse(const char *program, int status, int dir_fd, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf said = MLV_BUF_LIMIT(SAID_MAX);
	mlv_err err = mlv_fs_read(dir_fd, name, &said);

	if (err || said.len == 0)
		return mlv_error(MLV_E_REMOTE, "%s exited with %d", program, status);
	return mlv_error(MLV_E_REMOTE, "%s", last_line(&said));
}

/* The program is not ended with us when the user asks to stop: jobs are cancelled just then. */
static mlv_err run(struct slurm *slurm, const char *const *argv, struct mlv_buf *answer)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf said = MLV_BUF_INIT;
	struct mlv_program program = { .argv = argv, .env = taken_out, .answer = answer,
				       .seconds = PATIENCE_S };
	struct mlv_ctx quiet;
	char name[40];
	int status = 0;
	mlv_err err;

	mlv_ctx_init_quiet(&quiet);
	snprintf(name, sizeof(name), "said-%ld", (long)getpid());
	if ((err = mlv_buf_printf(&said, "%s/%s", slurm->dir, name)))
		return err;
	program.said = said.ptr;
	err = mlv_program_run(&quiet, &program, &status);
	if (!err && status != 0)
		err = refuse(argv[0], status, slurm->dir_fd, name);
	(void)!mlv_sys_unlinkat(slurm->dir_fd, name, 0);
	if (err && err->code == MLV_E_MISSING)
		return mlv_error(MLV_E_MISSING, "there is no %s\nhint: install the programs of "
				 "Slurm, or run without --executor slurm", argv[0]);
	return err;
}

void slurm_list_release(struct slurm_list *list)
{
	free(list->at);
	*list = (struct slurm_list){ 0 };
}

const struct slurm_listed *slurm_list_find(const struct slurm_list *list,
					   const struct slurm_place *place)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].place.index == place->index &&
		    strcmp(list->at[i].place.batch, place->batch) == 0)
			return &list->at[i];
	return NULL;
}

/* A line is "name|index|id of the array"; most are no jobs of ours. */
static mlv_err take_line(struct slurm_list *list, const char *line, size_t len)
{
	static const char mark[] = "-mlv";
	const char *bar = memchr(line, '|', len);
	struct slurm_listed job = { 0 };
	mlv_err err;

	if (!bar || bar - line < (ptrdiff_t)(SLURM_BATCH + sizeof(mark) - 1) ||
	    strncmp(bar - SLURM_BATCH - sizeof(mark) + 1, mark, sizeof(mark) - 1) != 0 ||
	    sscanf(bar, "|%u|%" SCNu64, &job.place.index, &job.array) != 2)
		return NULL;
	memcpy(job.place.batch, bar - SLURM_BATCH, SLURM_BATCH);
	if ((err = mlv_array_grow(&list->at, &list->cap, list->count + 1, sizeof(*list->at))))
		return err;
	list->at[list->count++] = job;
	return NULL;
}

mlv_err slurm_list(struct slurm *slurm, struct slurm_list *list)
{
	static const char *const argv[] = { "squeue", "--me", "--noheader", "--array",
					    "--format=%j|%K|%F", NULL };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_LIMIT(LIST_MAX);
	mlv_err err = run(slurm, argv, &answer);

	for (const char *line = answer.ptr, *end; !err && (end = strchr(line, '\n')); line = end + 1)
		err = take_line(list, line, (size_t)(end - line));
	return err;
}

/* The name that people see: its group's letters and digits, then the batch. */
static void name_of(const struct slurm_job *job, char *name, size_t size)
{
	size_t len = strlen(job->group);

	snprintf(name, size, "--job-name=%.*s-mlv%s", (int)(len < NAME_MAX_ ? len : NAME_MAX_),
		 job->group, job->place.batch);
	for (char *c = name + sizeof("--job-name=") - 1; *c; c++)
		if (!(*c >= '0' && *c <= '9') && !((*c | 32) >= 'a' && (*c | 32) <= 'z') && *c != '_')
			*c = '-';
}

mlv_err slurm_sbatch(struct slurm *slurm, const struct slurm_job *job, unsigned last,
		     const char *script, uint64_t *array_id)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_LIMIT(SAID_MAX);
	const struct mlv_job_resources *wanted = &job->resources;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	char name[128], array[32], cpus[48], mem[48], gpus[48], time[48], output[64];
	const char *argv[20] = { "sbatch", "--parsable", name, array, "--export=ALL", "--no-requeue",
				 "--nodes=1", "--ntasks=1", "--open-mode=append", output };
	size_t count = 10;
	mlv_err err = mlv_buf_printf(&dir, "--chdir=%s", slurm->dir);

	if (err)
		return err;
	name_of(job, name, sizeof(name));
	snprintf(array, sizeof(array), "--array=0-%u", last);
	snprintf(output, sizeof(output), "--output=batch-%s.%%a", job->place.batch);
	snprintf(cpus, sizeof(cpus), "--cpus-per-task=%" PRIu64, wanted->cpus);
	snprintf(mem, sizeof(mem), "--mem=%" PRIu64 "K", (wanted->mem + 1023) / 1024);
	snprintf(gpus, sizeof(gpus), "--gres=gpu:%" PRIu64, wanted->gpus);
	snprintf(time, sizeof(time), "--time=%" PRIu64 ":%02u", wanted->seconds / 60,
		 (unsigned)(wanted->seconds % 60));
	if (wanted->cpus)
		argv[count++] = cpus;
	if (wanted->mem)
		argv[count++] = mem;
	if (wanted->gpus)
		argv[count++] = gpus;
	if (wanted->seconds)
		argv[count++] = time;
	argv[count++] = dir.ptr;
	argv[count] = script;
	if (!(err = run(slurm, argv, &answer)) && sscanf(answer.ptr, "%" SCNu64, array_id) != 1)
		err = mlv_error(MLV_E_REMOTE, "sbatch told no number of the job");
	return err;
}

mlv_err slurm_scancel(struct slurm *slurm, const struct slurm_listed *const *jobs, size_t count)
{
	MLV_SCOPED(mlv_mem_free) const char **argv = NULL;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs ids = { 0 };
	mlv_err err = NULL;

	if (!count)
		return NULL;
	if (!(argv = mlv_sys_alloc_array(count + 2, sizeof(*argv))))
		return mlv_error_nomem("a list of jobs");
	argv[0] = "scancel";
	for (size_t i = 0; i < count; i++) {
		char id[48];

		snprintf(id, sizeof(id), "%" PRIu64 "_%u", jobs[i]->array, jobs[i]->place.index);
		if ((err = mlv_strs_add(&ids, id)))
			return err;
		argv[i + 1] = ids.at[i];
	}
	return run(slurm, argv, NULL);
}

void slurm_ask_state(struct slurm *slurm, const struct slurm_job *job, char state[static 32])
{
	static const char key[] = "JobState=";
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_LIMIT((size_t)1 << 20);
	const char *argv[] = { "scontrol", "--oneliner", "show", "job", NULL, NULL };
	const char *found;
	char id[48];

	snprintf(id, sizeof(id), "%" PRIu64 "_%u", job->array, job->place.index);
	argv[4] = id;
	state[0] = '\0';
	if (run(slurm, argv, &answer) || !(found = strstr(answer.ptr, key)))
		return;
	if (sscanf(found + sizeof(key) - 1, "%31[A-Z_]", state) != 1)
		state[0] = '\0';
}
