/* A record without the slices that nobody asked for, found by its lines. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <string.h>

#include "core/base/json.h"
#include "core/eval/record.h"

#define BEGIN "\"slices\":[\n"
#define END   "\n],\n"

/* Append the lines of slices that hold the name, behind the first, which is overall. */
static mlv_err add_lines(struct mlv_buf *to, const char *at, const char *end, const struct mlv_buf *name)
{
	bool first = true;
	mlv_err err = NULL;

	while (!err && at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		const char *stop = feed ? feed : end;

		if (first || (name->len && memmem(at, (size_t)(stop - at), name->ptr, name->len)))
			err = mlv_buf_add(to, at, (size_t)(stop - at));
		first = false;
		at = stop + 1;
	}
	return err;
}

/* Append the record with these slices alone; *is false when it is not in canonical form. */
static mlv_err cut(const char *text, size_t len, const char *slice, struct mlv_buf *to, bool *is)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const char *begin = memmem(text, len, BEGIN, sizeof(BEGIN) - 1), *end;
	mlv_err err;

	*is = false;
	if (!begin)
		return NULL;
	begin += sizeof(BEGIN) - 1;
	if (!(end = memmem(begin, len - (size_t)(begin - text), END, sizeof(END) - 1)))
		return NULL;
	if (slice && ((err = mlv_buf_add_str(&name, "\"name\":")) ||
		      (err = mlv_json_add_string(&name, slice, strlen(slice)))))
		return err;
	*is = true;
	if ((err = mlv_buf_add(to, text, (size_t)(begin - text))) ||
	    (err = add_lines(to, begin, end, &name)))
		return err;
	return mlv_buf_add(to, end, len - (size_t)(end - text));
}

mlv_err mlv_record_read_slice(const char *name, const char *text, size_t len, const char *slice,
			      struct mlv_record *record)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf part = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	bool is = false;
	mlv_err err = cut(text, len, slice, &part, &is);

	if (err)
		return err;
	return mlv_record_read(name, is ? part.ptr : text, is ? part.len : len, record);
}
