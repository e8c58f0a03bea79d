/*
 * peak FILE COMMAND...: run a command; FILE gets the most memory it took, in kB.
 *
 * The kernel counts to a process what the one that forked it had, so that a
 * large program cannot measure a small one.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage usage;
	int status = 0;
	pid_t pid;
	FILE *file;

	if (argc < 3 || (pid = fork()) < 0)
		return 125;
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) < 0 || !(file = fopen(argv[1], "w")))
		return 125;
	fprintf(file, "%ld\n", usage.ru_maxrss);
	if (fclose(file))
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
