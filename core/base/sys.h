/*
 * sys.h - the system calls whose failure mlv must survive.
 *
 * Every allocation, open, read, write, sync, link and rename in core/ and
 * remote/ goes through here, so that a build with MLV_FAULTS can make the Nth
 * of them fail: MLV_FAULT=N in the environment, or mlv_fault_arm(N) in a test.
 * Descriptors are opened close-on-exec. EINTR is retried here, except by
 * close(); the other results are those of the call named.
 *
 * Threads   all functions may be called from any thread.
 */
#ifndef MLV_BASE_SYS_H
#define MLV_BASE_SYS_H

#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/attr.h"

/* Zeroed memory, to be freed with free() or MLV_SCOPED(mlv_mem_free); NULL when out. */
void *mlv_sys_alloc(size_t size) MLV_CHECK;
/* The same for count elements of size bytes; NULL also when the product overflows. */
void *mlv_sys_alloc_array(size_t count, size_t size) MLV_CHECK;
/* realloc(); what is new is not zeroed. */
void *mlv_sys_realloc(void *ptr, size_t size) MLV_CHECK;
char *mlv_sys_strdup(const char *text) MLV_CHECK;
char *mlv_sys_strndup(const char *text, size_t len) MLV_CHECK;

ssize_t mlv_sys_read(int fd, void *buf, size_t len) MLV_CHECK;
ssize_t mlv_sys_pread(int fd, void *buf, size_t len, uint64_t offset) MLV_CHECK;
ssize_t mlv_sys_write(int fd, const void *buf, size_t len) MLV_CHECK;
ssize_t mlv_sys_pwrite(int fd, const void *buf, size_t len, uint64_t offset) MLV_CHECK;
int mlv_sys_fsync(int fd) MLV_CHECK;
/* syncfs(): what was written to the file system that fd lies on is durable. */
int mlv_sys_syncfs(int fd) MLV_CHECK;
int mlv_sys_ftruncate(int fd, uint64_t size) MLV_CHECK;
/* close() of a descriptor that was written, whose failure counts; *fd becomes -1. */
int mlv_sys_close(int *fd) MLV_CHECK;

int mlv_sys_openat(int dir, const char *path, int flags, mode_t mode) MLV_CHECK;
/*
 * Open path beneath dir: no component may be a symbolic link, ".." may not
 * leave dir, absolute paths are refused (openat2 with RESOLVE_BENEATH and
 * RESOLVE_NO_SYMLINKS; where that is missing, a walk component by component).
 */
int mlv_sys_open_beneath(int dir, const char *path, int flags, mode_t mode) MLV_CHECK;
/* A stream of the entries of the directory at path, itself no link; NULL, errno set. */
DIR *mlv_sys_opendirat(int dir, const char *path) MLV_CHECK;
int mlv_sys_renameat(int olddir, const char *from, int newdir, const char *to) MLV_CHECK;
int mlv_sys_linkat(int olddir, const char *from, int newdir, const char *to) MLV_CHECK;
int mlv_sys_symlinkat(const char *target, int dir, const char *path) MLV_CHECK;
int mlv_sys_mkdirat(int dir, const char *path, mode_t mode) MLV_CHECK;
int mlv_sys_unlinkat(int dir, const char *path, int flags) MLV_CHECK;
int mlv_sys_fchmod(int fd, mode_t mode) MLV_CHECK;
int mlv_sys_fstat(int fd, struct stat *st) MLV_CHECK;
int mlv_sys_fstatat(int dir, const char *path, struct stat *st, int flags) MLV_CHECK;
/*
 * Make to (empty, open for writing) share from's blocks: FICLONE. Fails with
 * EOPNOTSUPP where the system or the file system cannot, EXDEV across them.
 */
int mlv_sys_reflink(int to, int from) MLV_CHECK;
/* Ask that writing back this range begins; only a hint. */
void mlv_sys_start_writeback(int fd, uint64_t offset, uint64_t len);

#ifdef MLV_FAULTS
/* Fail the nth call from now (1: the next), once; 0 disarms. */
void mlv_fault_arm(long nth);
/* How many calls went through since the last arming. */
long mlv_fault_calls(void);
#endif

/* Scoped closers: for MLV_SCOPED. A descriptor of -1 is left alone. */
void mlv_fd_close(int *fd);
void mlv_dir_close(DIR **entries); /* NULL is left alone */
void mlv_mem_free(void *ptr); /* takes the address of the pointer */

#endif
