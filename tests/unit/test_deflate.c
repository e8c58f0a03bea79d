#include "tests/unit/check.h"

#include "core/store/deflate.h"

/* len bytes of a pattern, deflated. */
static void deflated(struct mlv_buf *out, size_t len)
{
	char *bytes = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i % 7 * (i >> 9));
	check_ok(mlv_deflate(bytes, len, out));
	free(bytes);
}

mlv_test(deflate, there_and_back_around_the_step)
{
	static const size_t lens[] = { 0, 1, 65535, 65536, 65537, 1000000 };

	for (size_t i = 0; i < MLV_COUNT(lens); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf small = MLV_BUF_INIT;
		MLV_SCOPED(mlv_buf_release) struct mlv_buf back = MLV_BUF_INIT;

		deflated(&small, lens[i]);
		check_ok(mlv_inflate(small.ptr, small.len, lens[i], &back));
		cr_assert(eq(sz, back.len, lens[i]));
		for (size_t k = 0; k < back.len; k++)
			cr_assert(back.ptr[k] == (char)(k % 7 * (k >> 9)));
		mlv_buf_release(&small);
		mlv_buf_release(&back);
	}
}

mlv_test(deflate, more_than_the_cap_is_refused_before_it_is_made)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf small = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf back = MLV_BUF_INIT;

	deflated(&small, 1 << 20);
	check_fails(mlv_inflate(small.ptr, small.len, (1 << 20) - 1, &back), MLV_E_CORRUPT);
	check_fails(mlv_inflate(small.ptr, small.len, 10, &back), MLV_E_CORRUPT);
	check_fails(mlv_inflate(small.ptr, small.len, 0, &back), MLV_E_CORRUPT);
	cr_assert(eq(sz, back.len, 0));
	cr_assert(lt(sz, back.cap, 3 << 20));
	mlv_buf_release(&small);
	mlv_buf_release(&back);
}

mlv_test(deflate, damage_is_refused)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf small = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf back = MLV_BUF_INIT;

	deflated(&small, 5000);
	check_fails(mlv_inflate(small.ptr, 0, 5000, &back), MLV_E_CORRUPT);
	check_fails(mlv_inflate(small.ptr, small.len - 1, 5000, &back), MLV_E_CORRUPT);
	check_ok(mlv_buf_add_char(&small, 'x'));
	check_fails(mlv_inflate(small.ptr, small.len, 5000, &back), MLV_E_CORRUPT);
	small.ptr[small.len - 2] ^= 1;
	check_fails(mlv_inflate(small.ptr, small.len - 1, 5000, &back), MLV_E_CORRUPT);
	mlv_buf_release(&small);
	mlv_buf_release(&back);
}
