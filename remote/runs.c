#include "remote/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/store/sha256.h"

#define INDEX     "runs/index"
#define HEAD      "mlv runs 1\n"
#define INDEX_MAX ((size_t)64 << 20)
#define LINE      ((size_t)2 * MLV_OID_HEX + 2)
#define TRIES     10 /* times that another push may replace the index before ours is in it */
#define KEY_MAX   (sizeof("runs/ab/") + MLV_OID_HEX)

void mlv_remote_runs_release(struct mlv_remote_runs *runs)
{
	free(runs->at);
	*runs = (struct mlv_remote_runs){ 0 };
}

/* Where the name is, or would be. */
static size_t place_of(const struct mlv_remote_runs *runs, const struct mlv_oid *name)
{
	size_t low = 0, high = runs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mlv_oid_compare(&runs->at[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct mlv_remote_run *mlv_remote_runs_find(const struct mlv_remote_runs *runs,
						  const struct mlv_oid *name)
{
	size_t at = place_of(runs, name);

	return at < runs->count && mlv_oid_equal(&runs->at[at].name, name) ? &runs->at[at] : NULL;
}

mlv_err mlv_remote_runs_add(struct mlv_remote_runs *runs, const struct mlv_remote_run *run)
{
	size_t at = place_of(runs, &run->name);
	mlv_err err;

	if (at < runs->count && mlv_oid_equal(&runs->at[at].name, &run->name))
		return NULL;
	if ((err = mlv_array_grow(&runs->at, &runs->cap, runs->count + 1, sizeof(*runs->at))))
		return err;
	memmove(&runs->at[at + 1], &runs->at[at], (runs->count - at) * sizeof(*runs->at));
	runs->at[at] = *run;
	runs->count++;
	return NULL;
}

static mlv_err damaged(const struct mlv_transport *remote, const char *key)
{
	return mlv_error(MLV_E_CORRUPT, "%s/%s: damaged", remote->url, key);
}

static mlv_err parse_line(struct mlv_remote_runs *runs, const char *line, bool *good)
{
	struct mlv_remote_run run;

	*good = line[MLV_OID_HEX] == ' ' && line[LINE - 1] == '\n' &&
		mlv_oid_parse(line, MLV_OID_HEX, &run.name) &&
		mlv_oid_parse(line + MLV_OID_HEX + 1, MLV_OID_HEX, &run.text) &&
		(!runs->count ||
		 mlv_oid_compare(&runs->at[runs->count - 1].name, &run.name) < 0);
	return *good ? mlv_remote_runs_add(runs, &run) : NULL;
}

mlv_err mlv_remote_runs_parse(const char *text, size_t len, struct mlv_remote_runs *runs,
			      bool *good)
{
	MLV_SCOPED(mlv_remote_runs_release) struct mlv_remote_runs made = { 0 };
	size_t at = sizeof(HEAD) - 1;
	mlv_err err = NULL;

	*good = len >= at && memcmp(text, HEAD, at) == 0 && (len - at) % LINE == 0;
	for (; *good && !err && at < len; at += LINE)
		err = parse_line(&made, text + at, good);
	if (err || !*good)
		return err;
	mlv_remote_runs_release(runs);
	*runs = made;
	made = (struct mlv_remote_runs){ 0 };
	return NULL;
}

mlv_err mlv_remote_runs_list(struct mlv_transport *remote, struct mlv_remote_runs *runs)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(INDEX_MAX);
	mlv_err err = mlv_transport_get_text(remote, INDEX, "mlv runs ", &text);
	bool good = false;

	if (err && err->code == MLV_E_MISSING) {
		mlv_remote_runs_release(runs);
		return NULL;
	}
	if (!err)
		err = mlv_remote_runs_parse(text.ptr, text.len, runs, &good);
	if (err && err->code != MLV_E_CORRUPT)
		return err;
	return good ? NULL : mlv_error_hint(damaged(remote, INDEX), "to write it anew, from a clone "
					    "that has the runs: mlv push --run-cache");
}

static const char *key_of(const struct mlv_remote_run *run, char key[static KEY_MAX])
{
	char hex[MLV_OID_HEX + 1];

	mlv_oid_format(&run->text, hex);
	snprintf(key, KEY_MAX, "runs/%.2s/%s", hex, hex);
	return key;
}

mlv_err mlv_remote_runs_get(struct mlv_transport *remote, const struct mlv_remote_run *run,
			    struct mlv_buf *text)
{
	char key[KEY_MAX];
	size_t before = text->len;
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_transport_get_all(remote, key_of(run, key), text)) ||
	    (err = mlv_sha256_of(text->ptr + before, text->len - before, &oid)))
		return err;
	if (mlv_oid_equal(&oid, &run->text))
		return NULL;
	mlv_buf_truncate(text, before);
	return damaged(remote, key);
}

mlv_err mlv_remote_runs_put(struct mlv_transport *remote, const struct mlv_remote_run *run,
			    const struct mlv_buf *text)
{
	char key[KEY_MAX];

	return mlv_transport_put_bytes_later(remote, key_of(run, key), text->ptr, text->len);
}

mlv_err mlv_remote_runs_write(const struct mlv_remote_runs *runs, struct mlv_buf *text)
{
	mlv_err err = mlv_buf_add_str(text, HEAD);

	for (size_t i = 0; !err && i < runs->count; i++) {
		char name[MLV_OID_HEX + 1], sum[MLV_OID_HEX + 1];

		err = mlv_buf_printf(text, "%s %s\n", mlv_oid_format(&runs->at[i].name, name),
				     mlv_oid_format(&runs->at[i].text, sum));
	}
	return err;
}

static mlv_err write_index(struct mlv_transport *remote, const struct mlv_remote_runs *runs)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(INDEX_MAX);
	mlv_err err = mlv_remote_runs_write(runs, &text);

	return err ? err : mlv_transport_put_bytes(remote, INDEX, text.ptr, text.len);
}

/* Those that are there, and added; *more: some of added are not there. */
static mlv_err merge(struct mlv_transport *remote, const struct mlv_remote_runs *added,
		     struct mlv_remote_runs *all, bool *more)
{
	mlv_err err = mlv_remote_runs_list(remote, all);
	size_t before;

	if (err && err->code != MLV_E_CORRUPT)
		return err;
	if (err) /* one that is damaged is made anew */
		mlv_tell_warning(remote->ctx, "%.*s, and written anew",
				 (int)mlv_error_len_without_hint(err), err->msg);
	before = all->count;
	err = NULL;
	for (size_t i = 0; !err && i < added->count; i++)
		err = mlv_remote_runs_add(all, &added->at[i]);
	*more = all->count > before;
	return err;
}

mlv_err mlv_remote_runs_publish(struct mlv_transport *remote, const struct mlv_remote_runs *added)
{
	mlv_err err = mlv_transport_flush(remote, true);

	for (int i = 0; !err && i < TRIES; i++) {
		MLV_SCOPED(mlv_remote_runs_release) struct mlv_remote_runs all = { 0 };
		bool more;

		if ((err = merge(remote, added, &all, &more)) || !more)
			return err;
		err = write_index(remote, &all);
	}
	return err;
}
