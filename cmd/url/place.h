/*
 * url/place.h - a file or directory at a URL that is no repository: listed,
 * and taken into a store. For get-url, ls-url, import-url and update.
 *
 * A URL is a path, file://, http(s)://, s3://, or remote://NAME/PATH: a place
 * below a remote of this repository, with its settings. Nothing proves what
 * lies there: it is named as it comes, and what the server knows it by is
 * compared before and after. A web server cannot list, so that only single
 * files can be had of it. Links are not followed, and left out.
 */
#ifndef MLV_CMD_URL_PLACE_H
#define MLV_CMD_URL_PLACE_H

#include "cmd/cmd.h"
#include "core/repo/import.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"
#include "remote/transport.h"

struct mlv_url_file {
	char *key;     /* relative to the directory; "" for a place that is a file */
	uint64_t size; /* UINT64_MAX: not known */
	bool exec;
};

struct mlv_url_place {
	struct mlv_run *run;
	char *shown;                 /* the URL without secrets */
	struct mlv_transport *remote; /* NULL: a path */
	char *base;                  /* the key at the remote, or the absolute path; no slash at its end */
	bool shallow; /* set before it is opened: of what lies deeper one file of each directory is enough */
	bool dir;
	struct mlv_url_file *files;  /* sorted by key, as a manifest is */
	size_t count, cap;
	uint64_t listed; /* bytes that these take, of what a server lists */
};
void mlv_url_place_release(struct mlv_url_place *place);

/*
 * Find what lies at url. repo: for remote://, NULL: there is none. trusted: the
 * user typed the URL. MLV_E_MISSING when nothing is there, MLV_E_REFUSED when it
 * cannot be listed, or a server's list takes more than 256 MiB of memory.
 */
mlv_err mlv_url_place_open(struct mlv_url_place *place, struct mlv_run *run, struct mlv_repo *repo,
			   const char *url, bool trusted) MLV_CHECK;
/* What a file is known by; MLV_VERSION_NONE for a directory and a path. */
mlv_err mlv_url_place_version(struct mlv_url_place *place, struct mlv_version *version) MLV_CHECK;
/*
 * Put all of it into the store, durably; temporaries lie in the directory
 * scratch. output gets its id, import (may be NULL) what it is known by.
 */
mlv_err mlv_url_place_take(struct mlv_url_place *place, struct mlv_store *store,
			   const char *scratch, struct mlv_output *output,
			   struct mlv_import *import) MLV_CHECK;

#endif
