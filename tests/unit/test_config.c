/* Levels and their rank, what a clone may not set, hostile files. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/repo/config.h"
#include "core/repo/config/keys.h"

static char top[64];
static char home_config[128], system_config[128];
static char warned[4096];

static const char *env(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "XDG_CONFIG_HOME") == 0)
		return home_config;
	return strcmp(name, "MLV_SYSTEM_CONFIG_DIR") == 0 ? system_config : NULL;
}

static void tell(struct mlv_ctx *ctx, const struct mlv_event *event)
{
	(void)ctx;
	if (event->type == MLV_EVENT_WARNING)
		snprintf(warned + strlen(warned), sizeof(warned) - strlen(warned), "%s\n",
			 event->text);
}

static struct mlv_ctx begin(void)
{
	struct mlv_ctx ctx;

	strcpy(top, "/tmp/mlv-config-XXXXXX");
	cr_assert(mkdtemp(top) != NULL);
	snprintf(home_config, sizeof(home_config), "%s/home", top);
	snprintf(system_config, sizeof(system_config), "%s/system", top);
	warned[0] = '\0';
	mlv_ctx_init_quiet(&ctx);
	ctx.env = env;
	ctx.tell = tell;
	return ctx;
}

static void end(void)
{
	check_ok(mlv_fs_remove_all(AT_FDCWD, top));
}

static void put(const char *path, const char *text, mode_t mode)
{
	char whole[256], *slash;

	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	slash = strrchr(whole, '/');
	*slash = '\0';
	check_ok(mlv_fs_mkdirs(AT_FDCWD, whole, 0755));
	*slash = '/';
	check_ok(mlv_fs_replace(AT_FDCWD, whole, text, strlen(text), mode));
}

static mlv_err load(struct mlv_ctx *ctx, struct mlv_config **config)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/repo/.mlv", top);
	check_ok(mlv_fs_mkdirs(AT_FDCWD, dir, 0755));
	return mlv_config_load(config, ctx, dir);
}

static void check_value(const struct mlv_config *config, const char *key, const char *value,
			enum mlv_config_level where)
{
	enum mlv_config_level level = MLV_CONFIG_LEVELS;
	const char *got = mlv_config_get(config, key, &level);

	cr_assert(got != NULL, "%s is not set", key);
	cr_assert(strcmp(got, value) == 0, "%s is %s", key, got);
	cr_assert(eq(int, (int)level, (int)where));
}

mlv_test(config, later_levels_outrank_earlier_ones)
{
	struct mlv_ctx ctx = begin();
	struct mlv_config *config = NULL;

	put("system/config", "[core]\nremote=s\njobs=1\nsha256=true\nautostage=on\n", 0644);
	put("home/mlv/config", "[core]\nremote=u\njobs=2\nsha256=no\n", 0644);
	put("repo/.mlv/config", "[core]\nremote=r\njobs=3\njobs=4\n", 0644);
	put("repo/.mlv/config.local", "[core]\nremote=l\n", 0600);
	check_ok(load(&ctx, &config));
	check_value(config, "core.remote", "l", MLV_CONFIG_LOCAL);
	check_value(config, "core.jobs", "4", MLV_CONFIG_REPO);
	check_value(config, "core.sha256", "no", MLV_CONFIG_USER);
	check_value(config, "core.autostage", "on", MLV_CONFIG_SYSTEM);
	cr_assert(eq(int, mlv_config_bool(config, "core.sha256", true), 0));
	cr_assert(eq(int, mlv_config_bool(config, "core.no_scm", true), 1));
	cr_assert(eq(u64, mlv_config_count(config, "core.jobs", 9), 4));
	cr_assert(strcmp(mlv_config_get_at(config, MLV_CONFIG_USER, "core.remote"), "u") == 0);
	mlv_config_freep(&config);
	end();
}

mlv_test(config, a_clone_sets_no_secret_and_weakens_nothing)
{
	static const char *const forbidden[] = { "access_key_id", "secret_access_key",
						 "session_token", "password", "token", "profile",
						 "proxy", "ca_file", "credentialpath", "configpath",
						 "custom_auth_header", "user", "acl" };
	struct mlv_ctx ctx = begin();
	struct mlv_config *config = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&text, "[remote \"r\"]\nurl=/x\nssl_verify=false\nuse_ssl=0\n"));
	for (size_t i = 0; i < MLV_COUNT(forbidden); i++)
		check_ok(mlv_buf_printf(&text, "%s = evil\n", forbidden[i]));
	check_ok(mlv_buf_add_str(&text, "[cache]\ndir = ../../elsewhere\n"));
	put("repo/.mlv/config", text.ptr, 0644);
	check_ok(load(&ctx, &config));
	for (size_t i = 0; i < MLV_COUNT(forbidden); i++) {
		char key[64];

		snprintf(key, sizeof(key), "remote.r.%s", forbidden[i]);
		cr_assert(mlv_config_get(config, key, NULL) == NULL, "%s counts", key);
		cr_assert(strstr(warned, key) != NULL, "no warning about %s", key);
	}
	cr_assert(mlv_config_get(config, "remote.r.ssl_verify", NULL) == NULL);
	cr_assert(mlv_config_get(config, "remote.r.use_ssl", NULL) == NULL);
	cr_assert(mlv_config_get(config, "cache.dir", NULL) == NULL);
	check_value(config, "remote.r.url", "/x", MLV_CONFIG_REPO);
	mlv_config_freep(&config);
	end();
}

mlv_test(config, a_clone_keeps_its_cache_inside)
{
	static const struct {
		const char *dir;
		bool counts;
	} cases[] = { { "cache2", true },     { "../data/cache", true }, { "..", false },
		      { "../../x", false },   { "/tmp", false },	 { "../.git/x", false },
		      { "../.GIT/x", false }, { "../repo2", true } };

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		struct mlv_ctx ctx = begin();
		struct mlv_config *config = NULL;
		char text[128];

		snprintf(text, sizeof(text), "[cache]\ndir = %s\n", cases[i].dir);
		put("repo/.mlv/config", text, 0644);
		check_ok(load(&ctx, &config));
		cr_assert(cases[i].counts == (mlv_config_get(config, "cache.dir", NULL) != NULL),
			  "%s", cases[i].dir);
		mlv_config_freep(&config);
		end();
	}
}

/* The same from another level counts; paths are relative to the file. */
mlv_test(config, the_user_may_set_anything)
{
	struct mlv_ctx ctx = begin();
	struct mlv_config *config = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	char expected[128];
	bool set = false;

	put("repo/.mlv/config.local",
	    "[remote \"r\"]\npassword=p\nssl_verify=false\n[cache]\ndir=../../c\n", 0600);
	check_ok(load(&ctx, &config));
	check_value(config, "remote.r.password", "p", MLV_CONFIG_LOCAL);
	check_value(config, "remote.r.ssl_verify", "false", MLV_CONFIG_LOCAL);
	check_ok(mlv_config_path(config, "cache.dir", &path, &set));
	snprintf(expected, sizeof(expected), "%s/c", top);
	cr_assert(eq(str, path.ptr, expected));
	cr_assert(mlv_config_local_matters(config));
	cr_assert(eq(str, warned, (char *)(size_t) ""));
	mlv_config_distrust_local(config);
	cr_assert(mlv_config_get(config, "remote.r.password", NULL) == NULL);
	cr_assert(mlv_config_get(config, "cache.dir", NULL) == NULL);
	mlv_config_freep(&config);
	end();
}

mlv_test(config, warns_of_secrets_that_others_may_read)
{
	struct mlv_ctx ctx = begin();
	struct mlv_config *config = NULL;

	put("repo/.mlv/config.local", "[remote \"r\"]\npassword=p\n", 0600);
	check_ok(load(&ctx, &config));
	cr_assert(eq(str, warned, (char *)(size_t) ""));
	mlv_config_freep(&config);
	{
		char path[128];

		snprintf(path, sizeof(path), "%s/repo/.mlv/config.local", top);
		cr_assert(chmod(path, 0644) == 0);
	}
	check_ok(load(&ctx, &config));
	cr_assert(strstr(warned, "chmod 600") != NULL);
	mlv_config_freep(&config);
	end();
}

static void check_refused(const char *text, const char *part)
{
	struct mlv_ctx ctx = begin();
	struct mlv_config *config = NULL;
	char dir[128];
	mlv_err err;

	put("repo/.mlv/config", text, 0644);
	err = load(&ctx, &config);
	cr_assert(err != NULL, "accepted: %s", text);
	cr_assert(eq(int, (int)err->code, MLV_E_SPEC));
	cr_assert(strstr(err->msg, part) != NULL, "%s", err->msg);
	snprintf(dir, sizeof(dir), "%s/repo/.mlv", top);
	check_ok(mlv_config_load_lenient(&config, &ctx, dir));
	cr_assert(strlen(warned) > 0);
	mlv_config_freep(&config);
	end();
}

mlv_test(config, hostile_files_are_refused_by_line)
{
	check_refused("[include]\npath = /etc/passwd\n", ".mlv/config:2: ");
	check_refused("[includeIf \"gitdir:/\"]\npath = x\n", "included");
	check_refused("[core]\nremot = x\n", "did you mean core.remote?");
	check_refused("[remote \"r\"]\nurll = x\n", "did you mean remote.r.url?");
	check_refused("[core]\njobs = many\n", ".mlv/config:2: core.jobs");
	check_refused("[core]\n\nsha256 = perhaps\n", ".mlv/config:3: core.sha256");
	check_refused("[cache]\ntype = reflink,teleport\n", "cache.type");
	check_refused("[core\n", ".mlv/config:1: ");
	check_refused("[core]\nremote = \"a\\nb\"\n", "control character");
}

mlv_test(config, setting_is_checked_and_lasts)
{
	struct mlv_ctx ctx = begin();
	struct mlv_config *config = NULL;
	char path[128];
	struct stat st;

	check_ok(load(&ctx, &config));
	check_ok(mlv_config_set(config, MLV_CONFIG_REPO, "remote.r.url", "../x"));
	check_ok(mlv_config_set(config, MLV_CONFIG_LOCAL, "remote.r.password", "p"));
	check_ok(mlv_config_set(config, MLV_CONFIG_USER, "core.jobs", "3"));
	check_fails(mlv_config_set(config, MLV_CONFIG_REPO, "remote.r.password", "p"),
		    MLV_E_REFUSED);
	check_fails(mlv_config_set(config, MLV_CONFIG_REPO, "remote.r.ssl_verify", "no"),
		    MLV_E_REFUSED);
	check_fails(mlv_config_set(config, MLV_CONFIG_REPO, "remote.r.url", "https://u:p@h/"),
		    MLV_E_REFUSED);
	check_fails(mlv_config_set(config, MLV_CONFIG_REPO, "cache.dir", "/tmp/c"), MLV_E_REFUSED);
	check_fails(mlv_config_set(config, MLV_CONFIG_REPO, "core.jobs", "-1"), MLV_E_USAGE);
	check_fails(mlv_config_set(config, MLV_CONFIG_REPO, "core.jbos", "1"), MLV_E_USAGE);
	snprintf(path, sizeof(path), "%s/repo/.mlv/config.local", top);
	cr_assert(stat(path, &st) == 0);
	cr_assert(eq(int, (int)(st.st_mode & 0777), 0600));
	mlv_config_freep(&config);
	check_ok(load(&ctx, &config));
	check_value(config, "remote.r.url", "../x", MLV_CONFIG_REPO);
	check_value(config, "remote.r.password", "p", MLV_CONFIG_LOCAL);
	check_value(config, "core.jobs", "3", MLV_CONFIG_USER);
	check_ok(mlv_config_set(config, MLV_CONFIG_REPO, "remote.r", NULL));
	cr_assert(mlv_config_get(config, "remote.r.url", NULL) == NULL);
	mlv_config_freep(&config);
	end();
}

static void check_shown(const char *key, const char *value, const char *shown)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(mlv_config_show(key, value, &got));
	cr_assert(eq(str, got.ptr, (char *)(size_t)shown));
}

mlv_test(config, secrets_are_not_shown)
{
	check_shown("remote.r.password", "hunter2", "***");
	check_shown("remote.r.session_token", "t", "***");
	check_shown("remote.r.url", "https://u:p:q@h:8/x", "https://u:***@h:8/x");
	check_shown("remote.r.url", "https://u:p@q@h/x?sig=1#f", "https://u:***@h/x?***");
	check_shown("remote.r.url", "https://h/a@b:c", "https://h/a@b:c");
	check_shown("remote.r.url", "/data/a?b", "/data/a?b");
	check_shown("core.remote", "r", "r");
}
