#include "remote/sftp/known_hosts.h"

#include "remote/base64.h"
#include "remote/hmac.h"

#define FIELD_MAX ((size_t)64 << 10) /* of a line: what is longer is no field */

void mlv_known_host_release(struct mlv_known_host *host)
{
	mlv_strs_release(&host->keys);
	mlv_strs_release(&host->revoked);
}

bool mlv_known_host_has(const struct mlv_strs *list, const char *base64)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(strchr(list->at[i], ' ') + 1, base64) == 0)
			return true;
	return false;
}

/* Part of a line, between blanks. */
struct field {
	const char *at;
	size_t len;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether pattern stands for all of name: '*' for any bytes, '?' for one; letters of either case. */
static bool matches(const char *pattern, size_t len, const char *name)
{
	const char *star = NULL, *again = name;
	size_t i = 0, after = 0;

	while (*name) {
		if (i < len && pattern[i] == '*') {
			star = pattern;
			after = ++i;
			again = name;
		} else if (i < len && (pattern[i] == '?' || lower(pattern[i]) == lower(*name))) {
			i++;
			name++;
		} else if (star) {
			i = after;
			name = ++again;
		} else {
			return false;
		}
	}
	while (i < len && pattern[i] == '*')
		i++;
	return i == len;
}

static bool list_names(const struct field *hosts, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < hosts->len;) {
		const char *part = hosts->at + i;
		const char *comma = memchr(part, ',', hosts->len - i);
		size_t len = comma ? (size_t)(comma - part) : hosts->len - i;
		bool not = len > 0 && part[0] == '!';

		i += len + 1;
		if (!matches(part + not, len - not, name))
			continue;
		if (not)
			return false;
		found = true;
	}
	return found;
}

/* "|1|salt|HMAC-SHA-1 of the name", both in base64. */
static mlv_err hash_names(const struct field *hosts, const char *name, bool *yes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf salt = MLV_BUF_INIT, hash = MLV_BUF_INIT;
	unsigned char digest[MLV_HMAC_SHA1_SIZE];
	const char *at = hosts->at + 3, *bar = memchr(at, '|', hosts->len - 3);
	bool good = false;
	mlv_err err;

	*yes = false;
	if (!bar)
		return NULL;
	if ((err = mlv_base64_decode(&salt, at, (size_t)(bar - at), &good)) || !good)
		return err;
	bar++;
	if ((err = mlv_base64_decode(&hash, bar, hosts->len - (size_t)(bar - hosts->at), &good)) || !good)
		return err;
	if ((err = mlv_hmac_sha1(salt.ptr, salt.len, name, strlen(name), digest)))
		return err;
	*yes = hash.len == sizeof(digest) && memcmp(hash.ptr, digest, sizeof(digest)) == 0;
	return NULL;
}

static mlv_err names(const struct field *hosts, const char *name, bool *yes)
{
	if (hosts->len > 3 && memcmp(hosts->at, "|1|", 3) == 0)
		return hash_names(hosts, name, yes);
	*yes = list_names(hosts, name);
	return NULL;
}

/* Take the next field of a line; its len is 0 when there is none. */
static struct field next_field(const char **at, const char *end)
{
	struct field field;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	field.at = *at;
	while (*at < end && **at != ' ' && **at != '\t' && **at != '\r')
		(*at)++;
	field.len = (size_t)(*at - field.at);
	if (field.len > FIELD_MAX)
		field.len = 0;
	return field;
}

static mlv_err add_key(struct mlv_strs *list, const struct field *kind, const struct field *key)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&line, "%.*s %.*s", (int)kind->len, kind->at, (int)key->len, key->at);

	return err ? err : mlv_strs_add(list, line.ptr);
}

static mlv_err read_line(struct mlv_known_host *host, const char *line, const char *end,
			 const char *name)
{
	struct field hosts = next_field(&line, end), kind, key;
	bool revoked = hosts.len == 8 && memcmp(hosts.at, "@revoked", 8) == 0, yes = false;
	mlv_err err;

	if (hosts.len == 0 || hosts.at[0] == '#' || (hosts.at[0] == '@' && !revoked))
		return NULL;
	if (revoked)
		hosts = next_field(&line, end);
	kind = next_field(&line, end);
	key = next_field(&line, end);
	if (key.len == 0 || memchr(hosts.at, '\0', (size_t)(key.at + key.len - hosts.at)))
		return NULL;
	if ((err = names(&hosts, name, &yes)) || !yes)
		return err;
	return add_key(revoked ? &host->revoked : &host->keys, &kind, &key);
}

mlv_err mlv_known_host_read(struct mlv_known_host *host, const char *text, size_t len,
			    const char *name)
{
	const char *end = text + len;
	mlv_err err = NULL;

	while (text < end && !err) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop)
			stop = end;
		err = read_line(host, text, stop, name);
		text = stop < end ? stop + 1 : end;
	}
	return err;
}
