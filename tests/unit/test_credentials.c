#include "remote/credentials.h"

#include "tests/unit/check.h"

TestSuite(credentials, .init = check_dir_make, .fini = check_dir_remove);

static struct mlv_ctx ctx;
static const char *const *environment;  /* "NAME=value", NULL at the end */
static const char *const *options;      /* the same; '!' before what came with the repository */

static const char *look(const char *const *list, const char *name, bool *from_repo)
{
	size_t len = strlen(name);

	for (; list && *list; list++) {
		const char *text = *list + (**list == '!');

		if (strncmp(text, name, len) == 0 && text[len] == '=') {
			*from_repo = **list == '!';
			return text + len + 1;
		}
	}
	return NULL;
}

static const char *variable(struct mlv_ctx *c, const char *name)
{
	bool ignored;

	(void)c;
	return strcmp(name, "HOME") == 0 ? check_dir : look(environment, name, &ignored);
}

static const char *setting(void *arg, const char *option, bool *from_repo)
{
	(void)arg;
	return look(options, option, from_repo);
}

static mlv_err find(struct mlv_credentials *out, const char *const *env, const char *const *opts)
{
	struct mlv_remote_settings settings = { .name = "origin", .setting = setting };

	mlv_ctx_init_quiet(&ctx);
	ctx.env = variable;
	environment = env;
	options = opts;
	return mlv_credentials_find(out, &ctx, &settings);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert(file != NULL);
	fputs(text, file);
	fclose(file);
}

static void write_files(void)
{
	cr_assert(system("mkdir -p .aws") == 0);
	write_file(".aws/credentials", "# comment\n[default]\naws_access_key_id = AKD\n"
				       "aws_secret_access_key=SKD\n\n[ work ]\r\n"
				       "aws_access_key_id=AKW\r\naws_secret_access_key = S=K/W+ \r\n"
				       "aws_session_token = T\n[half]\naws_access_key_id=AKH\n");
	write_file(".aws/config", "[default]\nregion = eu-west-1\n[profile work]\nregion=us-west-2\n"
				  "s3 =\n  aws_access_key_id = nested\nendpoint_url = http://e\n"
				  "[profile sso]\nsso_session = x\nsso_start_url = y\n");
}

static void is(const struct mlv_credentials *c, const char *key, const char *secret,
	       const char *token, const char *region)
{
	cr_assert_str_eq(c->access_key ? c->access_key : "-", key);
	cr_assert_str_eq(c->secret_key ? c->secret_key : "-", secret);
	cr_assert_str_eq(c->token ? c->token : "-", token);
	cr_assert_str_eq(c->region ? c->region : "-", region);
}

#define LIST(...) (const char *const[]){ __VA_ARGS__, NULL }
#define ENV_KEYS "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=SKE"

mlv_test(credentials, there_may_be_none)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	check_ok(find(&c, NULL, NULL));
	is(&c, "-", "-", "-", "-");
}

mlv_test(credentials, the_default_profile_is_read)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	write_files();
	check_ok(find(&c, NULL, NULL));
	is(&c, "AKD", "SKD", "-", "eu-west-1");
}

mlv_test(credentials, a_profile_is_read_by_name)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials d = { 0 };

	write_files();
	check_ok(find(&c, LIST("AWS_PROFILE=work"), NULL));
	is(&c, "AKW", "S=K/W+", "T", "us-west-2");
	cr_assert_str_eq(c.endpoint, "http://e");
	check_ok(find(&d, LIST(ENV_KEYS), LIST("profile=work")));
	is(&d, "AKW", "S=K/W+", "T", "us-west-2");
}

mlv_test(credentials, the_environment_precedes_the_files)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	write_files();
	check_ok(find(&c, LIST(ENV_KEYS, "AWS_PROFILE=work"), NULL));
	is(&c, "AKE", "SKE", "-", "us-west-2");
}

mlv_test(credentials, settings_precede_the_environment)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	check_ok(find(&c, LIST(ENV_KEYS), LIST("access_key_id=AKS", "secret_access_key=SKS")));
	is(&c, "AKS", "SKS", "-", "-");
}

mlv_test(credentials, half_of_a_pair_is_told)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	write_files();
	check_fails(find(&c, LIST("AWS_ACCESS_KEY_ID=x"), NULL), MLV_E_SPEC);
	check_fails(find(&c, LIST("AWS_PROFILE=half"), NULL), MLV_E_SPEC);
	check_fails(find(&c, NULL, LIST("secret_access_key=x")), MLV_E_SPEC);
	check_fails(find(&c, LIST("AWS_PROFILE=nobody"), NULL), MLV_E_SPEC);
	is(&c, "-", "-", "-", "-");
}

mlv_test(credentials, what_came_with_the_repository_is_no_credential)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	write_files();
	check_fails(find(&c, NULL, LIST("!access_key_id=a", "!secret_access_key=b")), MLV_E_REFUSED);
	/* Nor may it choose among the user's own. */
	check_ok(find(&c, NULL, LIST("!profile=work", "!credentialpath=/nowhere")));
	is(&c, "AKD", "SKD", "-", "eu-west-1");
}

mlv_test(credentials, a_source_that_is_not_read_is_named)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials c = { 0 };

	write_files();
	check_ok(find(&c, LIST("AWS_PROFILE=sso"), NULL));
	cr_assert(c.access_key == NULL);
	cr_assert_str_eq(c.elsewhere, "sso_session");
}
