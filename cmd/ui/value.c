#include "cmd/ui/value.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/yaml.h"
#include "core/eval/frame.h"

#define YAML_MAX ((size_t)64 << 20) /* bytes of a file that an option names */

mlv_err mlv_option_real(const char *option, const char *text, double low, double high, double *value)
{
	double number = 0;

	if (!text)
		return NULL;
	if (mlv_number_parse(text, strlen(text), &number) && isfinite(number) && number >= low &&
	    number <= high) {
		*value = number;
		return NULL;
	}
	if (isinf(high))
		return mlv_error(MLV_E_USAGE, "%s must be a number from %g on, not '%s'", option, low,
				 text);
	return mlv_error(MLV_E_USAGE, "%s must be a number from %g to %g, not '%s'", option, low, high,
			 text);
}

mlv_err mlv_option_choice(const char *option, const char *text, const char *const *words, size_t count,
			  size_t *choice)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf all = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (size_t i = 0; text && i < count; i++)
		if (strcmp(words[i], text) == 0) {
			*choice = i;
			return NULL;
		}
	for (size_t i = 0; text && i < count && !err; i++)
		err = mlv_buf_printf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	if (err || !text)
		return err;
	return mlv_error(MLV_E_USAGE, "%s must be %s, not '%s'", option, all.ptr, text);
}

mlv_err mlv_option_yaml(struct mlv_ctx *ctx, const char *path, struct mlv_value **root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(YAML_MAX), absolute = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_path_absolute(&absolute, ctx->cwd, path)) ||
	    (err = mlv_fs_read(AT_FDCWD, absolute.ptr, &text)))
		return err;
	return mlv_yaml_parse(path, text.ptr, text.len, root);
}
