/* lstats FILE - lstat each of the paths that FILE has, one a line. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	FILE *list = argc > 1 ? fopen(argv[1], "r") : NULL;
	char path[4096];
	struct stat st;

	if (!list)
		return 1;
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		if (lstat(path, &st))
			return 1;
	}
	fclose(list);
	return 0;
}
