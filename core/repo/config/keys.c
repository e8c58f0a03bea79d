#include "core/repo/config/keys.h"

#include <ctype.h>

#include "core/base/amount.h"
#include "core/base/duration.h"
#include "core/base/suggest.h"

#define ANYONE MLV_CONFIG_ANYONE
#define USER MLV_CONFIG_USER_ONLY

static const struct mlv_config_key keys[] = {
	{ "core.autostage", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "core.jobs", MLV_CONFIG_COUNT, ANYONE, false, NULL },
	{ "core.lock_timeout", MLV_CONFIG_COUNT, ANYONE, false, NULL },
	{ "core.no_scm", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "core.remote", MLV_CONFIG_TEXT, ANYONE, false, NULL },
	{ "core.strays", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "core.sha256", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "cache.dir", MLV_CONFIG_PATH, MLV_CONFIG_INSIDE_ONLY, false, NULL },
	{ "cache.shared", MLV_CONFIG_TEXT, ANYONE, false, "group" },
	{ "cache.small", MLV_CONFIG_TEXT, ANYONE, false, "packed loose" },
	{ "parsing.bool", MLV_CONFIG_TEXT, ANYONE, false, "store_true boolean_optional" },
	{ "parsing.list", MLV_CONFIG_TEXT, ANYONE, false, "nargs append" },
	{ "cache.slow_link_warning", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "cache.type", MLV_CONFIG_LINKS, ANYONE, false, NULL },
	{ "gc.grace", MLV_CONFIG_DURATION, ANYONE, false, NULL },
	{ "remote.*.access_key_id", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.acl", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.allow_agent", MLV_CONFIG_BOOL, USER, false, NULL },
	{ "remote.*.allow_anonymous_login", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "remote.*.auth", MLV_CONFIG_TEXT, USER, false, "basic bearer custom digest" },
	{ "remote.*.bwlimit", MLV_CONFIG_AMOUNT, ANYONE, false, NULL },
	{ "remote.*.ca_file", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.cert_path", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.checksum", MLV_CONFIG_TEXT, ANYONE, false, "auto none sha256 crc64nvme" },
	{ "remote.*.configpath", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.connect_timeout", MLV_CONFIG_COUNT, ANYONE, false, NULL },
	{ "remote.*.credentialpath", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.custom_auth_header", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.dedup", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "remote.*.endpointurl", MLV_CONFIG_URL, ANYONE, false, NULL },
	{ "remote.*.expected_bucket_owner", MLV_CONFIG_TEXT, ANYONE, false, NULL },
	{ "remote.*.grant_full_control", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.grant_read", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.grant_read_acp", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.grant_write_acp", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.jobs", MLV_CONFIG_COUNT, ANYONE, false, NULL },
	{ "remote.*.key_path", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.keyfile", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.known_hosts", MLV_CONFIG_PATH, USER, false, NULL },
	{ "remote.*.method", MLV_CONFIG_TEXT, ANYONE, false, "PUT POST put post" },
	{ "remote.*.passphrase", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.password", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.pathstyle", MLV_CONFIG_BOOL, ANYONE, false, NULL },
	{ "remote.*.profile", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.proxy", MLV_CONFIG_URL, USER, false, NULL },
	{ "remote.*.read_timeout", MLV_CONFIG_COUNT, ANYONE, false, NULL },
	{ "remote.*.region", MLV_CONFIG_TEXT, ANYONE, false, NULL },
	{ "remote.*.requester_pays", MLV_CONFIG_BOOL, USER, false, NULL },
	{ "remote.*.secret_access_key", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.session_token", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.sse", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.sse_customer_algorithm", MLV_CONFIG_TEXT, USER, false, "AES256" },
	{ "remote.*.sse_customer_key", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.sse_kms_encryption_context", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.sse_kms_key_id", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.ssl_verify", MLV_CONFIG_TEXT, MLV_CONFIG_TRUE_ONLY, false, NULL },
	{ "remote.*.storage_class", MLV_CONFIG_TEXT, USER, false, NULL },
	{ "remote.*.token", MLV_CONFIG_TEXT, USER, true, NULL },
	{ "remote.*.url", MLV_CONFIG_URL, ANYONE, false, NULL },
	{ "remote.*.use_ssl", MLV_CONFIG_BOOL, MLV_CONFIG_TRUE_ONLY, false, NULL },
	{ "remote.*.user", MLV_CONFIG_TEXT, USER, false, NULL },
};

/* '*' stands for one or more bytes, up to the last dot of key. */
static bool matches(const char *pattern, const char *key)
{
	const char *star = strchr(pattern, '*');
	const char *last = strrchr(key, '.');

	if (!star)
		return strcmp(pattern, key) == 0;
	return strncmp(pattern, key, (size_t)(star - pattern)) == 0 &&
	       last > key + (star - pattern) && strcmp(star + 1, last) == 0;
}

const struct mlv_config_key *mlv_config_key_find(const char *key)
{
	for (size_t i = 0; i < MLV_COUNT(keys); i++)
		if (matches(keys[i].pattern, key))
			return &keys[i];
	return NULL;
}

mlv_err mlv_config_key_unknown(const char *key)
{
	bool remote = strncmp(key, "remote.", 7) == 0 && strrchr(key, '.') > key + 6;
	const char *name = remote ? strrchr(key, '.') + 1 : key;
	struct mlv_suggest near;
	mlv_err err = mlv_error(MLV_E_SPEC, "%s: no such setting", key);

	mlv_suggest_begin(&near, name);
	for (size_t i = 0; i < MLV_COUNT(keys); i++) {
		bool of_remote = strncmp(keys[i].pattern, "remote.*.", 9) == 0;

		if (of_remote == remote)
			mlv_suggest_offer(&near, keys[i].pattern + (remote ? 9 : 0));
	}
	return near.best ? mlv_error_hint(err, "did you mean %.*s%s?", (int)(name - key), key,
					  near.best)
			 : err;
}

bool mlv_config_parse_bool(const char *value, bool *truth)
{
	static const char *const words[2][4] = { { "false", "no", "off", "0" },
						 { "true", "yes", "on", "1" } };

	for (size_t w = 0; w < 8; w++) {
		const char *word = words[w / 4][w % 4], *at = value;

		while (*word && tolower((unsigned char)*at) == *word) {
			word++;
			at++;
		}
		if (*word == '\0' && *at == '\0') {
			*truth = w / 4 == 1;
			return true;
		}
	}
	return false;
}

bool mlv_config_parse_count(const char *value, uint64_t *count)
{
	uint64_t sum = 0;

	if (!*value || strlen(value) > 18)
		return false;
	for (; *value; value++) {
		if (*value < '0' || *value > '9')
			return false;
		sum = sum * 10 + (uint64_t)(*value - '0');
	}
	*count = sum;
	return true;
}

/* Whether each of the words in value, separated by commas, is in list, separated by blanks. */
static bool all_in(const char *list, const char *value)
{
	for (;;) {
		size_t len = strcspn(value, ",");
		const char *at = list;

		while (*at && (strcspn(at, " ") != len || memcmp(at, value, len) != 0)) {
			at += strcspn(at, " ");
			at += strspn(at, " ");
		}
		if (!*at)
			return false;
		if (value[len] == '\0')
			return true;
		value += len + 1;
	}
}

const char *mlv_config_value_wrong(const struct mlv_config_key *row, const char *value)
{
	uint64_t count;
	int64_t seconds;
	bool truth;

	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return "a control character";
	if (row->type == MLV_CONFIG_BOOL && !mlv_config_parse_bool(value, &truth))
		return "neither true nor false";
	if (row->type == MLV_CONFIG_COUNT && !mlv_config_parse_count(value, &count))
		return "not a number";
	if (row->type == MLV_CONFIG_DURATION && !mlv_duration_parse(value, &seconds))
		return "not a time such as 14d, 12h or 30m";
	if (row->type == MLV_CONFIG_AMOUNT && !mlv_amount_parse(value, &count))
		return "not a number of bytes such as 500K or 1.5M";
	if (row->type == MLV_CONFIG_LINKS && !all_in("reflink hardlink symlink copy", value))
		return "not a list of reflink, hardlink, symlink, copy";
	if ((row->type == MLV_CONFIG_URL || row->type == MLV_CONFIG_PATH) && !*value)
		return "empty";
	if (row->allowed && (strchr(value, ',') || !all_in(row->allowed, value)))
		return "not one of the words that it may be";
	return NULL;
}

mlv_err mlv_config_key_normal(const char *typed, struct mlv_buf *key)
{
	const char *first = strchr(typed, '.'), *last = strrchr(typed, '.');
	mlv_err err;

	if (!first || first == typed || last[1] == '\0')
		return mlv_error(MLV_E_USAGE, "%s: a setting is named section.name", typed);
	mlv_buf_clear(key);
	if ((err = mlv_buf_add_str(key, typed)))
		return err;
	for (size_t i = 0; i < key->len; i++)
		if (i < (size_t)(first - typed) || i > (size_t)(last - typed))
			key->ptr[i] = (char)tolower((unsigned char)key->ptr[i]);
	return NULL;
}

/* The password in "scheme://user:password@host": its start, and its end; false: none. */
static bool find_password(const char *url, const char **start, const char **end)
{
	const char *host = strstr(url, "://"), *colon, *at = NULL;

	if (!host)
		return false;
	host += 3;
	for (const char *c = host; *c && !strchr("/?#", *c); c++)
		if (*c == '@')
			at = c;
	if (!at)
		return false;
	colon = memchr(host, ':', (size_t)(at - host));
	if (!colon)
		return false;
	*start = colon + 1;
	*end = at;
	return true;
}

bool mlv_config_url_has_secret(const char *url)
{
	const char *start, *end;

	return find_password(url, &start, &end) || (strstr(url, "://") && strchr(url, '?'));
}

static mlv_err show_url(const char *url, struct mlv_buf *to)
{
	const char *start, *end, *query;
	mlv_err err;

	if (find_password(url, &start, &end)) {
		if ((err = mlv_buf_add(to, url, (size_t)(start - url))) ||
		    (err = mlv_buf_add_str(to, "***")))
			return err;
		url = end;
	}
	query = strchr(url, '?');
	if (!query)
		return mlv_buf_add_str(to, url);
	if ((err = mlv_buf_add(to, url, (size_t)(query - url))))
		return err;
	return mlv_buf_add_str(to, "?***");
}

mlv_err mlv_config_show(const char *key, const char *value, struct mlv_buf *to)
{
	const struct mlv_config_key *row = mlv_config_key_find(key);

	if (row && row->secret)
		return mlv_buf_add_str(to, "***");
	if (row && row->type == MLV_CONFIG_URL && strstr(value, "://"))
		return show_url(value, to);
	return mlv_buf_add_str(to, value);
}
