#include "tests/unit/check.h"

#include "core/store/leaves.h"
#include "core/store/sha256.h"

#define SIZE (MLV_SMALL_MAX + 5)

/* A list of a file of SIZE bytes: digests of 0, 1, 2 ... in their first byte. */
static struct mlv_leaves example(void)
{
	struct mlv_leaves leaves = { 0 };

	check_ok(mlv_leaves_init(&leaves, SIZE));
	for (uint64_t i = 0; i < leaves.count; i++)
		leaves.digests[i].bytes[0] = (unsigned char)i;
	return leaves;
}

mlv_test(leaves, text_and_back)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = example(), again = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_oid oid, of_text;

	cr_assert(eq(u64, leaves.count, 17));
	check_ok(mlv_leaves_write(&leaves, &text));
	cr_assert(eq(u64, text.len, mlv_leaves_text_size(SIZE)));
	cr_assert(eq(int, strncmp(text.ptr, "mlv leaves 1 16777221 1048576\n0000", 34), 0));
	check_ok(mlv_leaves_parse(text.ptr, text.len, &again));
	cr_assert(eq(u64, again.size, SIZE));
	cr_assert(eq(u64, again.count, 17));
	for (uint64_t i = 0; i < 17; i++)
		cr_assert(mlv_oid_equal(&leaves.digests[i], &again.digests[i]));
	check_ok(mlv_leaves_oid(&leaves, &oid));
	check_ok(mlv_sha256_of(text.ptr, text.len, &of_text));
	cr_assert(mlv_oid_equal(&oid, &of_text));
	mlv_leaves_release(&again);
}

mlv_test(leaves, a_whole_last_leaf_is_counted_once)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };

	check_ok(mlv_leaves_init(&leaves, 20 * MLV_LEAF_SIZE));
	cr_assert(eq(u64, leaves.count, 20));
}

/* Parse the example with from replaced by to. */
static mlv_err parse_changed(const char *from, const char *to)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = example(), parsed = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, changed = MLV_BUF_INIT;
	const char *at;

	check_ok(mlv_leaves_write(&leaves, &text));
	at = strstr(text.ptr, from);
	cr_assert(at != NULL);
	check_ok(mlv_buf_add(&changed, text.ptr, (size_t)(at - text.ptr)));
	check_ok(mlv_buf_add_str(&changed, to));
	check_ok(mlv_buf_add_str(&changed, at + strlen(from)));
	return mlv_leaves_parse(changed.ptr, changed.len, &parsed);
}

mlv_test(leaves, what_is_not_canonical_is_damage)
{
	static const char *const changes[][2] = {
		{ "mlv leaves 1", "mlv leaves 2" },
		{ "mlv leaves", "mlv  leaves" },
		{ " 16777221 ", " 016777221 " },
		{ " 16777221 ", " +16777221 " },
		{ " 16777221 ", " 16777216 " }, /* as many lines as 16 MiB and more, but small */
		{ " 16777221 ", " 17825793 " }, /* one line too few */
		{ " 16777221 ", " 18446744073709551615 " },
		{ " 16777221 ", " 18446744073709551616 " },
		{ " 16777221 ", " 99999999999999999999999 " },
		{ " 1048576\n", " 1048577\n" },
		{ " 1048576\n", " 1048576\r\n" },
		{ "\n0a00", "\n0A00" },
		{ "\n0a00", "\n 0a0" },
		{ "\n0a00", "\n\n0a0" },
		{ "\n1000000000000000000000000000000000000000000000000000000000000000\n", "\n" },
		{ "\n1000", "\n1000000000000000000000000000000000000000000000000000000000000000"
			    "\n1000" },
		{ "\n1000000000000000000000000000000000000000000000000000000000000000\n",
		  "\n1000000000000000000000000000000000000000000000000000000000000000" },
	};

	check_ok(parse_changed("mlv", "mlv"));
	for (size_t i = 0; i < MLV_COUNT(changes); i++) {
		mlv_err err = parse_changed(changes[i][0], changes[i][1]);

		cr_assert(err != NULL, "change %zu was taken", i);
		cr_assert(eq(int, (int)err->code, MLV_E_CORRUPT), "change %zu", i);
	}
}

mlv_test(leaves, nothing_and_half_a_line_are_damage)
{
	struct mlv_leaves parsed = { 0 };

	check_fails(mlv_leaves_parse("", 0, &parsed), MLV_E_CORRUPT);
	check_fails(mlv_leaves_parse("mlv leaves 1 ", 13, &parsed), MLV_E_CORRUPT);
	check_fails(mlv_leaves_parse("mlv leaves 1 16777221", 21, &parsed), MLV_E_CORRUPT);
	cr_assert(parsed.digests == NULL);
}
