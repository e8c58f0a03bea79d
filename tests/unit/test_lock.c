#include "tests/unit/repo_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "core/repo/lock.h"

TestSuite(lock, .init = check_dir_make, .fini = check_dir_remove);

/* A process that holds the lock until it is killed. */
static pid_t holder(struct mlv_repo *repo, const char *path)
{
	int ready[2];
	pid_t pid;
	char byte;

	cr_assert(pipe(ready) == 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		struct mlv_lock *lock;

		if (mlv_lock_file(&lock, repo, path, "add") == NULL &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	cr_assert(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

mlv_test(lock, a_holder_is_named_and_its_death_frees)
{
	struct mlv_repo *repo = fixture_open();
	struct mlv_lock *lock = NULL;
	char who[64];
	pid_t pid;
	mlv_err err;

	check_ok(mlv_config_set(repo->config, MLV_CONFIG_LOCAL, "core.lock_timeout", "0"));
	pid = holder(repo, "x.mlv");
	err = mlv_lock_file(&lock, repo, "x.mlv", "add");
	cr_assert(err != NULL);
	cr_assert_eq(err->code, MLV_E_LOCKED);
	snprintf(who, sizeof(who), "process %ld on ", (long)pid);
	cr_assert(strstr(err->msg, who) != NULL, "%s", err->msg);
	cr_assert(strstr(err->msg, "x.mlv: locked by") != NULL, "%s", err->msg);
	check_ok(mlv_lock_file(&lock, repo, "y.mlv", "add"));
	mlv_lock_freep(&lock);
	end(pid);
	check_ok(mlv_lock_file(&lock, repo, "x.mlv", "add"));
	mlv_lock_freep(&lock);
	mlv_repo_freep(&repo);
}

mlv_test(lock, who_waits_gets_it_when_it_is_given_back)
{
	struct mlv_repo *repo = fixture_open();
	struct mlv_lock *lock = NULL;
	int status;
	pid_t pid;

	check_ok(mlv_lock_worktree(&lock, repo, "checkout"));
	pid = fork();
	if (pid == 0) {
		struct mlv_lock *other = NULL;

		_exit(mlv_lock_worktree(&other, repo, "pull") == NULL ? 0 : 1);
	}
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	cr_assert_eq(waitpid(pid, &status, WNOHANG), 0);
	mlv_lock_freep(&lock);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	mlv_repo_freep(&repo);
}

/* The file is removed when the lock is given back: two must never hold two files of one name. */
mlv_test(lock, many_at_once_are_one_at_a_time)
{
	struct mlv_repo *repo = fixture_open();
	pid_t pids[6];
	FILE *f;
	int sum = 0;

	fixture_write("count", "0");
	for (size_t i = 0; i < MLV_COUNT(pids); i++) {
		if ((pids[i] = fork()) != 0)
			continue;
		for (int n = 0; n < 10; n++) {
			struct mlv_lock *lock = NULL;
			int count = 0;

			if (mlv_lock_file(&lock, repo, "count", "test") || !(f = fopen("count", "r+")))
				_exit(1);
			if (fscanf(f, "%d", &count) != 1)
				_exit(1);
			rewind(f);
			fprintf(f, "%d", count + 1);
			fclose(f);
			mlv_lock_freep(&lock);
		}
		_exit(0);
	}
	for (size_t i = 0; i < MLV_COUNT(pids); i++) {
		int status;

		waitpid(pids[i], &status, 0);
		cr_assert_eq(status, 0);
	}
	f = fopen("count", "r");
	cr_assert(f && fscanf(f, "%d", &sum) == 1);
	fclose(f);
	cr_assert_eq(sum, 60);
	mlv_repo_freep(&repo);
}
