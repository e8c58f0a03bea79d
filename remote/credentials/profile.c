#include "remote/credentials/profile.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/url.h"

void mlv_profiles_release(struct mlv_profiles *profiles)
{
	for (size_t i = 0; i < profiles->count; i++) {
		struct mlv_profile *profile = &profiles->at[i];

		for (size_t p = 0; p < profile->count; p++) {
			free(profile->pairs[p].key);
			mlv_secret_freep(&profile->pairs[p].value);
		}
		free(profile->pairs);
		free(profile->name);
	}
	free(profiles->at);
	*profiles = (struct mlv_profiles){ 0 };
}

/* ---- looking ---- */

static struct mlv_profile *find(const struct mlv_profiles *profiles, enum mlv_profile_kind kind,
				const char *name, size_t len)
{
	for (size_t i = 0; i < profiles->count; i++) {
		struct mlv_profile *profile = &profiles->at[i];

		if (profile->kind == kind && strncmp(profile->name, name, len) == 0 &&
		    profile->name[len] == '\0')
			return profile;
	}
	return NULL;
}

const struct mlv_profile *mlv_profiles_find(const struct mlv_profiles *profiles,
					    enum mlv_profile_kind kind, const char *name)
{
	return find(profiles, kind, name, strlen(name));
}

const char *mlv_profile_get_in(const struct mlv_profile *profile, bool config, const char *key)
{
	for (size_t i = profile ? profile->count : 0; i-- > 0;)
		if (profile->pairs[i].of_config == config &&
		    strcmp(profile->pairs[i].key, key) == 0)
			return profile->pairs[i].value[0] ? profile->pairs[i].value : NULL;
	return NULL;
}

const char *mlv_profile_get(const struct mlv_profile *profile, const char *key)
{
	const char *value = mlv_profile_get_in(profile, false, key);

	return value ? value : mlv_profile_get_in(profile, true, key);
}

/* ---- reading ---- */

struct text {
	const char *at;
	size_t len;
};

static struct text trimmed(const char *at, size_t len)
{
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t' || at[len - 1] == '\r'))
		len--;
	while (len > 0 && (at[0] == ' ' || at[0] == '\t')) {
		at++;
		len--;
	}
	return (struct text){ at, len };
}

struct reading {
	struct mlv_profiles *profiles;
	bool config;
	size_t section; /* where in profiles, from 1; 0: in none that counts */
	struct mlv_buf parent; /* the key without a value above indented lines */
};

static mlv_err enter(struct reading *r, enum mlv_profile_kind kind, struct text name)
{
	struct mlv_profiles *profiles = r->profiles;
	struct mlv_profile *there = find(profiles, kind, name.at, name.len);
	mlv_err err;

	if (there) {
		r->section = (size_t)(there - profiles->at) + 1;
		return NULL;
	}
	if ((err = mlv_array_grow(&profiles->at, &profiles->cap, profiles->count + 1,
				  sizeof(*profiles->at))))
		return err;
	there = &profiles->at[profiles->count];
	*there = (struct mlv_profile){ .kind = kind, .name = mlv_sys_strndup(name.at, name.len) };
	if (!there->name)
		return mlv_error_nomem("a profile");
	r->section = ++profiles->count;
	return NULL;
}

/* "word NAME": whether text begins so, and the name after it. */
static bool begins_with(struct text text, const char *word, struct text *name)
{
	size_t len = strlen(word);

	if (text.len <= len || strncmp(text.at, word, len) != 0 ||
	    (text.at[len] != ' ' && text.at[len] != '\t'))
		return false;
	*name = trimmed(text.at + len, text.len - len);
	return true;
}

static mlv_err take_section(struct reading *r, struct text line)
{
	const char *end = memchr(line.at, ']', line.len);
	enum mlv_profile_kind kind = MLV_PROFILE;
	struct text name;

	r->section = 0;
	mlv_buf_clear(&r->parent);
	if (!end)
		return NULL;
	line = name = trimmed(line.at + 1, (size_t)(end - line.at - 1));
	if (r->config) {
		if (begins_with(line, "sso-session", &name))
			kind = MLV_PROFILE_SSO;
		else if (begins_with(line, "services", &name))
			kind = MLV_PROFILE_SERVICES;
		else if (!begins_with(line, "profile", &name) &&
			 (line.len != 7 || memcmp(line.at, "default", 7) != 0))
			return NULL;
	}
	if (name.len >= 2 && (name.at[0] == '"' || name.at[0] == '\'') &&
	    name.at[name.len - 1] == name.at[0])
		name = (struct text){ name.at + 1, name.len - 2 };
	return name.len > 0 ? enter(r, kind, name) : NULL;
}

static mlv_err add(struct reading *r, const char *key, struct text value)
{
	struct mlv_profile *profile = &r->profiles->at[r->section - 1];
	struct mlv_profile_pair *pair;
	mlv_err err = mlv_array_grow(&profile->pairs, &profile->cap, profile->count + 1,
				     sizeof(*profile->pairs));

	if (err)
		return err;
	pair = &profile->pairs[profile->count++];
	*pair = (struct mlv_profile_pair){ mlv_sys_strdup(key),
					   mlv_sys_strndup(value.at, value.len), r->config };
	if (!pair->key || !pair->value)
		return mlv_error_nomem("a profile");
	for (char *c = pair->key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return NULL;
}

static mlv_err take_pair(struct reading *r, struct text line, bool indented)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	const char *colon = memchr(line.at, ':', line.len), *equals = memchr(line.at, '=', line.len);
	struct text name, value;
	mlv_err err;

	/* The tools that are written in Python read both. */
	if (!equals || (colon && colon < equals))
		equals = colon;
	if (!equals || (indented && !r->parent.len))
		return NULL;
	name = trimmed(line.at, (size_t)(equals - line.at));
	value = trimmed(equals + 1, line.len - (size_t)(equals + 1 - line.at));
	if (indented && ((err = mlv_buf_add(&key, r->parent.ptr, r->parent.len)) ||
			 (err = mlv_buf_add_char(&key, '.'))))
		return err;
	if ((err = mlv_buf_add(&key, name.at, name.len)))
		return err;
	if (!indented) {
		mlv_buf_clear(&r->parent);
		if (!value.len && (err = mlv_buf_add(&r->parent, name.at, name.len)))
			return err;
	}
	return add(r, key.ptr, value);
}

mlv_err mlv_profiles_parse(struct mlv_profiles *profiles, const char *text, size_t len, bool config)
{
	struct reading r = { .profiles = profiles, .config = config, .parent = MLV_BUF_INIT };
	mlv_err err = NULL;

	for (size_t at = 0; at < len && !err;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t size = newline ? (size_t)(newline - (text + at)) : len - at;
		struct text line = trimmed(text + at, size);
		bool indented = line.len > 0 && line.at > text + at;

		at += size + 1;
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[' && !indented)
			err = take_section(&r, line);
		else if (r.section)
			err = take_pair(&r, line, indented);
	}
	mlv_buf_release(&r.parent);
	return err;
}
