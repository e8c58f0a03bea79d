/*
 * never_null.h - for clang's analyser, which does not read returns_nonnull: what
 * makes a failure has failed. Else each "return mlv_error(...)" might be a success
 * to it, whose results the caller goes on to use.
 */
#include "core/base/error.h"
#ifdef PIPELINE /* what is analysed is of core/repo/pipeline */
#include "core/repo/pipeline/parts.h"
#endif

/* Not a function: the analyser follows calls only so deep. */
#define mlv_failure_(call)                    \
	__extension__({                       \
		mlv_err err_ = (call);        \
		if (!err_)                    \
			__builtin_unreachable(); \
		err_;                         \
	})

#define mlv_error(...)		      mlv_failure_(mlv_error(__VA_ARGS__))
#define mlv_error_sys(...)	      mlv_failure_(mlv_error_sys(__VA_ARGS__))
#define mlv_error_nomem(what)	      mlv_failure_(mlv_error_nomem(what))
#define mlv_error_wrap(...)	      mlv_failure_(mlv_error_wrap(__VA_ARGS__))
#define mlv_error_recode(cause, code) mlv_failure_(mlv_error_recode(cause, code))
#define mlv_error_hint(...)	      mlv_failure_(mlv_error_hint(__VA_ARGS__))
#define mlv_source_error(...)	      mlv_failure_(mlv_source_error(__VA_ARGS__))
#define mlv_error_copy(kept)	      mlv_failure_(mlv_error_copy(kept))
