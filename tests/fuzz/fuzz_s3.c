/*
 * Any bytes are what a store of objects answers, the first of them its status: to a list, to an
 * upload in parts from its beginning to its end, to a removal. Each ends, and lists give good keys.
 */
#include <stdlib.h>
#include <string.h>

#include "remote/net/module_xml.h"
#include "remote/retry.h"
#include "remote/s3/upload.h"

#define PREFIX "objects/"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const unsigned char *answer;
static size_t answer_len;
static int answer_status;

static mlv_err perform(struct mlv_net *net, const struct mlv_net_request *request,
		       struct mlv_net_reply *reply)
{
	bool enough = false;
	mlv_err err = NULL;

	(void)net;
	mlv_buf_clear(&reply->headers);
	mlv_buf_clear(&reply->error);
	reply->status = answer_status;
	reply->body = 0;
	if (answer_status >= 300)
		return mlv_buf_add(&reply->error, answer, answer_len);
	if (request->begin && (err = request->begin(request->arg, reply)))
		return err;
	reply->body = answer_len;
	if (request->body && answer_len > 0)
		err = request->body(request->arg, answer, answer_len, &enough);
	return err;
}

static const struct mlv_net_ops net_ops = { .perform = perform, .parse_xml = mlv_net_xml_parse };

static const char *environment(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "MLV_TEST_SEED") == 0)
		return "1";
	return strcmp(name, "MLV_TEST_CLOCK") == 0 ? "virtual" : NULL;
}

static mlv_err take_key(void *arg, const char *key, uint64_t size)
{
	(void)arg;
	(void)size;
	if (!mlv_transport_key_is_good(key) || strncmp(key, PREFIX, strlen(PREFIX)) != 0)
		abort();
	return NULL;
}

static mlv_err read_zeros(void *arg, void *to, size_t len, uint64_t offset)
{
	(void)arg;
	(void)offset;
	memset(to, 0, len);
	return NULL;
}

static void ask(struct mlv_s3 *s3)
{
	const struct mlv_source source = { .read = read_zeros, .size = 250 };
	struct mlv_buf said = MLV_BUF_INIT;

	if (mlv_s3_list(&s3->base, PREFIX, take_key, NULL) &&
	    mlv_s3_put_parts(s3, "large/k", &source, 100) == NULL && answer_len == 0)
		abort();
	if (!mlv_buf_add(&said, answer, answer_len)) {
		char code[MLV_S3_CODE];

		mlv_s3_code(s3, &said, code);
		if (strlen(code) >= sizeof(code))
			abort();
	}
	mlv_buf_release(&said);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const int statuses[] = { 200, 400, 403, 404, 301, 503 };
	static char bucket[] = "b", prefix[] = "", url[] = "s3://b";
	struct mlv_s3 s3 = { .bucket = bucket, .prefix = prefix, .region = "us-east-1",
			     .path_style = true };
	struct mlv_ctx ctx;

	if (size == 0)
		return 0;
	answer = data + 1;
	answer_len = size - 1 < MLV_NET_ERROR_MAX ? size - 1 : MLV_NET_ERROR_MAX;
	answer_status = statuses[data[0] % MLV_COUNT(statuses)];
	mlv_retry_reset();
	mlv_ctx_init_quiet(&ctx);
	ctx.env = environment;
	s3.base.ctx = s3.http.ctx = &ctx;
	s3.base.url = url;
	s3.base.jobs = 1;
	s3.http.ops = &net_ops;
	pthread_mutex_init(&s3.lock, NULL);
	mlv_s3_put_open(&s3);
	mlv_s3_spans_settings(&s3);
	ask(&s3);
	mlv_s3_put_close(&s3);
	pthread_mutex_destroy(&s3.lock);
	return 0;
}
