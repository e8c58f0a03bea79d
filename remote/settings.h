/*
 * settings.h - reading what a remote's configuration says (struct mlv_remote_settings).
 *
 * An option may stand in the repository's own file, which comes with a clone.
 * What is "own" here stands elsewhere: the user, or who keeps the machine, set it.
 */
#ifndef MLV_REMOTE_SETTINGS_H
#define MLV_REMOTE_SETTINGS_H

#include "remote/transport.h"

/* The value, whoever set it; NULL: it is not set. */
const char *mlv_setting(const struct mlv_remote_settings *settings, const char *option);
/* The value, unless it came with the repository. */
const char *mlv_setting_own(const struct mlv_remote_settings *settings, const char *option);
/* The same of a secret: MLV_E_REFUSED when it stands in the repository. */
mlv_err mlv_setting_secret(const struct mlv_remote_settings *settings, const char *option,
			   const char **value) MLV_CHECK;
/* The same, the refusal naming the remote. */
mlv_err mlv_setting_login(const struct mlv_remote_settings *settings, const char *option,
			  const char **value) MLV_CHECK;
/* The password in url, which is what "url" says; NULL: none. The same refusal. */
struct mlv_url;
mlv_err mlv_setting_url_password(const struct mlv_remote_settings *settings,
				 const struct mlv_url *url, const char **password) MLV_CHECK;
/* "true", "yes", "on", "1" and their contraries, whoever set it; else otherwise. */
bool mlv_setting_bool(const struct mlv_remote_settings *settings, const char *option, bool otherwise);
/* Whether the user set it to true; to false. */
bool mlv_setting_own_true(const struct mlv_remote_settings *settings, const char *option);
bool mlv_setting_own_false(const struct mlv_remote_settings *settings, const char *option);

#endif
