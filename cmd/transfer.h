/*
 * transfer.h - what push, fetch, pull and status -c share: which outputs of
 * which revisions are meant, the remote each goes to, and how it is told what
 * could not be moved.
 *
 * An output that names a remote of its own goes there and nowhere else; with
 * -r it takes part only if it is that one. What is `cache: false`, or `push:
 * false`, takes no part (a fetch that names it asks for it all the same, and a
 * check of the cache takes it in).
 */
#ifndef MLV_CMD_TRANSFER_H
#define MLV_CMD_TRANSFER_H

#include "cmd/cmd.h"
#include "core/base/strs.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"
#include "remote/remote.h"

struct mlv_transfer_args {
	const char *remote;
	uint64_t jobs;
	bool all_branches, all_tags, all_commits;
	bool glob;
	bool force;         /* pull */
	bool allow_missing; /* fetch, pull */
};

/* The rows of an option table that all of them have. */
#define MLV_TRANSFER_OPTS(type, args)                                                          \
	{ MLV_OPT_TEXT, 'r', "remote", offsetof(type, args.remote), "<name>", MLV_HINT_REMOTE, \
	  "use this remote (default: core.remote)" },                                          \
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(type, args.jobs), "<count>", MLV_HINT_NONE,     \
	  "requests at once (default: the remote's jobs, else 8)" },                           \
	MLV_TRANSFER_SCOPES(type, args)
#define MLV_TRANSFER_SCOPES(type, args)                                                        \
	{ MLV_OPT_FLAG, 'a', "all-branches", offsetof(type, args.all_branches), NULL,          \
	  MLV_HINT_NONE, "also what the tips of all branches track" },                         \
	{ MLV_OPT_FLAG, 'T', "all-tags", offsetof(type, args.all_tags), NULL, MLV_HINT_NONE,   \
	  "also what all tags track" },                                                        \
	{ MLV_OPT_FLAG, 'A', "all-commits", offsetof(type, args.all_commits), NULL,            \
	  MLV_HINT_NONE, "also what every commit of theirs tracks" }
#define MLV_TRANSFER_GLOB(type, args)                                                          \
	{ MLV_OPT_FLAG, 0, "glob", offsetof(type, args.glob), NULL, MLV_HINT_NONE,             \
	  "targets are patterns of tracked paths" }

/* Take the value of -j (0: not given) into the context. */
mlv_err mlv_transfer_jobs(struct mlv_run *run, uint64_t jobs) MLV_CHECK;
/* Open the repository, and take -j into the context. */
mlv_err mlv_transfer_begin(struct mlv_run *run, const struct mlv_transfer_args *args,
			   struct mlv_repo **repo) MLV_CHECK;

/* What goes to one remote. */
struct mlv_route {
	char *name; /* of the remote; NULL: the default one */
	struct mlv_want *wants;
	size_t count, cap;
};

struct mlv_routes {
	struct mlv_route *at;
	size_t count, cap;
	struct mlv_strs texts; /* labels and parts of the wants */
	const struct mlv_spares *spares; /* that a fetch makes; NULL: none */
};
void mlv_routes_release(struct mlv_routes *routes);

enum mlv_purpose { MLV_FOR_PUSH, MLV_FOR_FETCH, MLV_FOR_STATUS, MLV_FOR_FSCK };

/*
 * Find what operands (none: everything) mean in the work tree, and in the
 * revisions that args ask for. MLV_E_MISSING with a hint for what is tracked
 * in none of them.
 */
mlv_err mlv_routes_find(struct mlv_routes *routes, struct mlv_repo *repo,
			const struct mlv_transfer_args *args, char *const *operands,
			enum mlv_purpose purpose) MLV_CHECK;

/* What operands mean among outputs, patterns among them if args say so. */
mlv_err mlv_transfer_targets(struct mlv_repo *repo, const struct mlv_transfer_args *args,
			     char *const *operands, const struct mlv_outputs *outputs,
			     struct mlv_targets *targets) MLV_CHECK;

/* The name of a route's remote, the remote (the caller's to free) and the cache (the repository's). */
mlv_err mlv_route_open(struct mlv_run *run, struct mlv_repo *repo, const struct mlv_route *route,
		       struct mlv_buf *name, struct mlv_transport **remote,
		       struct mlv_store **cache) MLV_CHECK;

/* Where the trees that were seen at remotes are remembered (remote/receipts.h). */
mlv_err mlv_route_receipts(struct mlv_repo *repo, struct mlv_buf *path) MLV_CHECK;

/* The pieces that pull and the commands above share. */
typedef mlv_err (*mlv_transfer_fn)(struct mlv_store *cache, struct mlv_transport *remote,
				   const struct mlv_want *wants, size_t count,
				   struct mlv_transfer *transfer);

/* What all routes of a command came to. */
struct mlv_transfer_sum {
	uint64_t files, keys, bytes;
	uint64_t missing, corrupt;
	char remote[64]; /* of the last that had a problem */
};
/*
 * Run fn for each route. done names what happened to files in JSON ("pushed"):
 * writes that number, bytes and "remotes" into the object that is open, and
 * each problem as a line on stderr.
 */
mlv_err mlv_routes_run(struct mlv_run *run, struct mlv_repo *repo, struct mlv_routes *routes,
		       mlv_transfer_fn fn, const char *done,
		       struct mlv_transfer_sum *sum) MLV_CHECK;

/* How a fetch that came to sum ends: what is damaged or missing, and what to do. */
mlv_err mlv_fetch_judge(const struct mlv_transfer_sum *sum, bool allow_missing) MLV_CHECK;

/* "1 file", "3 files". */
const char *mlv_files_text(uint64_t files, char *to, size_t size);

#endif
