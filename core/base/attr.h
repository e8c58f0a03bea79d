/* attr.h - the compiler attributes the house style relies on. */
#ifndef MLV_BASE_ATTR_H
#define MLV_BASE_ATTR_H

#include <string.h>

/* The result must be looked at. */
#define MLV_CHECK __attribute__((warn_unused_result))

/* Never NULL: lets compiler and analyser see that a failure was returned. */
#define MLV_NEVER_NULL __attribute__((returns_nonnull))

/* printf-like: F is the format's position, A the first argument's. */
#define MLV_PRINTF(f, a) __attribute__((format(printf, f, a)))

/*
 * Run fn(&variable) when the variable leaves scope, on every path.
 * The variable must be initialised where it is declared.
 */
#define MLV_SCOPED(fn) __attribute__((cleanup(fn)))

/* Move a pointer out of a scoped variable, which is left NULL. */
#define MLV_TAKE(ptr) mlv_take_(&(ptr))

static inline void *mlv_take_(void *slot)
{
	void *taken, *nothing = NULL;

	memcpy(&taken, slot, sizeof(taken));
	memcpy(slot, &nothing, sizeof(nothing));
	return taken;
}

/* How many elements an array (not a pointer) has. */
#define MLV_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
