/*
 * error.h - the one way in which a fallible function reports failure.
 *
 * A function that can fail returns mlv_err: NULL for success, else a pointer
 * to what went wrong. The pointer names a slot of the calling thread, good
 * for the next MLV_ERROR_SLOTS failures there: return it, wrap it, print it,
 * do not keep it. To carry a failure to another thread, or past other work
 * that may fail, copy the struct and give it back with mlv_error_copy().
 * Nothing here allocates, so being out of memory can be reported too.
 *
 * A message is one lower-case phrase without a full stop that names the path
 * or URL and what was tried. Where the user can mend it, mlv_error_hint()
 * adds a second line, "hint: ...", with what to type.
 */
#ifndef MLV_BASE_ERROR_H
#define MLV_BASE_ERROR_H

#include <stddef.h>

#include "core/base/attr.h"

#define MLV_ERROR_SLOTS 8
#define MLV_ERROR_TEXT 2048 /* bytes a message may take, hint and NUL included */

/*
 * code, JSON name, exit status, meaning. The name and the exit status are a
 * public interface: documented in mlv(1) and never renumbered.
 */
#define MLV_ERRC_TABLE(X)                                                              \
	X(MLV_E_NO, "no", 1, "the answer to the question asked is no")                 \
	X(MLV_E_USAGE, "usage", 2, "the command line is wrong")                        \
	X(MLV_E_SPEC, "bad_spec", 2, "a file written by hand does not follow its form") \
	X(MLV_E_MISSING, "missing", 3, "data or a file that is needed is not there")   \
	X(MLV_E_CORRUPT, "corrupt", 4, "stored bytes are not what their name promises") \
	X(MLV_E_REMOTE, "remote", 5, "a remote or a revision cannot be reached")       \
	X(MLV_E_LOCKED, "locked", 6, "another process holds a lock that is needed")    \
	X(MLV_E_SYSTEM, "system", 7, "the operating system refused")                   \
	X(MLV_E_REFUSED, "refused", 7, "going on could lose data or leave the repository") \
	X(MLV_E_FAILED, "failed", 7, "a command of a stage did not do what it is to do")  \
	X(MLV_E_NOMEM, "no_memory", 75, "memory is out")                               \
	X(MLV_E_NOSPACE, "no_space", 75, "a disk or a quota is full")                  \
	X(MLV_E_INTERRUPTED, "interrupted", 130, "the user asked to stop")

enum mlv_errc {
#define X(code, name, status, meaning) code,
	MLV_ERRC_TABLE(X)
#undef X
};

struct mlv_error {
	enum mlv_errc code;
	int os_errno; /* 0 unless a system call failed */
	char msg[MLV_ERROR_TEXT];
};

typedef const struct mlv_error *mlv_err;

/* A failure of our own finding. */
mlv_err mlv_error(enum mlv_errc code, const char *fmt, ...)
	MLV_PRINTF(2, 3) MLV_CHECK MLV_NEVER_NULL;

/*
 * A failed system call: call at once, while errno is still its own. The code
 * is MLV_E_NOSPACE for ENOSPC and EDQUOT, MLV_E_NOMEM for ENOMEM, else
 * MLV_E_SYSTEM.
 */
mlv_err mlv_error_sys(const char *fmt, ...) MLV_PRINTF(1, 2) MLV_CHECK MLV_NEVER_NULL;

/* Memory for what is out. */
mlv_err mlv_error_nomem(const char *what) MLV_CHECK MLV_NEVER_NULL;

/* The same failure, with what the caller was about put before it. */
mlv_err mlv_error_wrap(mlv_err cause, const char *fmt, ...)
	MLV_PRINTF(2, 3) MLV_CHECK MLV_NEVER_NULL;

/* The same failure under another code: where a caller knows better what it means. */
mlv_err mlv_error_recode(mlv_err cause, enum mlv_errc code) MLV_CHECK MLV_NEVER_NULL;

/* The same failure with a second line, "hint: " and the text. A hint already there stays. */
mlv_err mlv_error_hint(mlv_err cause, const char *fmt, ...)
	MLV_PRINTF(2, 3) MLV_CHECK MLV_NEVER_NULL;

/*
 * A full disk is told with its place (may be NULL), where the message does not
 * name it, and with what to do there. Any other failure, and NULL, stays as it is.
 */
mlv_err mlv_error_no_room(mlv_err err, const char *place, const char *hint) MLV_CHECK;

/* How long the message is without its hint, for where what to do is told once for many. */
size_t mlv_error_len_without_hint(mlv_err err) MLV_CHECK;

/* The failure kept in *kept, as one of the calling thread. */
mlv_err mlv_error_copy(const struct mlv_error *kept) MLV_CHECK MLV_NEVER_NULL;

const char *mlv_errc_name(enum mlv_errc code);
int mlv_errc_exit_status(enum mlv_errc code);

#endif
