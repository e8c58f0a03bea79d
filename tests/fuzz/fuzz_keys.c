/*
 * Any bytes are what those who give keys answer: the security token service in its XML, a container,
 * an instance with the names of its roles. Keys come whole, or it is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/net/module_xml.h"
#include "remote/retry.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const unsigned char *answer;
static size_t answer_len;

static mlv_err perform(struct mlv_net *net, const struct mlv_net_request *request,
		       struct mlv_net_reply *reply)
{
	bool enough = false;
	mlv_err err = NULL;

	(void)net;
	mlv_buf_clear(&reply->headers);
	mlv_buf_clear(&reply->error);
	reply->status = 200;
	if (request->begin && (err = request->begin(request->arg, reply)))
		return err;
	return request->body(request->arg, answer, answer_len, &enough);
}

static const struct mlv_net_ops net_ops = { .perform = perform, .parse_xml = mlv_net_xml_parse };

static const char *environment(struct mlv_ctx *ctx, const char *name)
{
	static const char *const values[][2] = {
		{ "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1" },
		{ "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1" },
		{ "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/keys" },
		{ "MLV_TEST_CLOCK", "virtual" },
	};

	(void)ctx;
	for (size_t i = 0; i < MLV_COUNT(values); i++)
		if (strcmp(values[i][0], name) == 0)
			return values[i][1];
	return NULL;
}

static void ask(struct mlv_credentials *c)
{
	static char arn[] = "arn:aws:iam::1:role/r", key[] = "role_arn", name[] = "p", word[] = "k";
	struct mlv_profile_pair pair = { key, arn, true };
	const struct mlv_profile profile = { .name = name, .pairs = &pair, .count = 1 };
	const struct mlv_keys base = { .access_key = word, .secret_key = word };
	MLV_SCOPED(mlv_keys_release) struct mlv_keys role = { 0 }, box = { 0 }, instance = { 0 };

	if (!mlv_keys_by_role(c, &profile, &base, &role) &&
	    (!role.access_key || !role.secret_key || !role.token))
		abort();
	if (!mlv_keys_by_container(c, &box) && (!box.access_key || !box.secret_key))
		abort();
	if (!mlv_keys_by_instance(c, &instance) && !instance.access_key != !instance.secret_key)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static char profile[] = "p";
	struct mlv_ctx ctx;
	struct mlv_credentials c = { .ctx = &ctx, .profile = profile };

	mlv_ctx_init_quiet(&ctx);
	ctx.env = environment;
	c.services = c.local = (struct mlv_http){ .ctx = &ctx, .ops = &net_ops };
	answer = data;
	answer_len = size;
	mlv_retry_reset();
	ask(&c);
	return 0;
}
