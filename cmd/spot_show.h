/* spot_show.h - where something lies at a remote, and how it is fetched from there without mlv. */
#ifndef MLV_CMD_SPOT_SHOW_H
#define MLV_CMD_SPOT_SHOW_H

#include "cmd/cmd.h"
#include "remote/lookup.h"

/*
 * Print the URL of the file; where that is a pack, also which bytes of it are
 * what label names, and a command that fetches them where common ones can.
 */
mlv_err mlv_spot_show(struct mlv_run *run, const struct mlv_spot *spot, const char *url,
		      const char *label) MLV_CHECK;

#endif
