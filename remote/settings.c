#include "remote/settings.h"

#include <strings.h>

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
