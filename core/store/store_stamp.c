#include "core/store/store_stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "core/base/sys.h"

#define FAN   256
#define PAUSE 1000000L /* ns */
#define TRIES 30       /* pauses, at most */

/* Where objects get and lose their names. */
static const char *const tops[] = { "objects", "large", "nodes", "packs" };

struct stamp {
	uint64_t sum;
	int64_t newest; /* ns */
	bool good;
};

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

/* One more number joins the sum, in its place: multiply and fold (splitmix64's constants). */
static void mix(struct stamp *stamp, uint64_t number)
{
	uint64_t sum = (stamp->sum ^ number) * 0xbf58476d1ce4e5b9u;

	stamp->sum = (sum ^ sum >> 27) * 0x94d049bb133111ebu;
	stamp->sum ^= stamp->sum >> 31;
}

static bool add_dir(struct stamp *stamp, int root, const char *path)
{
	struct stat st;

	if (mlv_sys_fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		stamp->good &= errno == ENOENT;
		mix(stamp, 0);
		return false;
	}
	mix(stamp, (uint64_t)st.st_ino);
	mix(stamp, (uint64_t)st.st_dev);
	mix(stamp, (uint64_t)nanoseconds(&st.st_mtim));
	mix(stamp, (uint64_t)nanoseconds(&st.st_ctim));
	if (nanoseconds(&st.st_ctim) > stamp->newest)
		stamp->newest = nanoseconds(&st.st_ctim);
	return true;
}

static struct stamp take(struct mlv_store *store)
{
	struct stamp stamp = { .sum = 1, .good = true };
	const char *path = mlv_store_root(store);
	MLV_SCOPED(mlv_fd_close) int root = -1;

	if (path)
		root = mlv_sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (root < 0)
		return (struct stamp){ 0 };
	for (size_t top = 0; top < MLV_COUNT(tops); top++) {
		if (!add_dir(&stamp, root, tops[top]))
			continue;
		for (unsigned i = 0; i < FAN; i++) {
			char below[16];

			snprintf(below, sizeof(below), "%s/%02x", tops[top], i);
			(void)add_dir(&stamp, root, below);
		}
	}
	return stamp;
}

uint64_t mlv_store_stamp(struct mlv_store *store)
{
	struct stamp stamp = take(store);

	return stamp.good ? stamp.sum : 0;
}

uint64_t mlv_store_stamp_settled(struct mlv_store *store)
{
	struct stamp stamp = take(store);

	for (int i = 0; stamp.good && i < TRIES; i++) {
		const struct timespec pause = { 0, PAUSE };
		struct timespec now = { 0 };

		clock_gettime(CLOCK_REALTIME_COARSE, &now);
		if (nanoseconds(&now) > stamp.newest)
			return stamp.sum;
		(void)nanosleep(&pause, NULL);
		stamp = take(store);
	}
	return 0;
}
