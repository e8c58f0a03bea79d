/* Values as they stand in texts and commands. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/repo/pipeline/template.h"

/* The shortest digits that read back the same, as Python shows numbers: 0.1, 1e-05, 100.0. */
static mlv_err add_real(double number, struct mlv_buf *to)
{
	char digits[40], *mark;
	int exponent, precision = 1;

	if (isnan(number))
		return mlv_buf_add_str(to, "nan");
	if (isinf(number))
		return mlv_buf_add_str(to, number > 0 ? "inf" : "-inf");
	do
		snprintf(digits, sizeof(digits), "%.*e", precision - 1, number);
	while (strtod(digits, NULL) != number && ++precision <= 17);
	mark = strchr(digits, 'e');
	exponent = mark ? (int)strtol(mark + 1, NULL, 10) : 0;
	if (exponent < -4 || exponent >= 16)
		return mlv_buf_add_str(to, digits);
	precision = precision - 1 - exponent;
	return mlv_buf_printf(to, "%.*f", precision > 0 ? precision : 1, number);
}

mlv_err mlv_template_scalar(const struct mlv_value *value, struct mlv_buf *to)
{
	switch (value->type) {
	case MLV_VALUE_NULL:
		return mlv_buf_add_str(to, "None");
	case MLV_VALUE_BOOL:
		return mlv_buf_add_str(to, value->boolean ? "true" : "false");
	case MLV_VALUE_INT:
		return mlv_buf_printf(to, "%lld", (long long)value->integer);
	case MLV_VALUE_REAL:
		/* An integer past 64 bits. */
		if (value->text_len && strspn(value->text, "-0123456789") == value->text_len)
			return mlv_buf_add(to, value->text, value->text_len);
		return add_real(value->real, to);
	default:
		return value->text ? mlv_buf_add(to, value->text, value->text_len) : NULL;
	}
}

/* A text as one word of a shell. */
static mlv_err add_word(const struct mlv_value *value, struct mlv_buf *to)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789@%+=:,./-_";
	mlv_err err;

	if (value->type != MLV_VALUE_TEXT)
		return mlv_template_scalar(value, to);
	if (value->text_len && strspn(value->text, safe) == value->text_len)
		return mlv_buf_add(to, value->text, value->text_len);
	if ((err = mlv_buf_add_char(to, '\'')))
		return err;
	for (size_t i = 0; i < value->text_len && !err; i++)
		err = value->text[i] == '\'' ? mlv_buf_add_str(to, "'\"'\"'")
					     : mlv_buf_add_char(to, value->text[i]);
	return err ? err : mlv_buf_add_char(to, '\'');
}

static mlv_err add_list(const char *key, const struct mlv_value *list,
			const struct mlv_flag_style *style, struct mlv_buf *to, const char **bad)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < list->count && !err; i++) {
		const struct mlv_value *item = list->items[i];

		if (item->type == MLV_VALUE_LIST || item->type == MLV_VALUE_MAP) {
			*bad = key;
			return NULL;
		}
		if (i == 0 || style->append)
			err = mlv_buf_printf(to, "%s--%s ", to->len ? " " : "", key);
		else
			err = mlv_buf_add_char(to, ' ');
		if (!err)
			err = add_word(item, to);
	}
	return err;
}

static mlv_err add_flags(const struct mlv_value *map, const struct mlv_flag_style *style,
			 struct mlv_buf *name, struct mlv_buf *to, const char **bad)
{
	size_t outer = name->len;
	mlv_err err = NULL;

	for (size_t i = 0; i < map->count && !err && !*bad; i++) {
		const struct mlv_value *item = map->items[i];
		const char *space = to->len ? " " : "";

		if ((err = mlv_buf_printf(name, "%s%s", outer ? "." : "", map->keys[i])))
			return err;
		if (item->type == MLV_VALUE_MAP)
			err = add_flags(item, style, name, to, bad);
		else if (item->type == MLV_VALUE_LIST)
			err = add_list(name->ptr, item, style, to, bad);
		else if (item->type != MLV_VALUE_BOOL)
			err = mlv_buf_printf(to, "%s--%s ", space, name->ptr);
		else if (item->boolean || style->no_flags)
			err = mlv_buf_printf(to, "%s--%s%s", space, item->boolean ? "" : "no-",
					     name->ptr);
		if (!err && item->type < MLV_VALUE_LIST && item->type != MLV_VALUE_BOOL)
			err = add_word(item, to);
		if (*bad)
			*bad = map->keys[i];
		mlv_buf_truncate(name, outer);
	}
	return err;
}

mlv_err mlv_template_flags(const struct mlv_value *map, const struct mlv_flag_style *style,
			   struct mlv_buf *to, const char **bad)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, flags = MLV_BUF_INIT;
	mlv_err err;

	*bad = NULL;
	if ((err = add_flags(map, style, &name, &flags, bad)) || *bad)
		return err;
	return mlv_buf_add(to, flags.ptr, flags.len);
}
