#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local struct mlv_error slots[MLV_ERROR_SLOTS];
static _Thread_local unsigned next_slot;

static const struct {
	const char *name;
	int exit_status;
} errc_table[] = {
#define X(code, name, status, meaning) [code] = { name, status },
	MLV_ERRC_TABLE(X)
#undef X
};

static struct mlv_error *take_slot(enum mlv_errc code, int os_errno)
{
	struct mlv_error *e = &slots[next_slot++ % MLV_ERROR_SLOTS];

	e->code = code;
	e->os_errno = os_errno;
	e->msg[0] = '\0';
	return e;
}

/* Put glue and tail after what msg holds, cut to fit. */
static void append(struct mlv_error *e, const char *glue, const char *tail)
{
	size_t used = strlen(e->msg);

	snprintf(e->msg + used, sizeof(e->msg) - used, "%s%s", glue, tail);
}

static enum mlv_errc code_of_errno(int os_errno)
{
	switch (os_errno) {
	case ENOSPC:
	case EDQUOT:
		return MLV_E_NOSPACE;
	case ENOMEM:
		return MLV_E_NOMEM;
	case EINTR: /* by a signal that asks to stop: no other is caught */
		return MLV_E_INTERRUPTED;
	default:
		return MLV_E_SYSTEM;
	}
}

mlv_err mlv_error(enum mlv_errc code, const char *fmt, ...)
{
	struct mlv_error *e = take_slot(code, 0);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return e;
}

mlv_err mlv_error_sys(const char *fmt, ...)
{
	int saved = errno;
	struct mlv_error *e = take_slot(code_of_errno(saved), saved);
	char reason[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	if (strerror_r(saved, reason, sizeof(reason)) == 0)
		append(e, ": ", reason);
	return e;
}

mlv_err mlv_error_nomem(const char *what)
{
	return mlv_error(MLV_E_NOMEM, "no memory for %s", what);
}

mlv_err mlv_error_wrap(mlv_err cause, const char *fmt, ...)
{
	struct mlv_error *e = take_slot(cause->code, cause->os_errno);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	append(e, ": ", cause->msg);
	return e;
}

mlv_err mlv_error_recode(mlv_err cause, enum mlv_errc code)
{
	struct mlv_error *e = take_slot(code, cause->os_errno);

	append(e, "", cause->msg);
	return e;
}

mlv_err mlv_error_hint(mlv_err cause, const char *fmt, ...)
{
	struct mlv_error *e = take_slot(cause->code, cause->os_errno);
	char text[MLV_ERROR_TEXT / 2];
	va_list ap;

	append(e, "", cause->msg);
	if (strstr(e->msg, "\nhint: "))
		return e;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	append(e, "\nhint: ", text);
	return e;
}

mlv_err mlv_error_no_room(mlv_err err, const char *place, const char *hint)
{
	if (!err || err->code != MLV_E_NOSPACE)
		return err;
	if (place && !strstr(err->msg, place))
		err = mlv_error_wrap(err, "%s", place);
	return mlv_error_hint(err, "%s", hint);
}

size_t mlv_error_len_without_hint(mlv_err err)
{
	const char *hint = strstr(err->msg, "\nhint: ");

	return hint ? (size_t)(hint - err->msg) : strlen(err->msg);
}

mlv_err mlv_error_copy(const struct mlv_error *kept)
{
	struct mlv_error *e = take_slot(kept->code, kept->os_errno);

	append(e, "", kept->msg);
	return e;
}

const char *mlv_errc_name(enum mlv_errc code)
{
	return errc_table[code].name;
}

int mlv_errc_exit_status(enum mlv_errc code)
{
	return errc_table[code].exit_status;
}
