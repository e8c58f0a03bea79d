/* dvc_config.c - the settings of DVC, and which of ours say the same. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/config/keys.h"
#include "core/repo/migrate/dvc.h"

#define CONFIG_MAX ((size_t)1 << 20)

void dvc_config_release(struct dvc_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		free(config->at[i].key);
		free(config->at[i].value);
	}
	free(config->at);
	*config = (struct dvc_config){ 0 };
}

/* ---- reading: what ConfigObj writes ---- */

static void trim(const char **from, const char **to)
{
	while (*from < *to && isspace((unsigned char)**from))
		++*from;
	while (*to > *from && isspace((unsigned char)(*to)[-1]))
		--*to;
}

static bool unquote(const char **from, const char **to)
{
	if (*to - *from < 2 || (**from != '"' && **from != '\'') || (*to)[-1] != **from)
		return false;
	++*from;
	--*to;
	return true;
}

/* "[core]", "['remote "origin"']": the section as keys have it, with a dot at its end. */
static bool read_section(const char *from, const char *to, struct mlv_buf *section)
{
	const char *space;

	mlv_buf_clear(section);
	if (to - from < 3 || to[-1] != ']' || from[1] == '[')
		return false;
	from++;
	to--;
	trim(&from, &to);
	(void)unquote(&from, &to);
	space = memchr(from, ' ', (size_t)(to - from));
	if (mlv_buf_add(section, from, (size_t)((space ? space : to) - from)))
		return false;
	if (space) {
		from = space + 1;
		trim(&from, &to);
		if (!unquote(&from, &to) || from == to || mlv_buf_add_char(section, '.') ||
		    mlv_buf_add(section, from, (size_t)(to - from)))
			return false;
	}
	return section->len && !mlv_buf_add_char(section, '.');
}

/* A value: in quotes, or up to a comment. */
static void read_value(const char **from, const char **to)
{
	trim(from, to);
	if (*from < *to && (**from == '"' || **from == '\'')) {
		const char *end = memchr(*from + 1, **from, (size_t)(*to - *from - 1));

		if (end) {
			++*from;
			*to = end;
			return;
		}
	}
	for (const char *at = *from; at < *to; at++)
		if (*at == '#' && (at == *from || isspace((unsigned char)at[-1])))
			*to = at;
	trim(from, to);
}

static mlv_err add_setting(struct dvc_config *config, const struct mlv_buf *section,
			   const char *key, size_t key_len, const char *value, size_t value_len,
			   bool local)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	struct dvc_setting setting = { .local = local };
	mlv_err err;

	if ((err = mlv_array_grow(&config->at, &config->cap, config->count + 1,
				  sizeof(*config->at))) ||
	    (err = mlv_buf_add(&name, section->ptr, section->len)) ||
	    (err = mlv_buf_add(&name, key, key_len)))
		return err;
	setting.value = mlv_sys_strndup(value, value_len);
	setting.key = setting.value ? mlv_buf_detach(&name) : NULL;
	if (!setting.key) {
		free(setting.value);
		return mlv_error_nomem("a setting");
	}
	config->at[config->count++] = setting;
	return NULL;
}

mlv_err dvc_config_parse(const char *name, const char *text, size_t len, bool local,
			 struct dvc_config *config)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf section = MLV_BUF_INIT;
	const char *end = text + len;
	unsigned line = 0;

	for (const char *at = text, *next; at < end; at = next) {
		const char *stop = memchr(at, '\n', (size_t)(end - at)), *from = at, *equals, *to;
		mlv_err err;

		line++;
		to = stop ? stop : end;
		next = stop ? stop + 1 : end;
		trim(&from, &to);
		if (from == to || *from == '#')
			continue;
		if (memchr(from, '\0', (size_t)(to - from)))
			return mlv_error(MLV_E_SPEC, "%s:%u: a NUL", name, line);
		if (*from == '[') {
			if (!read_section(from, to, &section))
				return mlv_error(MLV_E_SPEC, "%s:%u: not a section", name, line);
			continue;
		}
		equals = memchr(from, '=', (size_t)(to - from));
		if (!equals || equals == from || !section.len)
			return mlv_error(MLV_E_SPEC, "%s:%u: not a setting", name, line);
		at = equals + 1;
		read_value(&at, &to);
		stop = equals;
		trim(&from, &stop);
		if ((err = add_setting(config, &section, from, (size_t)(stop - from), at,
				       (size_t)(to - at), local)))
			return err;
	}
	return NULL;
}

static mlv_err load(struct migrate *migrate, const char *path, bool local,
		    struct dvc_config *config)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(CONFIG_MAX);
	bool there = false, tracked = false;
	mlv_err err = migrate_read(migrate, path, &text, &there);

	if (err || !there)
		return err;
	/* One that git tracks came with the repository, whatever its name. */
	if (local && migrate->git) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf git_path = MLV_BUF_INIT;
		char *prefix = NULL;

		if ((err = mlv_repo_prefix(migrate->root, mlv_git_workdir(migrate->git), &prefix)))
			return err;
		err = mlv_buf_printf(&git_path, "%s%s", prefix, path);
		free(prefix);
		if (err || (err = mlv_git_is_tracked(migrate->git, git_path.ptr, &tracked)))
			return err;
	}
	return dvc_config_parse(path, text.ptr, text.len, local && !tracked, config);
}

mlv_err dvc_config_load(struct migrate *migrate, struct dvc_config *config)
{
	mlv_err err = load(migrate, ".dvc/config", false, config);

	return err ? err : load(migrate, ".dvc/config.local", true, config);
}

static const struct dvc_setting *find(const struct dvc_config *config, const char *key)
{
	for (size_t i = config->count; i > 0; i--)
		if (strcmp(config->at[i - 1].key, key) == 0)
			return &config->at[i - 1];
	return NULL;
}

const char *dvc_config_get(const struct dvc_config *config, const char *key)
{
	const struct dvc_setting *setting = find(config, key);

	return setting ? setting->value : NULL;
}

mlv_err dvc_config_cache(const struct migrate *migrate, const struct dvc_config *config,
			 struct mlv_buf *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	const char *value = dvc_config_get(config, "cache.dir");
	mlv_err err = mlv_buf_printf(&dir, "%s/.dvc", migrate->root);

	return err ? err : mlv_path_absolute(path, dir.ptr, value ? value : "cache");
}

/* ---- taking over ---- */

/* Settings whose names differ, or that say nothing to us ("": what they ask for is always so). */
static const struct {
	const char *theirs, *ours;
} names[] = {
	{ "core.checksum_jobs", "core.jobs" },
	{ "core.analytics", "" },
	{ "core.check_update", "" },
	{ "core.hardlink_lock", "" },
	{ "core.site_cache_dir", "" },
	{ "core.interactive", "" },
	{ "core.experiments", "" },
	{ "cache.protected", "" },
	{ "cache.verify", "" },
	{ "verify", "" },
	{ "slow_link_warning", "" },
	{ "no_traverse", "" },
	{ "checksum_jobs", "" },
	{ "ask_password", "" },
	{ "ask_passphrase", "" },
	{ "timeout", "connect_timeout" },
};

struct taking {
	struct migrate *migrate;
	const struct dvc_config *config;
};

/* "remote.NAME.": how long that is; 0 for another key. */
static size_t remote_part(const char *key)
{
	return strncmp(key, "remote.", 7) == 0 ? (size_t)(strrchr(key, '.') - key) + 1 : 0;
}

/* Our key for one of theirs; empty when there is nothing to do. */
static mlv_err our_key(const char *key, struct mlv_buf *ours)
{
	const size_t part = remote_part(key);

	for (size_t i = 0; i < MLV_COUNT(names); i++) {
		if (strcmp(key + part, names[i].theirs) != 0)
			continue;
		return *names[i].ours ? mlv_buf_printf(ours, "%.*s%s", (int)part, key, names[i].ours)
				      : NULL;
	}
	return mlv_buf_add_str(ours, key);
}

/* The user, port and rest of an ssh URL are those of sftp, with what other settings say of them. */
static mlv_err sftp_url(const struct dvc_config *config, const char *key, const char *rest,
			struct mlv_buf *url)
{
	const size_t host = strcspn(rest, "/");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const char *port;
	mlv_err err;

	if ((err = mlv_buf_printf(&name, "%.*sport", (int)remote_part(key), key)))
		return err;
	port = dvc_config_get(config, name.ptr);
	if (memchr(rest, ':', host) || !port)
		return mlv_buf_printf(url, "sftp://%s", rest);
	return mlv_buf_printf(url, "sftp://%.*s:%s%s", (int)host, rest, port, rest + host);
}

/* The URL of a remote as ours is; empty when no remote of ours is like it. */
static mlv_err our_url(const struct dvc_config *config, const char *key, const char *theirs,
		       struct mlv_buf *url, unsigned depth)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf base = MLV_BUF_INIT;
	const char *scheme = strstr(theirs, "://"), *rest = scheme ? scheme + 3 : "", *other;
	const size_t len = scheme ? (size_t)(scheme - theirs) : 0;
	mlv_err err;

	if (!scheme || strncmp(theirs, "s3://", 5) == 0 || strncmp(theirs, "http", 4) == 0 ||
	    strncmp(theirs, "file://", 7) == 0 || strncmp(theirs, "sftp://", 7) == 0)
		return mlv_buf_add_str(url, theirs);
	if (len == 3 && memcmp(theirs, "ssh", len) == 0)
		return sftp_url(config, key, rest, url);
	if (strncmp(theirs, "webdav", 6) == 0 && (len == 6 || (len == 7 && theirs[6] == 's')))
		return mlv_buf_printf(url, "http%s://%s", len == 7 ? "s" : "", rest);
	if (len != 6 || memcmp(theirs, "remote", len) != 0 || depth > 8)
		return NULL;
	if ((err = mlv_buf_printf(&base, "remote.%.*s.url", (int)strcspn(rest, "/"), rest)))
		return err;
	other = dvc_config_get(config, base.ptr);
	if (!other || (err = our_url(config, base.ptr, other, url, depth + 1)) || !url->len)
		return other ? err : NULL;
	return mlv_buf_add_str(url, rest + strcspn(rest, "/"));
}

/* Why a repository's settings may not have this one; NULL: they may. */
static const char *not_for_all(const struct mlv_config_key *row, const char *value)
{
	bool truth;

	if (row->who == MLV_CONFIG_USER_ONLY)
		return "may not come with a repository";
	if (row->who == MLV_CONFIG_TRUE_ONLY &&
	    !(mlv_config_parse_bool(value, &truth) && truth))
		return "would weaken a check for all who clone the repository";
	return NULL;
}

static mlv_err set(struct taking *taking, const char *key, const char *value, bool local)
{
	const enum mlv_config_level level = local ? MLV_CONFIG_LOCAL : MLV_CONFIG_REPO;
	struct migrate *migrate = taking->migrate;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	const char *there = NULL;
	mlv_err err = mlv_config_show(key, value, &shown);

	if (err)
		return err;
	if (migrate->repo)
		there = mlv_config_get_at(migrate->repo->config, level, key);
	if (there && strcmp(there, value) == 0)
		return NULL;
	if (there)
		return migrate_say(migrate, MLV_MIGRATE_KEPT, key, "is set already, DVC has %s",
				   shown.ptr);
	if (!migrate->options->dry_run &&
	    (err = mlv_config_set(migrate->repo->config, level, key, value))) {
		if (err->code != MLV_E_SPEC && err->code != MLV_E_USAGE && err->code != MLV_E_REFUSED)
			return err;
		return migrate_say(migrate, MLV_MIGRATE_NOTE, key, "not set: %.*s",
				   (int)mlv_error_len_without_hint(err), err->msg);
	}
	return migrate_say(migrate, MLV_MIGRATE_SET, key, "%s%s", shown.ptr,
			   local ? " (in config.local)" : "");
}

/* Our cache lies inside of theirs, on the same disk, if that is somewhere else. */
static mlv_err take_cache_dir(struct taking *taking, const struct dvc_setting *setting)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf theirs = MLV_BUF_INIT;
	mlv_err err = dvc_config_cache(taking->migrate, taking->config, &theirs);

	if (err || (err = mlv_buf_add_str(&theirs, "/mlv")))
		return err;
	if (setting->local)
		return set(taking, "cache.dir", theirs.ptr, true);
	return migrate_say(taking->migrate, MLV_MIGRATE_NOTE, "cache.dir",
			   "%s: a directory for mlv is yours to choose: mlv cache dir --local %s",
			   setting->value, theirs.ptr);
}

/* Whether the remote that a key speaks of is one that mlv can have; "" for a key of no remote. */
static mlv_err find_url(struct taking *taking, const char *key, struct mlv_buf *url, bool *ok)
{
	const size_t part = remote_part(key);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const char *theirs;
	mlv_err err;

	*ok = true;
	if (!part)
		return NULL;
	if ((err = mlv_buf_printf(&name, "%.*surl", (int)part, key)))
		return err;
	theirs = dvc_config_get(taking->config, name.ptr);
	if (theirs && (err = our_url(taking->config, name.ptr, theirs, url, 0)))
		return err;
	*ok = url->len > 0;
	return NULL;
}

static mlv_err take_one(struct taking *taking, const struct dvc_setting *setting)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const struct mlv_config_key *row;
	const char *value = setting->value, *why;
	const char *option = setting->key + remote_part(setting->key);
	bool known = true;
	mlv_err err;

	if (strcmp(setting->key, "cache.dir") == 0)
		return take_cache_dir(taking, setting);
	if ((err = find_url(taking, setting->key, &url, &known)) ||
	    (err = our_key(setting->key, &key)) || !key.len)
		return err;
	if (!known)
		return strcmp(option, "url") != 0 ? NULL
						  : migrate_say(taking->migrate, MLV_MIGRATE_NOTE,
								key.ptr, "mlv has no such remote: %.*s",
								(int)strcspn(value, "?"), value);
	if (option != setting->key && strcmp(option, "url") == 0)
		value = url.ptr;
	if (option != setting->key && strcmp(option, "port") == 0)
		return NULL;
	if (!(row = mlv_config_key_find(key.ptr)))
		return migrate_say(taking->migrate, MLV_MIGRATE_NOTE, key.ptr, "mlv has no such setting");
	if ((why = mlv_config_value_wrong(row, value)))
		return migrate_say(taking->migrate, MLV_MIGRATE_NOTE, key.ptr, "its value is %s", why);
	if (!setting->local && (why = not_for_all(row, value)))
		return migrate_say(taking->migrate, MLV_MIGRATE_NOTE, key.ptr,
				   "%s; for you alone: mlv config --local %s <value>", why, key.ptr);
	return set(taking, key.ptr, value, setting->local);
}

mlv_err dvc_config_take(struct migrate *migrate, const struct dvc_config *config)
{
	struct taking taking = { migrate, config };
	mlv_err err = NULL;

	for (size_t i = 0; i < config->count && !err; i++)
		err = take_one(&taking, &config->at[i]);
	return err;
}
