/*
 * import.h - where an imported output came from: deps: of its pointer.
 *
 *   deps:                                   deps:
 *   - path: data/train.csv                  - url: s3://bucket/train.csv
 *     repo:                                   version_id: 3sL4kqtJ...
 *       url: https://example.org/data.git
 *       rev: main
 *       rev_lock: 6c3ab694f5ba...
 *
 * Of a git repository the commit is kept; of a URL that which its source was
 * known by when it was read: one of the keys below.
 */
#ifndef MLV_REPO_IMPORT_H
#define MLV_REPO_IMPORT_H

#include "core/base/buf.h"
#include "core/base/value.h"

enum mlv_mark {
	MLV_MARK_VERSION_ID,
	MLV_MARK_ETAG,
	MLV_MARK_MODIFIED,
	MLV_MARK_SHA256,
	MLV_MARK_LEAVES,
	MLV_MARK_TREE,
	MLV_MARKS,
};

struct mlv_import {
	char *url;      /* as it stands in the pointer */
	char *path;     /* in a git repository; NULL: url is no repository */
	char *rev;      /* NULL: HEAD */
	char *rev_lock; /* 40 hex digits */
	enum mlv_mark mark; /* of a URL */
	char *marked;       /* NULL: nothing is known */
};
void mlv_import_freep(struct mlv_import **import);
mlv_err mlv_import_copy(struct mlv_import **to, const struct mlv_import *from) MLV_CHECK;
/* "version_id", "etag"... */
const char *mlv_mark_name(enum mlv_mark mark);

/* Append its URL as it is from here: a relative path made absolute by root. */
mlv_err mlv_import_place(const struct mlv_import *import, const char *root,
			 struct mlv_buf *url) MLV_CHECK;

/* From the value of deps (NULL: *import stays NULL). pointer is for messages. */
mlv_err mlv_import_parse(const char *pointer, const struct mlv_value *deps,
			 struct mlv_import **import) MLV_CHECK;
/* Append the lines of deps. */
mlv_err mlv_import_write(const struct mlv_import *import, struct mlv_buf *text) MLV_CHECK;
/* Make the deps in text, which say was, say import. MLV_E_SPEC when it is of another kind. */
mlv_err mlv_import_rewrite(const char *pointer, const struct mlv_import *was,
			   const struct mlv_import *import, struct mlv_buf *text) MLV_CHECK;

#endif
