#include "core/base/context.h"

#include <stdarg.h>
#include <stdio.h>

void mlv_tell_begin(struct mlv_ctx *ctx, const char *phase, uint64_t items, uint64_t bytes)
{
	ctx->tell(ctx, &(struct mlv_event){ MLV_EVENT_BEGIN, phase, items, bytes });
}

void mlv_tell_advance(struct mlv_ctx *ctx, uint64_t items, uint64_t bytes)
{
	ctx->tell(ctx, &(struct mlv_event){ MLV_EVENT_ADVANCE, NULL, items, bytes });
}

void mlv_tell_grow(struct mlv_ctx *ctx, uint64_t items, uint64_t bytes)
{
	ctx->tell(ctx, &(struct mlv_event){ MLV_EVENT_GROW, NULL, items, bytes });
}

void mlv_tell_end(struct mlv_ctx *ctx)
{
	ctx->tell(ctx, &(struct mlv_event){ MLV_EVENT_END, NULL, 0, 0 });
}

static void MLV_PRINTF(3, 0)
tell_text(struct mlv_ctx *ctx, enum mlv_event_type type, const char *fmt, va_list ap)
{
	char text[MLV_ERROR_TEXT];

	vsnprintf(text, sizeof(text), fmt, ap);
	ctx->tell(ctx, &(struct mlv_event){ type, text, 0, 0 });
}

void mlv_tell_warning(struct mlv_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_text(ctx, MLV_EVENT_WARNING, fmt, ap);
	va_end(ap);
}

void mlv_tell_detail(struct mlv_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_text(ctx, MLV_EVENT_DETAIL, fmt, ap);
	va_end(ap);
}

mlv_err mlv_ctx_check_stop(struct mlv_ctx *ctx)
{
	if (!ctx->finishing && ctx->stop(ctx))
		return mlv_error(MLV_E_INTERRUPTED, "interrupted");
	return ctx->expired ? ctx->expired(ctx->expired_arg) : NULL;
}

static void tell_nobody(struct mlv_ctx *ctx, const struct mlv_event *event)
{
	(void)ctx;
	(void)event;
}

static bool never_stop(struct mlv_ctx *ctx)
{
	(void)ctx;
	return false;
}

static const char *empty_environment(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return NULL;
}

void mlv_ctx_init_quiet(struct mlv_ctx *ctx)
{
	*ctx = (struct mlv_ctx){
		.tell = tell_nobody,
		.stop = never_stop,
		.env = empty_environment,
		.cwd = "/",
		.jobs = 1,
	};
}
