#include "cmd/url_marks.h"

#include "cmd/url/place.h"

static mlv_err ask(void *arg, const char *url, struct mlv_buf *mark)
{
	static const char *const names[] = { [MLV_VERSION_ID] = "version", [MLV_VERSION_ETAG] = "etag",
					     [MLV_VERSION_MODIFIED] = "modified" };
	MLV_SCOPED(mlv_url_place_release) struct mlv_url_place place = { 0 };
	const struct mlv_url_marks *marks = arg;
	struct mlv_version version = { .by = MLV_VERSION_NONE };
	mlv_err err;

	if ((err = mlv_url_place_open(&place, marks->run, marks->repo, url, false)) ||
	    (err = mlv_url_place_version(&place, &version)))
		return err;
	if (version.by == MLV_VERSION_NONE)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: nothing there tells one version from "
						"another", place.shown),
				      "mlv import-url URL FILE, and have the stage depend on FILE");
	return mlv_buf_printf(mark, "%s %s", names[version.by], version.text);
}

void mlv_url_marks_use(struct mlv_url_marks *marks, struct mlv_run *run, struct mlv_repo *repo)
{
	*marks = (struct mlv_url_marks){ run, repo };
	repo->mark = ask;
	repo->mark_arg = marks;
}
