/* s3/fresh.c - writing what must not be there yet (If-None-Match), where the server takes that. */
#include "remote/s3/upload.h"

mlv_err mlv_s3_fresh_header(struct mlv_s3 *s3, struct mlv_strs *headers, bool *asked)
{
	pthread_mutex_lock(&s3->lock);
	*asked = !s3->unconditional;
	pthread_mutex_unlock(&s3->lock);
	return *asked ? mlv_http_add_header(headers, "If-None-Match", "*") : NULL;
}

bool mlv_s3_fresh_refused(struct mlv_s3 *s3, const struct mlv_net_reply *reply)
{
	if (!mlv_s3_header_refused(s3, reply))
		return false;
	pthread_mutex_lock(&s3->lock);
	s3->unconditional = true;
	pthread_mutex_unlock(&s3->lock);
	mlv_tell_detail(s3->base.ctx, "%s: the server does not take If-None-Match; what is sent replaces "
			"what is there", s3->base.url);
	return true;
}
