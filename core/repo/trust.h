/*
 * trust.h - which remotes of which repositories the user has vouched for.
 *
 * A URL that comes with a clone may be anybody's. It gets credentials, or is
 * written to as a directory outside the repository, only after the user added
 * it ("mlv remote add") or said "mlv remote trust NAME". What was said is kept
 * at user level, in mlv/trust beside the user's settings, one line each:
 *
 *   <repository's root> TAB <name of the remote> TAB <url>
 *
 * (instead of a root the URL of the git repository, where that was brought to
 * import from it).
 *
 * It holds for that URL (with the endpoint that the repository names) and is
 * void when either changes. A URL set at another level than the repository's
 * is the user's own word and needs no line.
 *
 * Threads   as the repository's handle.
 */
#ifndef MLV_REPO_TRUST_H
#define MLV_REPO_TRUST_H

#include "core/repo/repo.h"

/* Whether the remote of this name, as it is set now, is trusted. */
mlv_err mlv_trust_check(struct mlv_repo *repo, const char *name, bool *trusted) MLV_CHECK;
/* Trust it as it is set now, durably. MLV_E_MISSING when there is no such remote. */
mlv_err mlv_trust_add(struct mlv_repo *repo, const char *name) MLV_CHECK;

#endif
