/* credentials/source.c - which source of keys is the one, and roles that rest on other sources. */
#include "remote/credentials/impl.h"

#define ROLES_MOST 5 /* that rest on each other */

const char *mlv_credentials_env(const struct mlv_credentials *c, const char *name)
{
	const char *value = c->ctx->env(c->ctx, name);

	return value && value[0] ? value : NULL;
}

bool mlv_credentials_env_true(const struct mlv_credentials *c, const char *name)
{
	const char *value = mlv_credentials_env(c, name);

	return value && (strcmp(value, "true") == 0 || strcmp(value, "True") == 0 ||
			 strcmp(value, "TRUE") == 0);
}

enum mlv_source_kind mlv_source_of_machine(const struct mlv_credentials *c)
{
	if (mlv_credentials_env(c, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
	    mlv_credentials_env(c, "AWS_CONTAINER_CREDENTIALS_FULL_URI"))
		return MLV_SOURCE_CONTAINER;
	return mlv_credentials_env_true(c, "AWS_EC2_METADATA_DISABLED") ? MLV_SOURCE_NONE
								       : MLV_SOURCE_INSTANCE;
}

/* Whether the profile has keys itself in one of the two files; half of a pair is MLV_E_SPEC. */
static mlv_err has_keys_in(const struct mlv_profile *profile, bool config, bool *has)
{
	*has = mlv_profile_get_in(profile, config, "aws_access_key_id") != NULL;
	if (*has == (mlv_profile_get_in(profile, config, "aws_secret_access_key") != NULL))
		return NULL;
	return mlv_error(MLV_E_SPEC, "profile %s has an access key without its other half",
			 profile->name);
}

static mlv_err has_keys(const struct mlv_profile *profile, bool *has)
{
	mlv_err err = has_keys_in(profile, false, has);

	return err || *has ? err : has_keys_in(profile, true, has);
}

mlv_err mlv_source_of_profile(const struct mlv_credentials *c, const char *name,
			      enum mlv_source_kind *kind)
{
	const struct mlv_profile *profile =
		mlv_profiles_find(&c->profiles, MLV_PROFILE, name ? name : c->profile);
	bool by_env = !name && !c->explicit_profile, keys;
	const char *token_file = mlv_profile_get(profile, "web_identity_token_file");
	mlv_err err;

	*kind = MLV_SOURCE_NONE;
	if (mlv_profile_get(profile, "role_arn") && !token_file)
		*kind = MLV_SOURCE_ROLE;
	else if (token_file || (by_env && mlv_credentials_env(c, "AWS_WEB_IDENTITY_TOKEN_FILE")))
		*kind = MLV_SOURCE_WEB_IDENTITY;
	else if (mlv_profile_get(profile, "sso_session") || mlv_profile_get(profile, "sso_start_url"))
		*kind = MLV_SOURCE_SSO;
	if (*kind != MLV_SOURCE_NONE || !profile)
		return NULL;
	err = has_keys_in(profile, false, &keys);
	if (!err && !keys && mlv_profile_get(profile, "credential_process")) {
		*kind = MLV_SOURCE_PROCESS;
		return NULL;
	}
	if (!err)
		err = has_keys(profile, &keys);
	if (!err && keys)
		*kind = MLV_SOURCE_PROFILE;
	return err;
}

/* Keys that stand in a profile; all of them from one of the two files. */
static mlv_err from_profile(const struct mlv_profile *profile, struct mlv_keys *keys)
{
	bool config = !mlv_profile_get_in(profile, false, "aws_access_key_id");
	mlv_err err;

	if ((err = mlv_keys_set(&keys->access_key,
				mlv_profile_get_in(profile, config, "aws_access_key_id"))) ||
	    (err = mlv_keys_set(&keys->secret_key,
				mlv_profile_get_in(profile, config, "aws_secret_access_key"))))
		return err;
	return mlv_keys_set(&keys->token, mlv_profile_get_in(profile, config, "aws_session_token"));
}

/* ---- a role: by whose credentials ---- */

static mlv_err by_credential_source(struct mlv_credentials *c, const struct mlv_profile *profile,
				    struct mlv_keys *keys)
{
	const char *source = mlv_profile_get(profile, "credential_source");
	mlv_err err;

	if (strcmp(source, "Ec2InstanceMetadata") == 0)
		return mlv_keys_by_instance(c, keys);
	if (strcmp(source, "EcsContainer") == 0)
		return mlv_keys_by_container(c, keys);
	if (strcmp(source, "Environment") != 0)
		return mlv_error(MLV_E_SPEC, "profile %s: credential_source is none of Environment, "
				 "Ec2InstanceMetadata, EcsContainer", profile->name);
	if ((err = mlv_keys_set(&keys->access_key, mlv_credentials_env(c, "AWS_ACCESS_KEY_ID"))) ||
	    (err = mlv_keys_set(&keys->secret_key, mlv_credentials_env(c, "AWS_SECRET_ACCESS_KEY"))))
		return err;
	return mlv_keys_set(&keys->token, mlv_credentials_env(c, "AWS_SESSION_TOKEN"));
}

static mlv_err by_source_profile(struct mlv_credentials *c, const struct mlv_profile *profile,
				 unsigned depth, struct mlv_keys *keys)
{
	const char *name = mlv_profile_get(profile, "source_profile");
	const struct mlv_profile *source = mlv_profiles_find(&c->profiles, MLV_PROFILE, name);
	enum mlv_source_kind kind;
	bool has = false;
	mlv_err err;

	if (!source)
		return mlv_error(MLV_E_SPEC, "profile %s: its source_profile %s is not there",
				 profile->name, name);
	if ((err = has_keys(source, &has)))
		return err;
	/* Keys of a profile come before its role here, so that it can be its own source. */
	if (has)
		return from_profile(source, keys);
	if (depth >= ROLES_MOST || source == profile)
		return mlv_error(MLV_E_SPEC, "profile %s: its source profiles lead in a circle",
				 profile->name);
	if ((err = mlv_source_of_profile(c, name, &kind)))
		return err;
	if (kind == MLV_SOURCE_NONE)
		return mlv_error(MLV_E_SPEC, "profile %s: its source_profile %s has no credentials",
				 profile->name, name);
	return mlv_source_ask(c, kind, name, depth + 1, keys);
}

static mlv_err by_role(struct mlv_credentials *c, const struct mlv_profile *profile, unsigned depth,
		       struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_keys_release) struct mlv_keys base = { 0 };
	bool by_profile = mlv_profile_get(profile, "source_profile") != NULL;
	bool by_source = mlv_profile_get(profile, "credential_source") != NULL;
	mlv_err err;

	if (by_profile == by_source)
		return mlv_error(MLV_E_SPEC, "profile %s: role_arn wants one of source_profile and "
				 "credential_source", profile->name);
	if (mlv_profile_get(profile, "mfa_serial"))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "profile %s: its role wants a code "
						"(mfa_serial), and mlv asks for none", profile->name),
				      "eval \"$(aws configure export-credentials --profile %s "
				      "--format env)\"", profile->name);
	err = by_profile ? by_source_profile(c, profile, depth, &base)
			 : by_credential_source(c, profile, &base);
	if (err)
		return err;
	if (!base.access_key || !base.secret_key)
		return mlv_error(MLV_E_REMOTE, "profile %s: its credential_source %s has no credentials",
				 profile->name, mlv_profile_get(profile, "credential_source"));
	return mlv_keys_by_role(c, profile, &base, keys);
}

mlv_err mlv_source_ask(struct mlv_credentials *c, enum mlv_source_kind kind, const char *name,
		       unsigned depth, struct mlv_keys *keys)
{
	const struct mlv_profile *profile = mlv_profiles_find(&c->profiles, MLV_PROFILE, name);

	switch (kind) {
	case MLV_SOURCE_NONE:
	case MLV_SOURCE_FIXED:
		return NULL;
	case MLV_SOURCE_ROLE:
		return by_role(c, profile, depth, keys);
	case MLV_SOURCE_WEB_IDENTITY:
		return mlv_keys_by_web_identity(c, profile, keys);
	case MLV_SOURCE_SSO:
		return mlv_keys_by_sso(c, profile, keys);
	case MLV_SOURCE_PROFILE:
		return from_profile(profile, keys);
	case MLV_SOURCE_PROCESS:
		return mlv_keys_by_process(c, profile, keys);
	case MLV_SOURCE_CONTAINER:
		return mlv_keys_by_container(c, keys);
	case MLV_SOURCE_INSTANCE:
		return mlv_keys_by_instance(c, keys);
	}
	return NULL;
}
