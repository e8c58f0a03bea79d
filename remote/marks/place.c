/* marks/place.c - the marks and keeps that lie at a remote. */
#include <stdio.h>
#include <string.h>

#include "core/store/sha256.h"
#include "remote/marks.h"

#define MARKS "gc/marks"
#define KEEPS "gc/keep/"

mlv_err mlv_marks_read(struct mlv_transport *remote, struct mlv_marks *marks)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_transport_get_text(remote, MARKS, "mlv marks ", &text);

	if (err)
		return err->code == MLV_E_MISSING ? NULL : err;
	err = mlv_marks_parse("marks", text.ptr, text.len, marks);
	return err ? mlv_error_wrap(err, "%s/%s", remote->url, MARKS) : NULL;
}

mlv_err mlv_marks_put(struct mlv_transport *remote, const struct mlv_marks *marks)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_marks_write(marks, "marks", &text);

	return err ? err : mlv_transport_put_bytes(remote, MARKS, text.ptr, text.len);
}

mlv_err mlv_keep_put(struct mlv_transport *remote, const struct mlv_marks *marks)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char path[sizeof(KEEPS) + MLV_OID_HEX], hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_marks_write(marks, "keep", &text)) ||
	    (err = mlv_sha256_of(text.ptr, text.len, &oid)))
		return err;
	snprintf(path, sizeof(path), KEEPS "%s", mlv_oid_format(&oid, hex));
	return mlv_transport_put_bytes(remote, path, text.ptr, text.len);
}

static mlv_err take_path(void *arg, const char *path, uint64_t size)
{
	const size_t top = strlen(KEEPS);
	struct mlv_oid oid;

	(void)size;
	if (strncmp(path, KEEPS, top) != 0 || strlen(path) != top + MLV_OID_HEX ||
	    !mlv_oid_parse(path + top, MLV_OID_HEX, &oid))
		return NULL;
	return mlv_strs_add(arg, path);
}

/* One that is gone meanwhile was taken into account by who removed it. */
static mlv_err read_keep(struct mlv_transport *remote, const char *path, struct mlv_marks *kept)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_marks_release) struct mlv_marks read = { 0 };
	mlv_err err = mlv_transport_get_text(remote, path, "mlv keep ", &text);

	if (err)
		return err->code == MLV_E_MISSING ? NULL : err;
	if ((err = mlv_marks_parse("keep", text.ptr, text.len, &read)))
		return mlv_error_hint(mlv_error_wrap(err, "%s/%s", remote->url, path),
				      "what it was to keep is not known; if all pushes ended well "
				      "it can be removed by hand");
	for (size_t i = 0; !err && i < read.count; i++)
		err = mlv_marks_add(kept, &read.at[i]);
	return err;
}

mlv_err mlv_keeps_read(struct mlv_transport *remote, struct mlv_marks *kept,
		       struct mlv_strs *paths)
{
	mlv_err err = mlv_transport_list(remote, KEEPS, take_path, paths);

	for (size_t i = 0; !err && i < paths->count; i++)
		err = read_keep(remote, paths->at[i], kept);
	mlv_marks_sort(kept);
	return err;
}
