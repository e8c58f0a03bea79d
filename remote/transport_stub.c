/* transport_stub.c - in the place of what is not here yet. */
#include "remote/transport.h"

mlv_err mlv_transport_open_s3(struct mlv_transport **out, struct mlv_ctx *ctx,
			      const struct mlv_remote_settings *settings)
{
	(void)out;
	(void)ctx;
	return mlv_error(MLV_E_USAGE, "remote %s: s3 is not built in", settings->name);
}
