#include "tests/unit/check.h"

#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/chunk.h"
#include "core/store/sha256.h"

TestSuite(chunk, .init = check_dir_make, .fini = check_dir_remove);

/* ---- cutting as the manual tells it: from cut to cut, byte by byte ---- */

static uint64_t number_of(unsigned char byte)
{
	struct mlv_oid oid;
	uint64_t number = 0;

	check_ok(mlv_sha256_of(&byte, 1, &oid));
	for (unsigned i = 0; i < 8; i++)
		number = number << 8 | oid.bytes[i];
	return number;
}

static size_t serial_end(const uint64_t numbers[256], const unsigned char *bytes, size_t begin,
			 size_t size)
{
	uint64_t sum = 0;

	for (size_t count = 1; begin + count < size; count++) {
		sum = sum * 2 + numbers[bytes[begin + count - 1]];
		if ((count >= 16384 && sum < (uint64_t)1 << 46) ||
		    (count >= 53248 && sum < (uint64_t)1 << 50) || count == 262144)
			return begin + count;
	}
	return size;
}

struct ends {
	size_t at[4096];
	size_t count;
};

static void cut_serially(const unsigned char *bytes, size_t size, struct ends *ends)
{
	uint64_t numbers[256];

	for (unsigned i = 0; i < 256; i++)
		numbers[i] = number_of((unsigned char)i);
	ends->count = 0;
	for (size_t at = 0; at < size;)
		at = ends->at[ends->count++] = serial_end(numbers, bytes, at, size);
}

/* ---- data ---- */

static uint64_t state;

static uint64_t chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545F4914F6CDD1DULL;
}

/* Of every kind: chance, zeros, text, short and long periods. */
static unsigned char *make_data(size_t size, uint64_t seed)
{
	unsigned char *bytes = malloc(size + 8);

	cr_assert(bytes != NULL);
	state = seed * 0x9E3779B97F4A7C15ULL + 1;
	for (size_t at = 0; at < size;) {
		size_t len = 1 + chance() % 700000, kind = chance() % 6;

		for (size_t end = at + len < size ? at + len : size, from = at; at < end; at++) {
			if (kind < 3)
				bytes[at] = (unsigned char)(chance() >> 32);
			else if (kind == 3)
				bytes[at] = (unsigned char)(seed % 2 ? 0 : 0xff);
			else if (kind == 4)
				bytes[at] = (unsigned char)("0123456789,.\n"[chance() % 13]);
			else
				bytes[at] = (unsigned char)((at - from) % (2 + seed % 90));
		}
	}
	return bytes;
}

/* ---- marks ---- */

static void cut_in_pieces(const unsigned char *bytes, size_t size, struct ends *ends)
{
	struct mlv_cuts marks = { calloc(size / 64 + 1, 8), calloc(size / 64 + 1, 8) };
	size_t firsts[256], count = 0, end;

	for (size_t at = 0; at < size && count < 255; at += (1 + chance() % 12000) * 64)
		firsts[count++] = at;
	firsts[count] = size;
	/* In any order. */
	for (size_t i = count; i-- > 0;)
		mlv_cuts_find(marks, bytes, firsts[i], firsts[i + 1]);
	ends->count = 0;
	for (size_t at = 0; at < size; at = end) {
		size_t known = at + chance() % 400000;

		/* What was told too early is the same, or nothing. */
		end = mlv_chunk_end(marks, at, size, true);
		if (known < size)
			cr_assert(mlv_chunk_end(marks, at, known, false) == (end <= known ? end : 0));
		ends->at[ends->count++] = end;
	}
	free(marks.often);
	free(marks.seldom);
}

static void same_ends(const struct ends *got, const struct ends *want, const char *what)
{
	cr_assert(got->count == want->count, "%s: %zu chunks, not %zu", what, got->count,
		  want->count);
	for (size_t i = 0; i < want->count; i++)
		cr_assert(got->at[i] == want->at[i], "%s: chunk %zu ends at %zu, not %zu", what, i,
			  got->at[i], want->at[i]);
}

mlv_test(chunk, pieces_are_cut_as_a_whole_is)
{
	static struct ends serial, pieces;

	for (uint64_t seed = 1; seed <= 24; seed++) {
		size_t size = seed * seed * 9973;
		unsigned char *bytes = make_data(size, seed);

		cut_serially(bytes, size, &serial);
		cut_in_pieces(bytes, size, &pieces);
		same_ends(&pieces, &serial, "pieces");
		free(bytes);
	}
}

/* 64 bytes after which the sum is at least low and below high. */
static void find_mark(uint64_t low, uint64_t high, unsigned char window[64])
{
	uint64_t numbers[256], sum = 0;

	for (unsigned i = 0; i < 256; i++)
		numbers[i] = number_of((unsigned char)i);
	state = 11;
	for (size_t count = 0; count < 64 || sum < low || sum >= high; count++) {
		memmove(window, window + 1, 63);
		window[63] = (unsigned char)(chance() >> 40);
		sum = sum * 2 + numbers[window[63]];
	}
}

/* How long the first chunk of zeros is among which a mark ends at byte number at. */
static size_t first_chunk(const unsigned char window[64], size_t at)
{
	unsigned char *bytes = calloc(1, 300000);
	static struct ends serial, pieces;

	memcpy(bytes + at - 64, window, 64);
	cut_serially(bytes, 300000, &serial);
	cut_in_pieces(bytes, 300000, &pieces);
	same_ends(&pieces, &serial, "zeros and a mark");
	free(bytes);
	return pieces.at[0];
}

mlv_test(chunk, marks_count_from_their_very_byte_on)
{
	unsigned char seldom[64] = { 0 }, often[64] = { 0 };

	find_mark(0, (uint64_t)1 << 46, seldom);
	find_mark((uint64_t)1 << 46, (uint64_t)1 << 50, often);
	cr_assert(eq(sz, first_chunk(seldom, 16383), 262144));
	cr_assert(eq(sz, first_chunk(seldom, 16384), 16384));
	cr_assert(eq(sz, first_chunk(seldom, 53247), 53247));
	cr_assert(eq(sz, first_chunk(often, 53247), 262144));
	cr_assert(eq(sz, first_chunk(often, 53248), 53248));
	cr_assert(eq(sz, first_chunk(often, 262143), 262143));
	cr_assert(eq(sz, first_chunk(often, 262145), 262144));
}

static bool has_bit(const uint64_t *words, size_t at)
{
	return words[at / 64] >> at % 64 & 1;
}

mlv_test(chunk, marks_soon_after_a_piece_begins_are_those_of_the_whole)
{
	unsigned char window[64] = { 0 }, bytes[512];

	find_mark(0, (uint64_t)1 << 46, window);
	for (size_t end = 256; end <= 256 + 64; end++) {
		uint64_t often[8] = { 0 }, seldom[8] = { 0 };
		const struct mlv_cuts marks = { often, seldom };

		memset(bytes, 0xa5, sizeof(bytes));
		memcpy(bytes + end - 64, window, 64);
		mlv_cuts_find(marks, bytes, 256, 512);
		cr_assert(has_bit(seldom, end - 1) == (end > 256), "%zu", end);
		cr_assert(has_bit(often, end - 1) == (end > 256), "%zu", end);
	}
}

/* mlv-formats(5): cuts of 1280000 bytes. */
mlv_test(chunk, cuts_are_those_of_the_vector)
{
	static const uint32_t want[] = { 54035, 63071, 59543, 98682, 56437, 70931, 68718,
					 59614, 78833, 84462, 77923, 55636, 56891, 56352,
					 57264, 59197, 84191, 99256, 38964 };
	static struct ends got;
	unsigned char *bytes = malloc(1280000);
	size_t at = 0;

	for (unsigned i = 0; i < 40000; i++) {
		struct mlv_oid oid;
		char text[16];
		int len = snprintf(text, sizeof(text), "%u", i);

		check_ok(mlv_sha256_of(text, (size_t)len, &oid));
		memcpy(bytes + i * 32, oid.bytes, 32);
	}
	cut_in_pieces(bytes, 1280000, &got);
	cr_assert(eq(sz, got.count, sizeof(want) / sizeof(*want)));
	for (size_t i = 0; i < got.count; at = got.at[i++])
		cr_assert(eq(sz, got.at[i] - at, want[i]));
	free(bytes);
}

/* ---- files ---- */

struct taking {
	const unsigned char *bytes;
	struct ends ends;
};

static mlv_err take(void *arg, const struct mlv_chunk *chunks, size_t count)
{
	struct taking *taking = arg;

	for (size_t i = 0; i < count; i++) {
		struct ends *ends = &taking->ends;
		struct mlv_oid oid;

		check_ok(mlv_sha256_of(taking->bytes + chunks[i].offset, chunks[i].len, &oid));
		cr_assert(mlv_oid_equal(&oid, &chunks[i].oid));
		cr_assert(chunks[i].offset == (ends->count ? ends->at[ends->count - 1] : 0));
		cr_assert(memcmp(chunks[i].bytes, taking->bytes + chunks[i].offset,
				 chunks[i].len) == 0);
		ends->at[ends->count++] = chunks[i].offset + chunks[i].len;
	}
	return NULL;
}

static void name(const unsigned char *bytes, size_t size, struct mlv_leaves *leaves)
{
	check_ok(mlv_leaves_init(leaves, size));
	for (uint64_t i = 0; i < leaves->count; i++) {
		size_t at = i * MLV_LEAF_SIZE;
		size_t len = size - at < MLV_LEAF_SIZE ? size - at : MLV_LEAF_SIZE;

		check_ok(mlv_sha256_of(bytes + at, len, &leaves->digests[i]));
	}
}

static int file_of(const unsigned char *bytes, size_t size)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	cr_assert(fd >= 0);
	check_ok(mlv_fs_write_full(fd, "file", bytes, size));
	return fd;
}

static void cut_file(size_t size, unsigned jobs, uint64_t seed)
{
	static struct ends serial;
	static struct taking taking;
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	unsigned char *bytes = make_data(size, seed);
	MLV_SCOPED(mlv_fd_close) int fd = file_of(bytes, size);
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = jobs;
	name(bytes, size, &leaves);
	taking.bytes = bytes;
	taking.ends.count = 0;
	check_ok(mlv_chunk_file(&ctx, fd, "file", &leaves, take, &taking));
	cut_serially(bytes, size, &serial);
	same_ends(&taking.ends, &serial, "a file");
	free(bytes);
}

mlv_test(chunk, files_are_cut_alike_by_any_number_of_threads)
{
	const size_t mib = 1 << 20;

	cut_file(16 * mib + 1, 1, 3);
	cut_file(33 * mib - 5, 1, 4);
	cut_file(48 * mib + 70000, 2, 5);
	cut_file(32 * mib, 3, 6);
	cut_file(67 * mib + 3, 4, 7);
}

mlv_test(chunk, damage_is_found_and_nothing_of_it_handed_on)
{
	static struct taking taking;
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	const size_t size = (34 << 20) + 9;
	unsigned char *bytes = make_data(size, 2);
	MLV_SCOPED(mlv_fd_close) int fd = file_of(bytes, size);
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = 1;
	name(bytes, size, &leaves);
	taking.bytes = bytes;
	taking.ends.count = 0;
	cr_assert(pwrite(fd, "\x5a", 1, (18 << 20) + 77) == 1);
	if (bytes[(18 << 20) + 77] == 0x5a)
		cr_assert(pwrite(fd, "\x5b", 1, (18 << 20) + 77) == 1);
	check_fails(mlv_chunk_file(&ctx, fd, "file", &leaves, take, &taking), MLV_E_CORRUPT);
	cr_assert(taking.ends.count > 0);
	cr_assert(taking.ends.at[taking.ends.count - 1] <= 16 << 20);
	free(bytes);
}
