/* test_remote_source.c - large files are handed out verified, by any pieces, to many threads. */
#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/hashing.h"
#include "remote/remote/source.h"
#include "tests/unit/check.h"

TestSuite(remote_source, .init = check_dir_make, .fini = check_dir_remove);

#define SIZE (5 * MLV_SMALL_MAX + 3 * MLV_LEAF_SIZE + 77)

struct file {
	struct mlv_ctx ctx;
	int fd;
	char *bytes;
	struct mlv_named named;
	struct mlv_remote_source *source;
	size_t piece; /* bytes a thread asks for at once */
};

static void open_file(struct file *f)
{
	memset(f, 0, sizeof(*f));
	mlv_ctx_init_quiet(&f->ctx);
	f->fd = open("file", O_CREAT | O_RDWR, 0600);
	f->bytes = malloc(SIZE);
	cr_assert(f->fd >= 0 && f->bytes != NULL);
	for (size_t i = 0; i < SIZE; i++)
		f->bytes[i] = (char)((i >> 20) * 31 + i / 7);
	cr_assert(write(f->fd, f->bytes, SIZE) == (ssize_t)SIZE);
	check_ok(mlv_hash_file(&f->ctx, f->fd, "file", &f->named));
	check_ok(mlv_remote_source_new(&f->source, &f->ctx, f->fd, "file", &f->named.leaves));
}

static void close_file(struct file *f)
{
	mlv_remote_source_freep(&f->source);
	mlv_named_release(&f->named);
	free(f->bytes);
	close(f->fd);
}

/* Each thread reads a span of its own, in order, as a transport does. */
#define SPANS 7

static mlv_err read_span(void *arg, size_t index, unsigned worker)
{
	struct file *f = arg;
	uint64_t at = SIZE * index / SPANS, end = SIZE * (index + 1) / SPANS;
	char *piece = malloc(f->piece);
	mlv_err err = NULL;

	(void)worker;
	while (!err && at < end) {
		size_t len = end - at < f->piece ? (size_t)(end - at) : f->piece;

		err = mlv_remote_source_read(f->source, piece, len, at);
		if (!err && memcmp(piece, f->bytes + at, len) != 0)
			err = mlv_error(MLV_E_CORRUPT, "other bytes at %llu",
					(unsigned long long)at);
		at += len;
	}
	free(piece);
	return err;
}

mlv_test(remote_source, any_pieces_to_many_threads)
{
	static const size_t pieces[] = { 65536, (size_t)1 << 20, (3 << 20) + 1, (size_t)8 << 20,
					 (size_t)40 << 20 };
	struct file f;

	open_file(&f);
	for (size_t i = 0; i < MLV_COUNT(pieces); i++) {
		f.piece = pieces[i];
		check_ok(mlv_pool_run(&f.ctx, SPANS, SPANS, read_span, &f));
	}
	cr_assert(mlv_remote_source_failed(f.source) == NULL);
	close_file(&f);
}

mlv_test(remote_source, damage_is_never_handed_out)
{
	static char to[MLV_SMALL_MAX];
	const uint64_t at = 2 * MLV_SMALL_MAX + 5;
	struct file f;
	char other;

	open_file(&f);
	other = (char)(f.bytes[at] ^ 1);
	cr_assert(pwrite(f.fd, &other, 1, (off_t)at) == 1);
	check_fails(mlv_remote_source_read(f.source, to, 10, at), MLV_E_CORRUPT);
	check_fails(mlv_remote_source_read(f.source, to, sizeof(to), 2 * MLV_SMALL_MAX),
		    MLV_E_CORRUPT);
	check_fails(mlv_remote_source_read(f.source, to, 10, at), MLV_E_CORRUPT);
	check_ok(mlv_remote_source_read(f.source, to, 10, 0));
	cr_assert(mlv_remote_source_failed(f.source)->code == MLV_E_CORRUPT);
	close_file(&f);
}

mlv_test(remote_source, past_its_end_is_refused)
{
	struct file f;
	char to[2];

	open_file(&f);
	check_ok(mlv_remote_source_read(f.source, to, 1, SIZE - 1));
	check_fails(mlv_remote_source_read(f.source, to, 2, SIZE - 1), MLV_E_SYSTEM);
	check_fails(mlv_remote_source_read(f.source, to, 1, SIZE + 1), MLV_E_SYSTEM);
	close_file(&f);
}
