/*
 * origin_fetch.h - bringing what lies in another repository into a cache:
 * for get, import and update.
 *
 * It is looked for in the other repository's cache, where that lies on this
 * machine, then at the remotes that its outputs go to. All is verified.
 */
#ifndef MLV_CMD_ORIGIN_FETCH_H
#define MLV_CMD_ORIGIN_FETCH_H

#include "cmd/cmd.h"
#include "core/repo/origin.h"
#include "remote/lookup.h"

struct mlv_bring {
	struct mlv_run *run;
	struct mlv_origin *origin;
	struct mlv_finding *finding;
	struct mlv_store *cache; /* what it is brought into */
	const char *label;       /* what to call it in messages */
	bool name_only;          /* bring the manifests it takes to name it, and no more */
	bool *begun;             /* set once it is named and its data is to come; may be NULL */
};
/* Its id, and, durably in the cache, what that stands for. */
mlv_err mlv_bring(const struct mlv_bring *bring, struct mlv_output *output) MLV_CHECK;
/*
 * Where the object lies, at the first remote that has it: a file's, or a
 * directory's manifest. Appends the URL of the file or pack that it lies in.
 * MLV_E_MISSING: no remote has it, MLV_E_REFUSED: no URL has it whole.
 */
mlv_err mlv_bring_url(const struct mlv_bring *bring, struct mlv_spot *spot,
		      struct mlv_buf *url) MLV_CHECK;

#endif
