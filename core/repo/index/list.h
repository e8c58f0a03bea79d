/*
 * index/list.h - which outputs have an index (index.h): those that were once
 * added or checked out here.
 */
#ifndef MLV_REPO_INDEX_LIST_H
#define MLV_REPO_INDEX_LIST_H

#include "core/base/strs.h"
#include "core/repo/repo.h"

/* The paths of all outputs that have one, sorted. Files that are none are passed over. */
mlv_err mlv_index_list(struct mlv_repo *repo, struct mlv_strs *paths) MLV_CHECK;

#endif
