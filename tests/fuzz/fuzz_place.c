/* Any bytes are what a remote has of its own small files: its format, the lease of a sweep, marks, keeps. */
#include <stdlib.h>
#include <string.h>

#include "remote/marks.h"
#include "remote/remote.h"
#include "remote/retry.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *environment(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "MLV_TEST_CLOCK") == 0 ? "virtual" : NULL;
}

static void look(struct mlv_transport *remote, const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 }, kept = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	struct mlv_lease lease = { 0 };
	bool there = false;

	if (mlv_remote_check(remote, &there) == NULL && there &&
	    (size < 10 || memcmp(data, "mlv-store ", 10) != 0))
		abort();
	if (mlv_lease_watch(&lease, remote) == NULL && lease.held)
		abort();
	if (mlv_marks_read(remote, &marks) == NULL && marks.count * 64 > size)
		abort();
	if (mlv_keeps_read(remote, &kept, &paths) == NULL && kept.count * 64 > size)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const keys[] = {
		"format", "gc/sweep", "gc/marks",
		"gc/keep/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	};
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *remote = NULL;
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.env = environment;
	if (mlv_transport_open_memory(&remote, &ctx))
		return 0;
	for (size_t i = 0; i < MLV_COUNT(keys); i++)
		if (mlv_transport_put_bytes(remote, keys[i], data, size))
			return 0;
	mlv_retry_reset();
	look(remote, data, size);
	return 0;
}
