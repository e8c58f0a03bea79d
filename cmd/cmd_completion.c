/* cmd_completion.c - mlv completion: the script that teaches a shell to complete. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "cmd/ui/host.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"

static const struct {
	const char *shell;
	const char *places[3]; /* beside the program, in its source tree, in its installation */
} scripts[] = {
	{ "bash",
	  { "completions/mlv.bash", "../../completions/mlv.bash",
	    "../share/bash-completion/completions/mlv" } },
	{ "zsh",
	  { "completions/_mlv", "../../completions/_mlv", "../share/zsh/site-functions/_mlv" } },
	{ "fish",
	  { "completions/mlv.fish", "../../completions/mlv.fish",
	    "../share/fish/vendor_completions.d/mlv.fish" } },
};

static mlv_err read_script(const char *const places[3], struct mlv_buf *text)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < 3; i++) {
		char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", mlv_host_program_dir(),
				     places[i]) >= sizeof(path))
			return mlv_error(MLV_E_SYSTEM, "%s: the path is too long", places[i]);
		err = mlv_fs_read(AT_FDCWD, path, text);
		if (!err || err->code != MLV_E_MISSING)
			return err;
	}
	return mlv_error_hint(err, "install mlv again: make install");
}

static mlv_err completion_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	(void)args;
	for (size_t i = 0; i < MLV_COUNT(scripts); i++) {
		if (strcmp(operands[0], scripts[i].shell) != 0)
			continue;
		if ((err = read_script(scripts[i].places, &text)))
			return err;
		fwrite(text.ptr, 1, text.len, run->out->to);
		return NULL;
	}
	return mlv_error_hint(mlv_error(MLV_E_USAGE, "no completion for shell '%s'", operands[0]),
			      "there is one for bash, zsh and fish");
}

const struct mlv_cmd mlv_cmd_completion = {
	.name = "completion",
	.summary = "print the script that teaches a shell to complete",
	.operands = "bash|zsh|fish",
	.min_operands = 1,
	.max_operands = 1,
	.run = completion_run,
};
