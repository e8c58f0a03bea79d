/* remote_gc/gather.c - what is marked at a remote, and what is gone: ours, and of others. */
#include "remote/remote_gc/survey.h"

static struct mlv_key key_of(const struct mlv_marked *mark)
{
	struct mlv_key key = { .kind = MLV_KIND_OBJECT, .oid = mark->oid };

	while (mlv_marked_of_kind(key.kind) != mark->kind)
		key.kind++;
	return key;
}

/* A key's own file; of a LARGE else its recipe. NULL: neither is there. */
static const struct mlv_item *find_file(const struct mlv_survey *survey, const struct mlv_key *key)
{
	const struct mlv_item *item = mlv_items_find(&survey->loose, key);

	return item ? item : mlv_items_find(&survey->recipes, key);
}

/* Whether what is marked lies there still; else a gc removed it, and could not say so. */
static bool is_listed(const struct mlv_survey *survey, const struct mlv_marked *mark)
{
	struct mlv_pack_id pack = { MLV_PACK_DATA, mark->oid };
	struct mlv_key key;

	if (mark->kind == MLV_MARKED_ROOT)
		return mlv_survey_root(survey, &mark->oid) != NULL;
	if (mark->kind == MLV_MARKED_DPACK || mark->kind == MLV_MARKED_NPACK) {
		pack.class = mark->kind == MLV_MARKED_DPACK ? MLV_PACK_DATA : MLV_PACK_NODES;
		return mlv_survey_pack(survey, &pack) != NULL;
	}
	key = key_of(mark);
	return find_file(survey, &key) != NULL;
}

/* Of a root: who knows it marked it. Or it is gone, and tells of a gc that was killed (last: no more). */
static bool root_stays_marked(const struct mlv_survey *survey, const struct mlv_oid *tree,
			      bool last)
{
	const struct mlv_there_root *root = mlv_survey_root(survey, tree);

	return root ? !root->known : survey->resumes && !last;
}

/* Whether a mark that is not ours is to stay: of others, or of what was removed. */
static bool stays_marked(const struct mlv_survey *survey, const struct mlv_marked *mark, bool last)
{
	const struct mlv_item *item;
	struct mlv_key key;

	if (mark->gone)
		return mark->when + MLV_MARKS_REMEMBER > survey->wants->now;
	if (mark->kind == MLV_MARKED_ROOT)
		return root_stays_marked(survey, &mark->oid, last);
	if (mark->kind == MLV_MARKED_DPACK || mark->kind == MLV_MARKED_NPACK)
		return false;
	key = key_of(mark);
	item = find_file(survey, &key);
	/* What is known and named by no root is among what goes, or is needed. */
	return item && (!item->claimed || item->here) &&
	       !mlv_items_find(&survey->needed, &key);
}

static mlv_err add_gone(const struct mlv_survey *survey, const struct mlv_marked *mark,
			struct mlv_marks *marks)
{
	return mlv_marks_add(marks, &(struct mlv_marked){
		.kind = mark->kind, .gone = true, .oid = mark->oid, .when = survey->wants->now });
}

/* Whether it may be gone: it was not there, or another gc removed it since and no mark stays. */
static bool may_be_gone(const struct mlv_remote_gc *gc, const struct mlv_survey *survey, bool last,
			const struct mlv_marked *mark)
{
	if (mark->gone)
		return false;
	return !is_listed(survey, mark) ||
	       (!survey->alone && !stays_marked(survey, mark, last) &&
		!mlv_remote_gc_find(gc, mark->kind, &mark->oid));
}

/*
 * A mark that is there. That of something that is not there any more says so,
 * to who saw it before; it may be wrong, and costs a push another look then.
 */
static mlv_err gather_known(const struct mlv_remote_gc *gc, const struct mlv_survey *survey,
			    const struct mlv_marks *kept, bool last,
			    const struct mlv_marked *known, struct mlv_marks *marks)
{
	struct mlv_marked mark = *known;
	mlv_err err = NULL;

	if (may_be_gone(gc, survey, last, &mark))
		err = add_gone(survey, &mark, marks);
	if (err || !stays_marked(survey, &mark, last))
		return err;
	/* Others marked it: what a push relies on they too may not remove yet. */
	if (!mark.gone && mlv_marks_find(kept, mark.kind, false, &mark.oid) &&
	    mark.when < survey->wants->now)
		mark.when = survey->wants->now;
	return mlv_marks_add(marks, &mark);
}

/* All that is marked now; last: the sweep is at its end. */
static mlv_err gather(const struct mlv_remote_gc *gc, const struct mlv_survey *survey,
		      const struct mlv_marks *kept, bool last, struct mlv_marks *marks)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < survey->marks.count; i++)
		err = gather_known(gc, survey, kept, last, &survey->marks.at[i], marks);
	for (size_t i = 0; !err && i < gc->count; i++) {
		if (gc->at[i].tried)
			err = add_gone(survey, &gc->at[i].mark, marks);
		if (!err && !gc->at[i].gone)
			err = mlv_marks_add(marks, &gc->at[i].mark);
	}
	mlv_marks_sort(marks);
	return err;
}

static bool same(const struct mlv_marks *a, const struct mlv_marks *b)
{
	for (size_t i = 0; a->count == b->count && i < a->count; i++)
		if (a->at[i].kind != b->at[i].kind || a->at[i].gone != b->at[i].gone ||
		    a->at[i].when != b->at[i].when || !mlv_oid_equal(&a->at[i].oid, &b->at[i].oid))
			return false;
	return a->count == b->count;
}

mlv_err mlv_survey_write_marks(const struct mlv_remote_gc *gc, struct mlv_survey *survey,
			       const struct mlv_marks *kept, bool last)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	mlv_err err = gather(gc, survey, kept, last, &marks);

	if (err || same(&marks, &survey->marks) ||
	    (err = mlv_marks_put(survey->remote, &marks)))
		return err;
	mlv_marks_release(&survey->marks);
	survey->marks = marks;
	marks = (struct mlv_marks){ 0 };
	return NULL;
}
