/*
 * retry.h - how long to wait before a request is sent again, and when to give up.
 *
 * Model    The wait before the nth repetition is a random part of
 *          min(base * 2^(n-1), 20 s), base being 0.1 s, or 1 s where the server
 *          asked to slow down ("full jitter"); what the server says in
 *          Retry-After is waited at least, up to 60 s. A request is sent ten
 *          times at most, four times where no connection is made and none was
 *          made before, or where the answer makes no sense; twice where a host has
 *          no address, which the resolver asks for several times itself (four
 *          times where a connection was made before). A budget of the whole
 *          process bounds the repetitions of all requests together: it
 *          holds 500, a repetition costs 5, one after a timeout 10, and a
 *          success gives 1 back; when it is empty a failure is final. So a run
 *          against a dead server ends.
 * Clock    MLV_TEST_CLOCK=virtual in the environment: no wait takes time.
 *          MLV_TEST_SEED=N: the random parts are those of N.
 * Threads  a struct mlv_retry belongs to one thread; the budget is shared.
 */
#ifndef MLV_REMOTE_RETRY_H
#define MLV_REMOTE_RETRY_H

#include "core/base/context.h"

#define MLV_RETRY_ATTEMPTS       10
#define MLV_RETRY_UNREACHABLE    4
#define MLV_RETRY_UNKNOWN        2
#define MLV_RETRY_SENSELESS      4
#define MLV_RETRY_BUDGET         500
#define MLV_RETRY_AFTER_MAX      ((uint64_t)60000) /* ms */

enum mlv_retry_why {
	MLV_RETRY_BROKEN,      /* the connection broke, or the server failed */
	MLV_RETRY_TIMEOUT,     /* nothing came for long */
	MLV_RETRY_THROTTLED,   /* the server asked to slow down */
	MLV_RETRY_UNREACHED,   /* no connection was made */
	MLV_RETRY_UNRESOLVED,  /* ... because the host's address is not known */
	MLV_RETRY_ODD,         /* the answer makes no sense */
};

struct mlv_retry {
	struct mlv_ctx *ctx;
	unsigned attempts; /* that failed */
	uint64_t random;   /* state of the generator */
};

void mlv_retry_begin(struct mlv_retry *retry, struct mlv_ctx *ctx);
/*
 * A request failed: wait, then *again is true; or it is false, and the failure
 * final. after_ms is what the server asked for, 0: nothing. Fails only with
 * MLV_E_INTERRUPTED.
 */
mlv_err mlv_retry_wait(struct mlv_retry *retry, enum mlv_retry_why why, uint64_t after_ms,
		       bool *again) MLV_CHECK;
/* A request succeeded. */
void mlv_retry_succeeded(struct mlv_retry *retry);

/* For tests: ms that the virtual clock stands at; the budget, as it is and as it was at first. */
uint64_t mlv_retry_virtual_ms(void);
int mlv_retry_budget(void);
void mlv_retry_reset(void);

#endif
