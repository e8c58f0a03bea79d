/* cmd_remote.h - inside cmd_remote*.c. */
#ifndef MLV_CMD_CMD_REMOTE_H
#define MLV_CMD_CMD_REMOTE_H

#include "cmd/cmd.h"
#include "cmd/level.h"

extern const struct mlv_cmd mlv_cmd_remote_add;
extern const struct mlv_cmd mlv_cmd_remote_default;
extern const struct mlv_cmd mlv_cmd_remote_list;
extern const struct mlv_cmd mlv_cmd_remote_modify;
extern const struct mlv_cmd mlv_cmd_remote_remove;
extern const struct mlv_cmd mlv_cmd_remote_rename;
extern const struct mlv_cmd mlv_cmd_remote_trust;

/* What a sub-command works on. */
struct mlv_remote_place {
	struct mlv_config *config;
	struct mlv_buf root;
	enum mlv_config_level level;
	bool given; /* the level was named */
};
#define MLV_REMOTE_PLACE_INIT { .root = MLV_BUF_INIT }
mlv_err mlv_remote_place_open(struct mlv_run *run, const struct mlv_level_flags *flags,
			      bool writes, struct mlv_remote_place *place) MLV_CHECK;
void mlv_remote_place_release(struct mlv_remote_place *place);
/* Whether the remote is trusted as it is now; false also for one that is not there yet. */
mlv_err mlv_remote_trusted(struct mlv_run *run, const struct mlv_remote_place *place,
			   const char *name, bool *trusted) MLV_CHECK;
/* The user has just typed where this remote is: that is trust. */
mlv_err mlv_remote_vouch(struct mlv_run *run, const struct mlv_remote_place *place,
			 const char *name) MLV_CHECK;

#endif
