/* credentials/process.c - keys that a program prints, which the user's own AWS files name. */
#include <stdlib.h>

#include "core/base/program.h"
#include "core/base/sys.h"
#include "remote/credentials/impl.h"

#define PROCESS_SECONDS 60

static const struct mlv_answer_form form = {
	.access_key = "AccessKeyId", .secret_key = "SecretAccessKey", .token = "SessionToken",
	.expires = "Expiration", .has_version = true,
};

/* One word from *at, its quotes and backslashes taken off. */
static mlv_err take_word(const char **at, struct mlv_buf *word)
{
	char quote = '\0';
	mlv_err err = NULL;

	for (; !err && **at && (quote || !strchr(" \t\r\n", **at)); (*at)++) {
		char c = **at;

		if (c == quote && quote) {
			quote = '\0';
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'' && (*at)[1] &&
			   (!quote || (*at)[1] == '"' || (*at)[1] == '\\')) {
			err = mlv_buf_add_char(word, *++*at);
		} else {
			err = mlv_buf_add_char(word, c);
		}
	}
	if (!err && quote)
		return mlv_error(MLV_E_SPEC, "credential_process: a quote that does not end");
	return err;
}

mlv_err mlv_process_split(const char *command, struct mlv_strs *words)
{
	mlv_err err = NULL;

	for (command += strspn(command, " \t\r\n"); *command && !err;
	     command += strspn(command, " \t\r\n")) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf word = MLV_BUF_INIT;

		if (!(err = take_word(&command, &word)))
			err = mlv_strs_add(words, word.ptr);
	}
	return err;
}

/* Which program it is must not depend on the directory that mlv runs in: it may be anybody's. */
static mlv_err check_program(const struct mlv_strs *words)
{
	if (words->count == 0 || !words->at[0][0])
		return mlv_error(MLV_E_SPEC, "credential_process names no program");
	if (strchr(words->at[0], '/') && words->at[0][0] != '/')
		return mlv_error(MLV_E_SPEC, "credential_process: %s is neither an absolute path nor a name "
				 "to look for in PATH", words->at[0]);
	return NULL;
}

static mlv_err run(struct mlv_credentials *c, const char *command, struct mlv_buf *answer)
{
	static const char *const no_change[] = { NULL };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs words = { 0 };
	MLV_SCOPED(mlv_mem_free) const char **argv = NULL;
	struct mlv_program program = { .env = no_change, .answer = answer,
				       .seconds = PROCESS_SECONDS };
	int status = 0;
	mlv_err err;

	if ((err = mlv_process_split(command, &words)) || (err = check_program(&words)))
		return err;
	argv = mlv_sys_alloc_array(words.count + 1, sizeof(*argv));
	if (!argv)
		return mlv_error_nomem("a command");
	for (size_t i = 0; i < words.count; i++)
		argv[i] = words.at[i];
	program.argv = argv;
	if ((err = mlv_program_run(c->ctx, &program, &status))) {
		if (err->code == MLV_E_REFUSED) /* the limit of answer */
			return mlv_error(MLV_E_REMOTE, "credential_process: %s writes too much", argv[0]);
		return err->code == MLV_E_MISSING ? mlv_error_recode(err, MLV_E_SPEC) : err;
	}
	return status ? mlv_error(MLV_E_REMOTE, "credential_process: %s ended with status %d",
				  argv[0], status) : NULL;
}

mlv_err mlv_keys_by_process(struct mlv_credentials *c, const struct mlv_profile *profile,
			    struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf answer = MLV_BUF_LIMIT(MLV_CREDENTIALS_ANSWER);
	mlv_err err = run(c, mlv_profile_get(profile, "credential_process"), &answer);

	if (!err)
		err = mlv_keys_from_json("credential_process", &answer, &form, keys);
	return err ? mlv_error_wrap(err, "profile %s", profile->name) : NULL;
}
