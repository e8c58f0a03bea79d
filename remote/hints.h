/* hints.h - which data packs hold the files of a node: what a pack of nodes says of it (pack.h). */
#ifndef MLV_REMOTE_HINTS_H
#define MLV_REMOTE_HINTS_H

#include "core/base/buf.h"
#include "core/store/pack/write.h"

/* The data pack that a file of this key lies in; NULL: none that is known. */
typedef const struct mlv_oid *(*mlv_hint_fn)(void *arg, const struct mlv_key *file);
/* Hint of the first two packs that hold files of a node of level 0, given raw. */
mlv_err mlv_hint_node(struct mlv_pack_writer *writer, const struct mlv_oid *node,
		      const struct mlv_buf *raw, mlv_hint_fn where, void *arg) MLV_CHECK;

#endif
