#include "remote/settings.h"

#include <strings.h>

#include "remote/url.h"

const char *mlv_setting(const struct mlv_remote_settings *settings, const char *option)
{
	bool from_repo = false;

	return settings->setting ? settings->setting(settings->arg, option, &from_repo) : NULL;
}

const char *mlv_setting_own(const struct mlv_remote_settings *settings, const char *option)
{
	bool from_repo = false;
	const char *value = settings->setting
				    ? settings->setting(settings->arg, option, &from_repo)
				    : NULL;

	return from_repo ? NULL : value;
}

mlv_err mlv_setting_secret(const struct mlv_remote_settings *settings, const char *option,
			   const char **value)
{
	*value = mlv_setting_own(settings, option);
	if (*value || !mlv_setting(settings, option))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED,
					"%s is set in the repository, where no credential may be", option),
			      "mlv config --local remote.%s.%s VALUE", settings->name, option);
}

mlv_err mlv_setting_login(const struct mlv_remote_settings *settings, const char *option,
			  const char **value)
{
	mlv_err err = mlv_setting_secret(settings, option, value);

	return err ? mlv_error_wrap(err, "remote %s", settings->name) : NULL;
}

mlv_err mlv_setting_url_password(const struct mlv_remote_settings *settings,
				 const struct mlv_url *url, const char **password)
{
	if (url->password && mlv_setting(settings, "url") && !mlv_setting_own(settings, "url"))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: a password in its URL, "
						"which is in the repository", settings->name),
				      "mlv config --local remote.%s.password PASSWORD",
				      settings->name);
	*password = url->password;
	return NULL;
}

/* *truth is untouched when text is no boolean. */
static void parse_bool(const char *text, bool *truth)
{
	static const char *const words[] = { "false", "no", "off", "0", "true", "yes", "on", "1" };

	for (size_t i = 0; text && i < MLV_COUNT(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			*truth = i >= 4;
}

bool mlv_setting_bool(const struct mlv_remote_settings *settings, const char *option, bool otherwise)
{
	parse_bool(mlv_setting(settings, option), &otherwise);
	return otherwise;
}

bool mlv_setting_own_true(const struct mlv_remote_settings *settings, const char *option)
{
	bool truth = false;

	parse_bool(mlv_setting_own(settings, option), &truth);
	return truth;
}

bool mlv_setting_own_false(const struct mlv_remote_settings *settings, const char *option)
{
	bool truth = true;

	parse_bool(mlv_setting_own(settings, option), &truth);
	return !truth;
}
