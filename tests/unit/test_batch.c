/* test_batch.c - a commit beside puts of other threads, met in its middle. */
#include "tests/unit/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "core/base/sys.h"
#include "core/store/backend.h"
#include "core/store/sha256.h"

TestSuite(batch, .init = check_dir_make, .fini = check_dir_remove);

/* Another thread that puts its object when a commit makes its first temporary. */
static struct meeting {
	const struct mlv_backend *backend; /* the store's own */
	struct mlv_batch *batch;
	pthread_t thread;
	bool committing, met;
	atomic_bool began, done;
} meeting;

static struct mlv_key key_of(const char *text)
{
	struct mlv_key key = { .kind = MLV_KIND_OBJECT };

	check_ok(mlv_sha256_of(text, strlen(text), &key.oid));
	return key;
}

static void put_text(const char *text)
{
	const struct mlv_key key = key_of(text);

	check_ok(mlv_batch_put(meeting.batch, &key, text, strlen(text)));
}

static void *put_other(void *arg)
{
	meeting.began = true;
	put_text("other");
	meeting.done = true;
	return arg;
}

/* Half a second for what takes microseconds if nothing holds it. */
static mlv_err meet_in_temp(void *self, struct mlv_temp *temp)
{
	const struct timespec tick = { .tv_nsec = 1000000 };

	if (meeting.committing && !meeting.met) {
		meeting.met = true;
		cr_assert(pthread_create(&meeting.thread, NULL, put_other, NULL) == 0);
		while (!meeting.began)
			nanosleep(&tick, NULL);
		for (int i = 0; i < 500 && !meeting.done; i++)
			nanosleep(&tick, NULL);
		cr_assert(meeting.done == false, "it was put in the middle of a commit");
	}
	return meeting.backend->temp(self, temp);
}

static void check_there(struct mlv_store *store, const char *text)
{
	const struct mlv_key key = key_of(text);

	check_ok(mlv_store_verify(store, &key, strlen(text)));
}

/* What comes while a commit is under way is none of it, and not lost: the next makes it durable. */
mlv_test(batch, a_put_waits_for_a_commit)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = NULL;
	struct mlv_backend backend;
	struct mlv_ctx ctx;
	char root[300];

	mlv_ctx_init_quiet(&ctx);
	snprintf(root, sizeof(root), "%s/store", check_dir);
	check_ok(mlv_store_open_dir(&store, &ctx, root, true));
	meeting.backend = store->backend;
	backend = *store->backend;
	backend.temp = meet_in_temp;
	store->backend = &backend;
	check_ok(mlv_batch_begin(&meeting.batch, store));
	put_text("one"); /* waits in memory for company, and gets a file by the commit */
	meeting.committing = true;
	check_ok(mlv_batch_commit(meeting.batch));
	meeting.committing = false;
	cr_assert(meeting.met);
	cr_assert(pthread_join(meeting.thread, NULL) == 0);
	check_there(store, "one");
	check_ok(mlv_batch_commit(meeting.batch));
	check_there(store, "other");
	mlv_batch_freep(&meeting.batch);
	mlv_store_freep(&store);
}
