/* transport/dir.h - the directory transport, by the name of its remote. */
#ifndef MLV_REMOTE_TRANSPORT_DIR_H
#define MLV_REMOTE_TRANSPORT_DIR_H

#include "remote/transport.h"

/* As mlv_transport_open_dir(); name is for the hint when writing is refused, may be NULL. */
mlv_err mlv_transport_dir_new(struct mlv_transport **out, struct mlv_ctx *ctx, const char *path,
			      bool writable, const char *name) MLV_CHECK;

#endif
