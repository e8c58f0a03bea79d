/*
 * remote_gc/survey.h - what lies at a remote, and what of it is needed: one look.
 */
#ifndef MLV_REMOTE_REMOTE_GC_SURVEY_H
#define MLV_REMOTE_REMOTE_GC_SURVEY_H

#include "remote/remote/packs.h"
#include "remote/remote_gc.h"

enum mlv_fate { MLV_FATE_KEEP, MLV_FATE_REWRITE, MLV_FATE_DROP };

struct mlv_there_pack {
	struct mlv_pack_id id;
	uint64_t pack_bytes, idx_bytes;
	bool has_pack, has_idx;
	bool pinned;    /* a root names it that stays as it is, or a recipe that stays */
	bool named;     /* the root of a tree that is needed names it */
	bool preferred; /* it was written just now: what it has need not lie elsewhere */
	size_t table;   /* position in the set; SIZE_MAX: none that can be used */
	uint64_t live, dead; /* bytes of frames */
	size_t live_count;
	size_t spare_count; /* of the dead: keys that are needed, and lie in another pack as well */
	bool unproven;      /* of these the other copies were not read */
	enum mlv_fate fate;
};

struct mlv_there_root {
	struct mlv_oid tree;
	uint64_t bytes;
	bool sound; /* it was read */
	bool wanted, known;
	bool renewed; /* it names packs that go, and is to be written anew */
	struct mlv_root root;
};

struct mlv_survey {
	struct mlv_ctx *ctx;
	struct mlv_transport *remote;
	struct mlv_store *cache;
	const struct mlv_remote_gc_wants *wants;
	const struct mlv_marks *preferred; /* packs that were written just now; NULL: none */
	struct mlv_lease *lease; /* to be taken later: watched from the beginning; NULL: none */
	bool formed;
	struct mlv_marks marks;
	bool alone; /* nobody removed anything from the survey to the lease */
	/*
	 * Files of their own: here when needed or named by a root that stays, claimed
	 * when known.
	 */
	struct mlv_items loose;
	struct mlv_items recipes; /* the same of recipes, by the LARGE that each is of; size: its own */
	struct mlv_there_pack *packs; /* sorted by id */
	size_t pack_count, pack_cap;
	struct mlv_there_root *roots; /* sorted by tree */
	size_t root_count, root_cap;
	struct mlv_items needed; /* pack: 1 + position of the one that it is taken to lie in */
	struct mlv_remote_packs set;
	struct mlv_node_finder finder;
	bool resumes; /* a gc of this clone was killed: what is marked is known */
};
void mlv_survey_release(struct mlv_survey *survey);
void mlv_survey_init(struct mlv_survey *survey, struct mlv_transport *remote,
		     struct mlv_store *cache, const struct mlv_remote_gc_wants *wants);
mlv_err mlv_survey_make(struct mlv_survey *survey) MLV_CHECK;
mlv_err mlv_survey_read_marks(struct mlv_survey *survey) MLV_CHECK;
/* The root of a tree, of those that lie there; NULL: none. */
struct mlv_there_root *mlv_survey_root(const struct mlv_survey *survey,
				       const struct mlv_oid *tree);
/*
 * gather.c: write what is marked now, if that is not what the survey read. kept
 * counts as marked just now; last: the sweep is at its end.
 */
mlv_err mlv_survey_write_marks(const struct mlv_remote_gc *gc, struct mlv_survey *survey,
			       const struct mlv_marks *kept, bool last) MLV_CHECK;

/* list.c: what lies there. */
mlv_err mlv_survey_list(struct mlv_survey *survey) MLV_CHECK;
/* List and read the roots that lie there now. */
mlv_err mlv_survey_list_roots(struct mlv_survey *survey) MLV_CHECK;
struct mlv_there_pack *mlv_survey_pack(const struct mlv_survey *survey,
				       const struct mlv_pack_id *id);
/*
 * recipes.c: take one of a list (arg: the survey); pin the packs of those that stay; spare the
 * packs of those that lie there now and do not go. MLV_E_REFUSED for one of another version,
 * MLV_E_CORRUPT for one that is damaged.
 */
mlv_err mlv_survey_take_recipe(void *arg, const char *path, uint64_t size) MLV_CHECK;
mlv_err mlv_survey_pin_recipes(struct mlv_survey *survey) MLV_CHECK;
mlv_err mlv_survey_heed_recipes(struct mlv_remote_gc *gc,
				const struct mlv_survey *survey) MLV_CHECK;
/* packs.c: the fate of each pack; homes of what is needed. */
mlv_err mlv_survey_judge_packs(struct mlv_survey *survey) MLV_CHECK;
/* sound.c: whether one that nothing needs was marked long enough ago. */
bool mlv_survey_is_ripe(const struct mlv_survey *survey, const struct mlv_marked *mark);
/* Of packs that would go, read the other copies of what is needed; those with the only sound one stay. */
mlv_err mlv_survey_prove(struct mlv_survey *survey) MLV_CHECK;
/* repack.c: write what is needed of packs that are rewritten into new ones, which are added to made. */
mlv_err mlv_survey_repack(struct mlv_survey *survey, struct mlv_marks *made) MLV_CHECK;
/* renew.c: whether the root of a tree can be written anew; write the roots that are to be. */
mlv_err mlv_survey_root_items(struct mlv_survey *survey, const struct mlv_there_root *root,
			      struct mlv_root *made, bool *whole) MLV_CHECK;
mlv_err mlv_survey_renew_roots(struct mlv_survey *survey) MLV_CHECK;

#endif
