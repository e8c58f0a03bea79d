/*
 * doctor.h - what mlv doctor asks of file systems.
 */
#ifndef MLV_CMD_DOCTOR_H
#define MLV_CMD_DOCTOR_H

#include "core/base/buf.h"
#include "core/repo/repo.h"

/* The kind of file system that path, or the nearest directory above it, lies on. Returns name. */
const char *mlv_doctor_file_system(const char *path, char *name, size_t size);
/*
 * Append the ways to link from the cache at path into the work tree that work
 * ("reflink, hardlink, symlink, copy"), tried with files of no other use.
 */
mlv_err mlv_doctor_links(struct mlv_repo *repo, const char *path, struct mlv_buf *links) MLV_CHECK;

#endif
