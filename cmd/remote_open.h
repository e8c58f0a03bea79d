/*
 * remote_open.h - from the name of a remote to its transport.
 */
#ifndef MLV_CMD_REMOTE_OPEN_H
#define MLV_CMD_REMOTE_OPEN_H

#include "cmd/cmd.h"
#include "core/repo/repo.h"
#include "remote/transport.h"

/*
 * Open the remote of this name, or the default one (the first of core.remote,
 * or the only one there is) for NULL. MLV_E_MISSING with what to type when there is none.
 */
mlv_err mlv_cmd_open_remote(struct mlv_run *run, struct mlv_repo *repo, const char *name,
			    struct mlv_transport **out) MLV_CHECK;
/*
 * The names of the remotes meant: those asked for, else the default ones
 * (core.remote, or the only one there is), each checked to exist, in order.
 */
mlv_err mlv_cmd_remote_names(struct mlv_repo *repo, const struct mlv_opt_list *asked,
			     struct mlv_strs *names) MLV_CHECK;
struct mlv_pace;
/* Take a bandwidth limit: "500K"; 0: none. */
mlv_err mlv_cmd_pace(struct mlv_pace *pace, const char *value) MLV_CHECK;
/* The repository that the user is in; NULL: none, which is no failure here. */
mlv_err mlv_cmd_find_repo(struct mlv_run *run, struct mlv_repo **repo) MLV_CHECK;
/* Append the name of the remote meant by name (NULL: the first default one), checked to exist. */
mlv_err mlv_cmd_remote_name(struct mlv_repo *repo, const char *name,
			    struct mlv_buf *chosen) MLV_CHECK;

#endif
