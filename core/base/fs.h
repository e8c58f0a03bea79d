/*
 * fs.h - whole files and directories, on top of sys.h.
 *
 * Crash safety   what is written whole is written to a temporary file beside
 *                its place, synced, renamed, and its directory synced.
 * Threads        all functions may be called from any thread.
 */
#ifndef MLV_BASE_FS_H
#define MLV_BASE_FS_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/sys.h"

/*
 * Append what the file at path (relative to dir) holds to buf, whose limit
 * holds. Only a regular file is read. Fails with MLV_E_MISSING when there is
 * none, MLV_E_SYSTEM else.
 */
mlv_err mlv_fs_read(int dir, const char *path, struct mlv_buf *buf) MLV_CHECK;
/* Append what fd gives until its end. name is for messages. */
mlv_err mlv_fs_read_fd(int fd, const char *name, struct mlv_buf *buf) MLV_CHECK;
/* Read exactly len bytes at offset; MLV_E_CORRUPT when the file ends before. */
mlv_err mlv_fs_pread_full(int fd, const char *name, void *to, size_t len,
			  uint64_t offset) MLV_CHECK;
mlv_err mlv_fs_write_full(int fd, const char *name, const void *from, size_t len) MLV_CHECK;
mlv_err mlv_fs_pwrite_full(int fd, const char *name, const void *from, size_t len,
			   uint64_t offset) MLV_CHECK;

/*
 * Make the file at path (relative to dir) hold these bytes, durably and in
 * one step; mode is that of a new file, before the umask. A file that is
 * there keeps its mode.
 */
mlv_err mlv_fs_replace(int dir, const char *path, const void *bytes, size_t len,
		       mode_t mode) MLV_CHECK;
/*
 * The same, with the temporary in tmp_dir (on the same file system, else it
 * lies beside path): what a killed process leaves is not in the user's way.
 */
mlv_err mlv_fs_replace_through(int tmp_dir, int dir, const char *path, const void *bytes,
			       size_t len, mode_t mode) MLV_CHECK;
/*
 * Remove the files in the directory at path whose names begin with prefix ("":
 * all) and that are so old (0: all): what killed processes left.
 */
void mlv_fs_sweep(int dir, const char *path, const char *prefix, unsigned age_seconds);
/* Make path and what is missing above it a directory. One that is there is no failure. */
mlv_err mlv_fs_mkdirs(int dir, const char *path, mode_t mode) MLV_CHECK;
/*
 * Make the directories beneath dir that path lies in, none through a link, and
 * open the last; parent is -1 when path is a name alone.
 */
mlv_err mlv_fs_parent_beneath(int dir, const char *path, mode_t mode, int *parent) MLV_CHECK;
/* Make the entries of the directory at path durable; "" or "." is dir itself. */
mlv_err mlv_fs_sync_dir(int dir, const char *path) MLV_CHECK;
/* Remove what is at path, with all below if it is a directory; links are not followed. */
mlv_err mlv_fs_remove_all(int dir, const char *path) MLV_CHECK;
/* Whether anything is at path (a dangling link counts). */
bool mlv_fs_exists(int dir, const char *path);
/*
 * Whether a file's time is so young that a change at this moment could leave
 * it as it is: clocks of file systems tick.
 */
bool mlv_fs_is_fresh(struct timespec time);
/*
 * Open a new file in dir, for reading and writing, under a name that begins
 * with prefix and that nothing else has; name must hold prefix and 32 bytes more.
 */
mlv_err mlv_fs_temp(int dir, const char *prefix, mode_t mode, char *name, size_t name_size,
		    int *fd) MLV_CHECK;

#endif
