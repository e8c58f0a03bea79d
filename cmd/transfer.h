/*
 * transfer.h - what push, fetch, pull and status -c share: which outputs of
 * which revisions are meant, the remote each goes to, and how it is told what
 * could not be moved.
 *
 * A push sends to each of the remotes that -r names (none: core.remote does),
 * and one that fails does not keep the others from theirs. A fetch asks them in
 * order, the next one for what those before could not give.
 *
 * An output that names a remote of its own goes there and nowhere else; with
 * -r it takes part only if it is one of them. What is `cache: false`, or `push:
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
	const char *remote;          /* of a command that takes one */
	struct mlv_opt_list remotes; /* of one that takes several */
	uint64_t jobs;
	const char *bwlimit;
	bool all_branches, all_tags, all_commits;
	bool glob;
	bool force;         /* pull */
	bool allow_missing; /* fetch, pull */
	bool verify, repair; /* push */
	bool dry_run;
	bool run_cache;      /* push, fetch, pull */
	const char *max_size;      /* fetch */
	struct mlv_opt_list types; /* fetch: metrics, plots */
};

/* The rows of an option table that all of them have. */
#define MLV_TRANSFER_OPTS(type, args)                                                          \
	{ MLV_OPT_LIST, 'r', "remote", offsetof(type, args.remotes), "<name>",                 \
	  MLV_HINT_REMOTE, "use this remote, or these (default: core.remote)" },               \
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(type, args.jobs), "<count>", MLV_HINT_NONE,     \
	  "requests at once (default: the remote's jobs, else 8)" },                           \
	{ MLV_OPT_TEXT, 0, "bwlimit", offsetof(type, args.bwlimit), "<rate>", MLV_HINT_NONE,   \
	  "bytes a second at most, such as 500K (default: no limit)" },                        \
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

#define MLV_TRANSFER_DRY_RUN(type, args)                                                       \
	{ MLV_OPT_FLAG, 0, "dry-run", offsetof(type, args.dry_run), NULL, MLV_HINT_NONE,       \
	  "tell how much would be moved, and move nothing" }

#define MLV_TRANSFER_RUN_CACHE(type, args, text)                                               \
	{ MLV_OPT_FLAG, 0, "run-cache", offsetof(type, args.run_cache), NULL, MLV_HINT_NONE, text }

/* Take the value of -j (0: not given) into the context. */
mlv_err mlv_transfer_jobs(struct mlv_run *run, uint64_t jobs) MLV_CHECK;
/* Open the repository, and take -j and --bwlimit into the context. */
mlv_err mlv_transfer_begin(struct mlv_run *run, const struct mlv_transfer_args *args,
			   struct mlv_repo **repo) MLV_CHECK;

/* What goes to one remote. */
struct mlv_route {
	char *name;   /* of the remote; NULL: the default one */
	bool of_list; /* the others of the routes' list may stand in for it */
	struct mlv_want *wants;
	size_t count, cap;
};

struct mlv_routes {
	struct mlv_route *at;
	size_t count, cap;
	struct mlv_strs texts; /* labels and parts of the wants */
	struct mlv_strs list;  /* remotes of outputs that name none themselves */
	const struct mlv_transfer_args *args;
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

/* The same of these outputs, whoever names them, for a fetch. */
mlv_err mlv_routes_outputs(struct mlv_routes *routes, struct mlv_repo *repo,
			   const struct mlv_transfer_args *args,
			   const struct mlv_outputs *outputs) MLV_CHECK;

/* What operands mean among outputs, patterns among them if args say so. */
mlv_err mlv_transfer_targets(struct mlv_repo *repo, const struct mlv_transfer_args *args,
			     char *const *operands, const struct mlv_outputs *outputs,
			     struct mlv_targets *targets) MLV_CHECK;

/*
 * What a route's name stands for: the name of the remote, the remote (the
 * caller's to free) and the cache (the repository's).
 */
mlv_err mlv_route_open(struct mlv_run *run, struct mlv_repo *repo, const char *route,
		       struct mlv_buf *name, struct mlv_transport **remote,
		       struct mlv_store **cache) MLV_CHECK;

/* Where the trees that were seen at remotes are remembered (remote/receipts.h). */
mlv_err mlv_route_receipts(struct mlv_repo *repo, struct mlv_buf *path) MLV_CHECK;

/* What all routes of a command came to. */
struct mlv_transfer_sum {
	uint64_t files, keys, bytes;
	uint64_t runs; /* of stages, that were kept */
	uint64_t missing, corrupt;
	uint64_t damaged;  /* at a remote, found by a verification */
	char remote[256];  /* those that had a problem: "'a', 'b'" */
	bool verified;
};
/*
 * Run each route. Writes how many files were "pushed" or "fetched", bytes and
 * "remotes" into the JSON object that is open, and each problem as a line on
 * stderr. A remote that fails is told of as a warning where others are left,
 * and is the failure of all when they are done.
 */
enum mlv_way { MLV_WAY_PUSH, MLV_WAY_FETCH };
mlv_err mlv_routes_run(struct mlv_run *run, struct mlv_repo *repo, struct mlv_routes *routes,
		       enum mlv_way way, struct mlv_transfer_sum *sum) MLV_CHECK;

/* How a fetch that came to sum ends: what is damaged or missing, and what to do. */
mlv_err mlv_fetch_judge(const struct mlv_transfer_sum *sum, bool allow_missing) MLV_CHECK;

/* "1 file", "3 files". */
const char *mlv_files_text(uint64_t files, char *to, size_t size);
/* "1 run", "3 runs". */
const char *mlv_runs_text(uint64_t runs, char *to, size_t size);
/* "3 files pushed", "3 files and 1 run pushed", or "3 files would be pushed, 1.2 MB", if anything would. */
void mlv_transfer_say(struct mlv_out *out, const struct mlv_transfer_sum *sum, bool dry,
		      const char *done);

#endif
