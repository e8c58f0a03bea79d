/*
 * ere.h - extended regular expressions that nobody can make slow.
 *
 * The syntax of POSIX ERE: . [] [^] [:class:] () | * + ? {m,n} ^ $ and a
 * backslash before what is special. No back references. A pattern becomes a
 * machine of bounded size that is run over all its states at once (Thompson,
 * CACM 11, 1968), so that time is linear in the text, whatever the pattern.
 * Texts are UTF-8; a byte that is not is a character by itself. The same in
 * every locale: classes are those of ASCII.
 *
 * Threads     a machine is used by one thread at a time.
 * Ownership   mlv_ere_freep().
 */
#ifndef MLV_EVAL_ERE_H
#define MLV_EVAL_ERE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

#define MLV_ERE_STATES 4000 /* of a machine */

struct mlv_ere;

/* MLV_E_SPEC with what is wrong, and *at, the byte of the pattern where; also when it is too large. */
mlv_err mlv_ere_new(struct mlv_ere **out, const char *pattern, size_t len, size_t *at) MLV_CHECK;
void mlv_ere_freep(struct mlv_ere **ere);
/* Whether some part of the text matches. */
bool mlv_ere_matches(struct mlv_ere *ere, const char *text, size_t len);

#endif
