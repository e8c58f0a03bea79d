/* cmd_data.h - the sub-commands of `mlv data`. */
#ifndef MLV_CMD_CMD_DATA_H
#define MLV_CMD_CMD_DATA_H

#include "cmd/cmd.h"

extern const struct mlv_cmd mlv_cmd_data_status;
extern const struct mlv_cmd mlv_cmd_data;

#endif
