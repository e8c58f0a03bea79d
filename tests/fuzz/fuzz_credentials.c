/*
 * Any bytes are a file of profiles, a command to split, a time, and what those
 * who give keys answer; the first byte says which of the two kinds of file.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/http/header.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void look(const struct mlv_profile *profile)
{
	for (size_t i = 0; i < profile->count; i++) {
		const struct mlv_profile_pair *pair = &profile->pairs[i];

		if (strchr(pair->key, '=') || strchr(pair->key, '\n') || strchr(pair->value, '\n'))
			abort();
		if (pair->value[0] && !mlv_profile_get_in(profile, pair->of_config, pair->key) &&
		    i + 1 == profile->count)
			abort();
	}
}

static void as_text(const char *text)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs words = { 0 };
	time_t when;

	if (!mlv_process_split(text, &words))
		for (size_t i = 0; i < words.count; i++)
			if (strlen(words.at[i]) > strlen(text))
				abort();
	if (mlv_http_timestamp(text, &when) && strlen(text) < 20)
		abort();
}

/* Keys are both there or it is refused. */
static void as_answer(const unsigned char *bytes, size_t size)
{
	static const struct mlv_answer_form forms[] = {
		{ .has_version = true, .access_key = "AccessKeyId", .secret_key = "SecretAccessKey",
		  .token = "SessionToken", .expires = "Expiration" },
		{ .inside = "roleCredentials", .access_key = "accessKeyId",
		  .secret_key = "secretAccessKey", .token = "sessionToken", .expires = "expiration" },
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_INIT, text = MLV_BUF_INIT;
	bool there = false;

	if (mlv_buf_add(&answer, bytes, size))
		return;
	for (size_t i = 0; i < MLV_COUNT(forms); i++) {
		MLV_SCOPED(mlv_keys_release) struct mlv_keys keys = { 0 };

		if (!mlv_keys_from_json("it", &answer, &forms[i], &keys) &&
		    (!keys.access_key || !keys.secret_key))
			abort();
	}
	if (!mlv_answer_text("it", &answer, "accessToken", &text, &there) && there != (text.len > 0))
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_profiles_release) struct mlv_profiles profiles = { 0 };
	MLV_SCOPED(mlv_mem_free) char *text = NULL;

	if (size == 0)
		return 0;
	if (mlv_profiles_parse(&profiles, (const char *)data + 1, size - 1, data[0] & 1))
		return 0;
	for (size_t i = 0; i < profiles.count; i++)
		look(&profiles.at[i]);
	text = mlv_sys_strndup((const char *)data + 1, size - 1);
	if (text)
		as_text(text);
	as_answer(data + 1, size - 1);
	return 0;
}
