#include "remote/credentials.h"

#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>

#include "core/base/sys.h"
#include "remote/credentials/impl.h"
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

static mlv_err open_with(struct mlv_credentials **out, const char *const *env,
			 const char *const *opts)
{
	struct mlv_remote_settings settings = { .name = "origin", .setting = setting };
	static char dir[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);

	cr_assert(len > 0);
	dir[len] = '\0';
	mlv_ctx_init_quiet(&ctx);
	ctx.env = variable;
	ctx.module_dirs[0] = dirname(dir);
	environment = env;
	options = opts;
	return mlv_credentials_open(out, &ctx, &settings);
}

struct found {
	struct mlv_credentials *credentials;
	struct mlv_keys keys;
};

static void found_release(struct found *found)
{
	mlv_keys_release(&found->keys);
	mlv_credentials_freep(&found->credentials);
}

static mlv_err find(struct found *out, const char *const *env, const char *const *opts)
{
	mlv_err err = open_with(&out->credentials, env, opts);

	return err ? err : mlv_credentials_get(out->credentials, &out->keys, NULL);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert(file != NULL);
	fputs(text, file);
	fclose(file);
	cr_assert(chmod(path, 0600) == 0);
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

static void is(const struct found *f, const char *key, const char *secret, const char *token,
	       const char *region)
{
	const char *there = mlv_credentials_region(f->credentials);

	cr_assert_str_eq(f->keys.access_key ? f->keys.access_key : "-", key);
	cr_assert_str_eq(f->keys.secret_key ? f->keys.secret_key : "-", secret);
	cr_assert_str_eq(f->keys.token ? f->keys.token : "-", token);
	cr_assert_str_eq(there ? there : "-", region);
}

#define NO_MACHINE "AWS_EC2_METADATA_DISABLED=true"
#define LIST(...) (const char *const[]){ __VA_ARGS__, NO_MACHINE, NULL }
#define NOTHING LIST(NO_MACHINE)
#define ENV_KEYS "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=SKE"

mlv_test(credentials, there_may_be_none)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	check_ok(find(&c, NOTHING, NULL));
	is(&c, "-", "-", "-", "-");
}

mlv_test(credentials, the_default_profile_is_read)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	write_files();
	check_ok(find(&c, NOTHING, NULL));
	is(&c, "AKD", "SKD", "-", "eu-west-1");
}

mlv_test(credentials, a_profile_is_read_by_name)
{
	MLV_SCOPED(found_release) struct found c = { 0 };
	MLV_SCOPED(found_release) struct found d = { 0 };

	write_files();
	check_ok(find(&c, LIST("AWS_PROFILE=work"), NULL));
	is(&c, "AKW", "S=K/W+", "T", "us-west-2");
	cr_assert_str_eq(mlv_credentials_endpoint(c.credentials), "http://e");
	check_ok(find(&d, LIST(ENV_KEYS), LIST("profile=work")));
	is(&d, "AKW", "S=K/W+", "T", "us-west-2");
}

mlv_test(credentials, the_environment_precedes_the_files)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	write_files();
	check_ok(find(&c, LIST(ENV_KEYS, "AWS_PROFILE=work"), NULL));
	is(&c, "AKE", "SKE", "-", "us-west-2");
}

mlv_test(credentials, settings_precede_the_environment)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	check_ok(find(&c, LIST(ENV_KEYS), LIST("access_key_id=AKS", "secret_access_key=SKS")));
	is(&c, "AKS", "SKS", "-", "-");
}

mlv_test(credentials, half_of_a_pair_is_told)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	write_files();
	check_fails(find(&c, LIST("AWS_ACCESS_KEY_ID=x"), NULL), MLV_E_SPEC);
	check_fails(find(&c, LIST("AWS_PROFILE=half"), NULL), MLV_E_SPEC);
	check_fails(find(&c, NOTHING, LIST("secret_access_key=x")), MLV_E_SPEC);
	check_fails(find(&c, LIST("AWS_PROFILE=nobody"), NULL), MLV_E_SPEC);
	cr_assert(c.credentials == NULL);
}

mlv_test(credentials, what_came_with_the_repository_is_no_credential)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	write_files();
	check_fails(find(&c, NOTHING, LIST("!access_key_id=a", "!secret_access_key=b")), MLV_E_REFUSED);
	/* Nor may it choose among the user's own. */
	check_ok(find(&c, NOTHING, LIST("!profile=work", "!credentialpath=/nowhere")));
	is(&c, "AKD", "SKD", "-", "eu-west-1");
}

mlv_test(credentials, the_keys_of_one_file_hold_together)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	cr_assert(system("mkdir -p .aws") == 0);
	write_file(".aws/config", "[profile p]\naws_access_key_id=AKC\naws_secret_access_key=SKC\n"
				  "aws_session_token=TC\nregion=eu-west-1\n");
	write_file(".aws/credentials", "[p]\naws_access_key_id=AKF\naws_secret_access_key=SKF\n");
	check_ok(find(&c, LIST("AWS_PROFILE=p"), NULL));
	is(&c, "AKF", "SKF", "-", "eu-west-1");
}

mlv_test(credentials, anonymous_means_none)
{
	MLV_SCOPED(found_release) struct found c = { 0 };

	check_ok(find(&c, LIST(ENV_KEYS), LIST("allow_anonymous_login=yes")));
	is(&c, "-", "-", "-", "-");
	cr_assert(mlv_credentials_named(c.credentials) == false);
}

static void has(const struct mlv_profiles *profiles, enum mlv_profile_kind kind, const char *name,
		const char *key, const char *value)
{
	const char *there = mlv_profile_get(mlv_profiles_find(profiles, kind, name), key);

	cr_assert_str_eq(there ? there : "-", value, "%s.%s", name, key);
}

mlv_test(credentials, sections_are_told_apart)
{
	MLV_SCOPED(mlv_profiles_release) struct mlv_profiles p = { 0 };
	static const char config[] =
		"x = 0\n[profile one]\nX = 1\n y = no\n[one]\nx = 2\n[sso-session one]\nx=3\n"
		"[services one]\ns3 =\n  Endpoint_URL = http://s3\n\tother=4\nq = 5\n  z = no\n"
		"[ profile \"a b\" ] ; c\nx=6\n[profile]\nx=7\n[profiles one]\nx=8\n[default]\nx=9\n"
		"[profile one]\nw=10\n[unclosed\nx=11\n";

	check_ok(mlv_profiles_parse(&p, config, sizeof(config) - 1, true));
	has(&p, MLV_PROFILE, "one", "x", "1");
	has(&p, MLV_PROFILE, "one", "w", "10");
	has(&p, MLV_PROFILE, "one", "y", "-");
	has(&p, MLV_PROFILE_SSO, "one", "x", "3");
	has(&p, MLV_PROFILE_SERVICES, "one", "s3.endpoint_url", "http://s3");
	has(&p, MLV_PROFILE_SERVICES, "one", "s3.other", "4");
	has(&p, MLV_PROFILE_SERVICES, "one", "q.z", "-");
	has(&p, MLV_PROFILE, "a b", "x", "6");
	has(&p, MLV_PROFILE, "default", "x", "9");
	cr_assert(p.count == 5, "%zu", p.count);
	check_ok(mlv_profiles_parse(&p, "[one]\nx=12\n[profile one]\nx=13\n", 31, false));
	has(&p, MLV_PROFILE, "one", "x", "12");
	has(&p, MLV_PROFILE, "profile one", "x", "13");
}

mlv_test(credentials, commands_are_split_as_a_shell_does)
{
	static const struct {
		const char *command, *words;
	} cases[] = {
		{ "a b  c", "a|b|c|" },
		{ " '/p q/x' \"a \\\"b\\\" $c\" d\\ e '' ", "/p q/x|a \"b\" $c|d e||" },
		{ "a'b'\"c\"d \"\\n\" '\\'", "abcd|\\n|\\|" },
		{ "", "" },
		{ "$(x) `y` ;z", "$(x)|`y`|;z|" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_strs_release) struct mlv_strs words = { 0 };
		MLV_SCOPED(mlv_buf_release) struct mlv_buf joined = MLV_BUF_INIT;

		check_ok(mlv_process_split(cases[i].command, &words));
		for (size_t w = 0; w < words.count; w++)
			check_ok(mlv_buf_printf(&joined, "%s|", words.at[w]));
		cr_assert_str_eq(joined.ptr, cases[i].words);
	}
	MLV_SCOPED(mlv_strs_release) struct mlv_strs words = { 0 };
	check_fails(mlv_process_split("a 'b", &words), MLV_E_SPEC);
	check_fails(mlv_process_split("\"", &words), MLV_E_SPEC);
}

/* ---- renewal: a program gives keys, and writes down how often it was asked ---- */

static void write_program(int life)
{
	char config[512];

	cr_assert(system("mkdir -p .aws") == 0);
	snprintf(config, sizeof(config), "[default]\ncredential_process = /bin/sh %s/give\n", check_dir);
	write_file(".aws/config", config);
	snprintf(config, sizeof(config), "cd %s; echo x >>asked; sleep 0.2; [ -e broken ] && exit 1\n"
		 "end=$(date -u -d '%d seconds' +%%Y-%%m-%%dT%%H:%%M:%%SZ)\n"
		 "printf '{\"Version\":1,\"AccessKeyId\":\"A%%d\",\"SecretAccessKey\":\"S\",\"SessionToken\":"
		 "\"T\",\"Expiration\":\"%%s\"}' $(wc -l <asked) $end\n", check_dir, life);
	write_file("give", config);
}

static unsigned asked(void)
{
	struct stat st;

	return stat("asked", &st) == 0 ? (unsigned)st.st_size / 2 : 0;
}

static void *get_often(void *arg)
{
	for (int i = 0; i < 50; i++) {
		MLV_SCOPED(mlv_keys_release) struct mlv_keys keys = { 0 };
		struct timespec nap = { 0, 10000000 };
		mlv_err err = mlv_credentials_get(arg, &keys, NULL);

		if (err || !keys.access_key || keys.expires < time(NULL))
			return "keys that were none, or had ended";
		nanosleep(&nap, NULL);
	}
	return NULL;
}

static void get_by_many(struct mlv_credentials *c)
{
	pthread_t threads[8];

	for (size_t i = 0; i < MLV_COUNT(threads); i++)
		cr_assert(pthread_create(&threads[i], NULL, get_often, c) == 0);
	for (size_t i = 0; i < MLV_COUNT(threads); i++) {
		void *fault = NULL;

		pthread_join(threads[i], &fault);
		cr_assert(fault == NULL, "%s", (const char *)fault);
	}
}

/* Not mlv_test(): libcurl and OpenSSL keep some descriptors and memory of their own. */
Test(credentials, many_threads_ask_once, .timeout = CHECK_SECONDS)
{
	MLV_SCOPED(mlv_credentials_freep) struct mlv_credentials *c = NULL;

	write_program(3600);
	check_ok(open_with(&c, LIST(NO_MACHINE), NULL));
	cr_assert(asked() == 0);
	get_by_many(c);
	cr_assert(asked() == 1, "%u", asked());
	pthread_mutex_lock(&c->lock);
	c->renew_at = 0; /* they end soon */
	pthread_mutex_unlock(&c->lock);
	get_by_many(c);
	cr_assert(asked() == 2, "%u", asked());
	cr_assert(mlv_credentials_renew(c, c->serial)); /* they have ended */
	get_by_many(c);
	cr_assert(asked() == 3, "%u", asked());
}

Test(credentials, keys_that_a_server_refuses_are_renewed, .timeout = CHECK_SECONDS)
{
	MLV_SCOPED(mlv_credentials_freep) struct mlv_credentials *c = NULL;
	MLV_SCOPED(mlv_keys_release) struct mlv_keys one = { 0 };
	MLV_SCOPED(mlv_keys_release) struct mlv_keys two = { 0 };
	MLV_SCOPED(mlv_keys_release) struct mlv_keys three = { 0 };
	uint64_t first = 0, second = 0;

	write_program(3600);
	check_ok(open_with(&c, LIST(NO_MACHINE), NULL));
	check_ok(mlv_credentials_get(c, &one, &first));
	cr_assert_str_eq(one.access_key, "A1");
	cr_assert(mlv_credentials_renew(c, first) && mlv_credentials_renew(c, first));
	check_ok(mlv_credentials_get(c, &two, &second));
	cr_assert_str_eq(two.access_key, "A2");
	/* Told of the first ones once more: they are not these. */
	cr_assert(mlv_credentials_renew(c, first));
	check_ok(mlv_credentials_get(c, &three, NULL));
	cr_assert_str_eq(three.access_key, "A2");
	cr_assert(mlv_credentials_renew(c, second));
	write_file("broken", "");
	mlv_keys_release(&three);
	check_fails(mlv_credentials_get(c, &three, NULL), MLV_E_REMOTE);
	cr_assert(three.access_key == NULL && asked() == 3, "%u", asked());
}

Test(credentials, keys_that_are_good_outlast_a_failure, .timeout = CHECK_SECONDS)
{
	MLV_SCOPED(mlv_credentials_freep) struct mlv_credentials *c = NULL;
	MLV_SCOPED(mlv_keys_release) struct mlv_keys one = { 0 };

	write_program(3);
	check_ok(open_with(&c, LIST(NO_MACHINE), NULL));
	check_ok(mlv_credentials_get(c, &one, NULL));
	write_file("broken", "");
	pthread_mutex_lock(&c->lock);
	c->renew_at = c->wait_at = 0;
	c->keys.expires = time(NULL) + 100;
	pthread_mutex_unlock(&c->lock);
	for (int i = 0; i < 5; i++) {
		mlv_keys_release(&one);
		check_ok(mlv_credentials_get(c, &one, NULL));
		cr_assert_str_eq(one.access_key, "A1");
	}
	/* It is not asked again at each request. */
	cr_assert(asked() == 2, "%u", asked());
}

#ifdef MLV_FAULTS
/* One call after the other fails: that is told, or the keys are the right ones; nothing leaks. */
static void fails_well(const char *profile, const char *access_key)
{
	for (long nth = 1;; nth++) {
		MLV_SCOPED(found_release) struct found c = { 0 };
		mlv_err err;
		long calls;

		mlv_fault_arm(nth);
		err = find(&c, LIST(profile), NULL);
		calls = mlv_fault_calls();
		mlv_fault_arm(0);
		if (!err)
			cr_assert_str_eq(c.keys.access_key, access_key);
		else
			cr_assert(c.keys.access_key == NULL && nth <= calls, "%s", err->msg);
		if (calls < nth)
			return;
	}
}

mlv_test(credentials, each_failure_is_told)
{
	char config[512];

	write_files();
	write_file("answer", "{\"Version\": 1, \"AccessKeyId\": \"AKP\", \"SecretAccessKey\": \"S\", "
			     "\"SessionToken\": \"T\", \"Expiration\": \"2999-01-01T00:00:00Z\"}");
	snprintf(config, sizeof(config), "[profile program]\ncredential_process = cat '%s/answer'\n",
		 check_dir);
	write_file(".aws/config", config);
	fails_well("AWS_PROFILE=work", "AKW");
	fails_well("AWS_PROFILE=program", "AKP");
}
#endif
