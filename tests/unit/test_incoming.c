#include "tests/unit/check.h"

#include <glob.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "core/store/spare.h"
#include "core/store/store.h"

TestSuite(incoming, .init = check_dir_make, .fini = check_dir_remove);

#define SIZE (17 * MLV_LEAF_SIZE + 100)

static struct mlv_ctx ctx;

/* A file that is sent, and where it is to arrive. */
struct transfer {
	struct mlv_store *store;
	struct mlv_batch *batch;
	unsigned char *bytes;
	struct mlv_leaves leaves;
	struct mlv_key key;
};

static void transfer_end(struct transfer *t)
{
	mlv_batch_freep(&t->batch);
	mlv_store_freep(&t->store);
	mlv_leaves_release(&t->leaves);
	free(t->bytes);
	t->bytes = NULL;
}

static struct transfer transfer_begin(bool memory)
{
	struct transfer t = { .bytes = malloc(SIZE), .key = { .kind = MLV_KIND_LARGE } };
	char root[300];

	mlv_ctx_init_quiet(&ctx);
	snprintf(root, sizeof(root), "%s/store", check_dir);
	for (uint64_t i = 0; i < SIZE; i++)
		t.bytes[i] = (unsigned char)(i * 2654435761U >> 13 ^ i >> 20);
	check_ok(mlv_leaves_init(&t.leaves, SIZE));
	for (uint64_t i = 0; i < t.leaves.count; i++) {
		uint64_t at = i * MLV_LEAF_SIZE, left = SIZE - at;

		check_ok(mlv_sha256_of(t.bytes + at, left < MLV_LEAF_SIZE ? left : MLV_LEAF_SIZE,
				       &t.leaves.digests[i]));
	}
	check_ok(mlv_leaves_oid(&t.leaves, &t.key.oid));
	if (memory)
		check_ok(mlv_store_open_memory(&t.store, &ctx));
	else
		check_ok(mlv_store_open_dir(&t.store, &ctx, root, true));
	check_ok(mlv_batch_begin(&t.batch, t.store));
	return t;
}

/* Send from the offset on to the end, in pieces that are no leaves. */
static mlv_err send_rest(struct mlv_incoming *incoming, const struct transfer *t)
{
	const size_t piece = 333333;
	mlv_err err = NULL;

	for (uint64_t at = mlv_incoming_offset(incoming); at < SIZE && !err; at += piece)
		err = mlv_incoming_write(incoming, t->bytes + at,
					 SIZE - at < piece ? SIZE - at : piece);
	return err;
}

static void check_arrived(struct transfer *t)
{
	check_ok(mlv_batch_commit(t->batch));
	check_ok(mlv_store_verify(t->store, &t->key, SIZE));
	check_ok(mlv_store_verify(t->store, &(struct mlv_key){ MLV_KIND_LEAVES, t->key.oid },
				  mlv_leaves_text_size(SIZE)));
}

/* What is still to come comes, and the file is whole. */
static void check_rest_arrives(struct mlv_incoming **incoming, struct transfer *t)
{
	check_ok(send_rest(*incoming, t));
	check_ok(mlv_incoming_finish(*incoming));
	check_arrived(t);
	mlv_incoming_freep(incoming);
}

static void check_whole(bool memory)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(memory);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	check_rest_arrives(&incoming, &t);
	transfer_end(&t);
}

mlv_test(incoming, a_whole_file_arrives)
{
	check_whole(false);
}

mlv_test(incoming, a_whole_file_arrives_in_memory)
{
	check_whole(true);
}

mlv_test(incoming, a_damaged_leaf_is_refused_and_sent_again)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	check_fails(send_rest(incoming, &t), MLV_E_CORRUPT);
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 3 * MLV_LEAF_SIZE));
	check_fails(mlv_incoming_finish(incoming), MLV_E_CORRUPT);
	check_rest_arrives(&incoming, &t);
	transfer_end(&t);
}

mlv_test(incoming, a_broken_line_goes_on_after_the_last_whole_leaf)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	uint64_t offset;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	check_ok(mlv_incoming_write(incoming, t.bytes, 2 * MLV_LEAF_SIZE + 5));
	check_ok(mlv_incoming_rewind(incoming, &offset));
	cr_assert(eq(u64, offset, 2 * MLV_LEAF_SIZE));
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 2 * MLV_LEAF_SIZE));
	check_rest_arrives(&incoming, &t);
	transfer_end(&t);
}

mlv_test(incoming, a_broken_line_goes_on_before_the_first_wrong_leaf)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	uint64_t offset;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	check_ok(mlv_incoming_write(incoming, t.bytes, 2 * MLV_LEAF_SIZE));
	check_ok(mlv_incoming_rewind(incoming, &offset));
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	(void)!mlv_incoming_write(incoming, t.bytes + 2 * MLV_LEAF_SIZE, 3 * MLV_LEAF_SIZE);
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	check_ok(mlv_incoming_rewind(incoming, &offset));
	cr_assert(eq(u64, offset, 3 * MLV_LEAF_SIZE));
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 3 * MLV_LEAF_SIZE));
	check_rest_arrives(&incoming, &t);
	transfer_end(&t);
}

mlv_test(incoming, many_leaves_at_once_fail_at_the_first_wrong_one)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	check_fails(mlv_incoming_write(incoming, t.bytes, 16 * MLV_LEAF_SIZE), MLV_E_CORRUPT);
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 3 * MLV_LEAF_SIZE));
	check_rest_arrives(&incoming, &t);
	transfer_end(&t);
}

/* Send a piece, with a byte that is wrong if damaged; whether it was taken. */
static bool send_piece(struct mlv_incoming *incoming, struct transfer *t, uint64_t at, size_t len,
		       bool damaged)
{
	unsigned char *byte = &t->bytes[at + len / 2];
	bool taken;
	mlv_err err;

	*byte ^= damaged;
	err = mlv_incoming_write(incoming, t->bytes + at, len);
	*byte ^= damaged;
	if ((taken = err == NULL))
		return taken;
	cr_assert(eq(int, err->code, MLV_E_CORRUPT));
	return taken;
}

/* Pieces of any length, some of them damaged, on a line that breaks, to commands that end. */
static void receive_at_random(unsigned seed)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	const size_t longest[] = { 70000, MLV_LEAF_SIZE + 1, 3 * MLV_LEAF_SIZE, 9 * MLV_LEAF_SIZE };
	uint64_t at = 0;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	while (at < SIZE) {
		size_t len = 1 + (size_t)rand_r(&seed) % longest[rand_r(&seed) % 4];
		bool goes_on;

		len = len < SIZE - at ? len : SIZE - at;
		goes_on = send_piece(incoming, &t, at, len, rand_r(&seed) % 4 == 0) &&
			  rand_r(&seed) % 8 != 0;
		at += len;
		/* What was damaged may be seen as late as when all has come. */
		if (goes_on && (at < SIZE || mlv_incoming_offset(incoming) == SIZE))
			continue;
		if (rand_r(&seed) % 12 == 0) {
			mlv_incoming_freep(&incoming);
			check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
		}
		check_ok(mlv_incoming_rewind(incoming, &at));
	}
	check_ok(mlv_incoming_finish(incoming));
	check_arrived(&t);
	mlv_incoming_freep(&incoming);
	transfer_end(&t);
}

mlv_test(incoming, whatever_happens_what_arrives_is_right)
{
	for (unsigned seed = 1; seed <= 10; seed++)
		receive_at_random(seed);
}

mlv_test(incoming, more_than_the_file_is_refused)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	check_ok(send_rest(incoming, &t));
	check_fails(mlv_incoming_write(incoming, "x", 1), MLV_E_CORRUPT);
	mlv_incoming_freep(&incoming);
	transfer_end(&t);
}

mlv_test(incoming, a_list_of_another_file_is_refused)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	struct mlv_incoming *incoming = NULL;

	t.leaves.digests[1].bytes[0] ^= 1;
	check_fails(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL), MLV_E_CORRUPT);
	cr_assert(incoming == NULL);
	transfer_end(&t);
}

/* Receive five leaves and a bit, then die. */
static void receive_and_die(struct transfer *t)
{
	struct mlv_incoming *incoming = NULL;
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (mlv_incoming_begin(&incoming, t->batch, &t->key, &t->leaves, NULL) ||
		    mlv_incoming_write(incoming, t->bytes, 5 * MLV_LEAF_SIZE + 77))
			_exit(1);
		_exit(0);
	}
	cr_assert(waitpid(child, &status, 0) == child);
	cr_assert(eq(int, status, 0));
}

mlv_test(incoming, a_killed_transfer_is_taken_up)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	char part[64] = "store/tmp/part-", hex[MLV_OID_HEX + 1];
	int fd;

	receive_and_die(&t);
	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 5 * MLV_LEAF_SIZE));
	mlv_incoming_freep(&incoming);
	/* What is there is not believed. */
	memcpy(part + strlen(part), mlv_oid_format(&t.key.oid, hex), 32);
	fd = open(part, O_RDWR | O_CLOEXEC);
	cr_assert(eq(int, (int)pwrite(fd, "\377\377\377", 3, 4 * MLV_LEAF_SIZE), 3));
	close(fd);
	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, NULL));
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 4 * MLV_LEAF_SIZE));
	check_ok(send_rest(incoming, &t));
	check_ok(mlv_incoming_finish(incoming));
	cr_assert(eq(int, access(part, F_OK), -1));
	check_arrived(&t);
	mlv_incoming_freep(&incoming);
	transfer_end(&t);
}

mlv_test(incoming, two_at_once_do_not_meet)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *a = NULL;
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *b = NULL;

	check_ok(mlv_incoming_begin(&a, t.batch, &t.key, &t.leaves, NULL));
	check_ok(mlv_incoming_begin(&b, t.batch, &t.key, &t.leaves, NULL));
	check_ok(mlv_incoming_write(a, t.bytes, 3 * MLV_LEAF_SIZE));
	check_ok(send_rest(b, &t));
	check_ok(mlv_incoming_finish(b));
	check_ok(send_rest(a, &t));
	check_ok(mlv_incoming_finish(a));
	check_arrived(&t);
	mlv_incoming_freep(&a);
	mlv_incoming_freep(&b);
	transfer_end(&t);
}

/* Spares below the test's directory; whether one of these bytes can be taken. */
static struct mlv_spares spares_begin(void)
{
	struct mlv_spares spares = MLV_SPARES_NONE;
	MLV_SCOPED(mlv_fd_close) int dir = open(check_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	check_ok(mlv_spares_begin(&spares, dir));
	return spares;
}

static bool take_spare(const struct mlv_spares *spares, const struct transfer *t)
{
	MLV_SCOPED(mlv_fd_close) int dir = open(check_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = malloc(SIZE);
	MLV_SCOPED(mlv_fd_close) int fd = -1;

	if (!mlv_spare_take(spares, &t->key.oid, SIZE, dir, "taken"))
		return false;
	fd = openat(dir, "taken", O_RDONLY | O_CLOEXEC);
	check_ok(mlv_fs_pread_full(fd, "taken", bytes, SIZE, 0));
	cr_assert(memcmp(bytes, t->bytes, SIZE) == 0);
	return true;
}

/* What comes from its beginning is there twice; a leaf that was damaged comes again. */
mlv_test(incoming, a_spare_is_made_while_it_arrives)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	MLV_SCOPED(mlv_spares_release) struct mlv_spares spares = spares_begin();

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, &spares));
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	check_fails(send_rest(incoming, &t), MLV_E_CORRUPT);
	t.bytes[3 * MLV_LEAF_SIZE] ^= 1;
	check_ok(send_rest(incoming, &t));
	check_ok(mlv_incoming_finish(incoming));
	check_arrived(&t);
	mlv_incoming_freep(&incoming);
	cr_assert(take_spare(&spares, &t));
	cr_assert(take_spare(&spares, &t) == false);
	mlv_spares_release(&spares);
	transfer_end(&t);
}

static size_t count_files(const char *pattern)
{
	glob_t found = { 0 };
	size_t count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;

	globfree(&found);
	return count;
}

/* Begin a spare and wait to be killed. */
static pid_t spares_of_another(const struct transfer *t)
{
	int said[2];
	char byte;
	pid_t child;

	cr_assert(pipe(said) == 0);
	child = fork();
	if (child == 0) {
		struct mlv_spares spares = spares_begin();
		int fd = mlv_spare_begin(&spares, &t->key.oid, -1);

		(void)!write(said[1], fd >= 0 ? "y" : "n", 1);
		pause();
		_exit(0);
	}
	cr_assert(read(said[0], &byte, 1) == 1 && byte == 'y');
	close(said[0]);
	close(said[1]);
	return child;
}

/* Those of a process that lives stay; what a killed one left goes when the next makes its own. */
mlv_test(incoming, spares_of_a_killed_process_go)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(true);
	struct mlv_spares spares;
	pid_t other = spares_of_another(&t);

	spares = spares_begin();
	mlv_spares_release(&spares);
	cr_assert(eq(sz, count_files("tmp/spare-*"), 1));
	cr_assert(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
	spares = spares_begin();
	cr_assert(eq(sz, count_files("tmp/spare-*"), 0));
	cr_assert(eq(sz, count_files("tmp/lock-*"), 1));
	mlv_spares_release(&spares);
	cr_assert(eq(sz, count_files("tmp/*"), 0));
	transfer_end(&t);
}

/* Of what breaks off none is left, and what goes on in the middle makes none. */
mlv_test(incoming, half_a_file_makes_no_spare)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	MLV_SCOPED(mlv_spares_release) struct mlv_spares spares = spares_begin();

	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, &spares));
	check_ok(mlv_incoming_write(incoming, t.bytes, 2 * MLV_LEAF_SIZE));
	mlv_incoming_freep(&incoming);
	cr_assert(eq(sz, count_files("tmp/spare-*"), 0));
	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, &spares));
	cr_assert(eq(u64, mlv_incoming_offset(incoming), 2 * MLV_LEAF_SIZE));
	check_ok(send_rest(incoming, &t));
	check_ok(mlv_incoming_finish(incoming));
	check_arrived(&t);
	mlv_incoming_freep(&incoming);
	cr_assert(take_spare(&spares, &t) == false);
	mlv_spares_release(&spares);
	transfer_end(&t);
}

/* A disk is full: what is being written gives its spare up too, and no more are begun. */
mlv_test(incoming, spares_that_are_shed_are_not_missed)
{
	MLV_SCOPED(transfer_end) struct transfer t = transfer_begin(false);
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	MLV_SCOPED(mlv_spares_release) struct mlv_spares spares = spares_begin();
	struct mlv_oid other = t.key.oid;
	int fd, open_before;

	other.bytes[0] ^= 1;
	fd = mlv_spare_begin(&spares, &other, -1);
	cr_assert(mlv_spare_is_wanted(fd) && write(fd, "abc", 3) == 3);
	check_ok(mlv_incoming_begin(&incoming, t.batch, &t.key, &t.leaves, &spares));
	check_ok(mlv_incoming_write(incoming, t.bytes, 2 * MLV_LEAF_SIZE));
	cr_assert(eq(sz, count_files("tmp/spare-*"), 2));
	mlv_spares_shed(&spares);
	cr_assert(eq(sz, count_files("tmp/*"), 0));
	cr_assert(mlv_spare_is_wanted(fd) == false && lseek(fd, 0, SEEK_END) == 0);
	close(fd);
	open_before = check_open_fds();
	check_ok(mlv_incoming_write(incoming, t.bytes + 2 * MLV_LEAF_SIZE, MLV_LEAF_SIZE));
	cr_assert(eq(int, check_open_fds(), open_before - 1));
	check_ok(send_rest(incoming, &t));
	check_ok(mlv_incoming_finish(incoming));
	check_arrived(&t);
	mlv_incoming_freep(&incoming);
	cr_assert(take_spare(&spares, &t) == false);
	cr_assert(eq(int, mlv_spare_begin(&spares, &other, -1), -1));
	mlv_spares_release(&spares);
	transfer_end(&t);
}
