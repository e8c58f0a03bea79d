#include "tests/unit/check.h"

#include "core/store/oid.h"

/* SHA-256 of "abc": FIPS 180-4, example of NIST. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

mlv_test(oid, text_and_back)
{
	struct mlv_oid oid, again;
	char hex[MLV_OID_HEX + 1];

	cr_assert(mlv_oid_parse(ABC, 64, &oid));
	cr_assert(eq(str, mlv_oid_format(&oid, hex), ABC));
	cr_assert(mlv_oid_parse(hex, 64, &again));
	cr_assert(mlv_oid_equal(&oid, &again));
}

mlv_test(oid, only_64_lower_case_digits_are_an_id)
{
	struct mlv_oid oid = { { 7 } }, before = oid;
	char text[] = ABC;

	cr_assert(eq(int, mlv_oid_parse(text, 63, &oid), false));
	cr_assert(eq(int, mlv_oid_parse(ABC "0", 65, &oid), false));
	cr_assert(eq(int, mlv_oid_parse("", 0, &oid), false));
	for (const char *bad = "AFGg/:`@ \n"; *bad; bad++) {
		text[63] = *bad;
		cr_assert(eq(int, mlv_oid_parse(text, 64, &oid), false), "'%c'", *bad);
	}
	cr_assert(mlv_oid_equal(&oid, &before), "a failed parse wrote");
}

mlv_test(oid, keys_sort_by_kind_then_id)
{
	struct mlv_key a = { MLV_KIND_OBJECT, { { 2 } } }, b = { MLV_KIND_LARGE, { { 1 } } };
	struct mlv_key c = { MLV_KIND_OBJECT, { { 1 } } };

	cr_assert(lt(int, mlv_key_compare(&a, &b), 0));
	cr_assert(gt(int, mlv_key_compare(&b, &a), 0));
	cr_assert(gt(int, mlv_key_compare(&a, &c), 0));
	cr_assert(eq(int, mlv_key_compare(&a, &a), 0));
}

mlv_test(oid, each_kind_has_its_place)
{
	struct mlv_key key = { MLV_KIND_OBJECT, { { 0 } } };
	char path[MLV_KEY_PATH];

	cr_assert(mlv_oid_parse(ABC, 64, &key.oid));
	cr_assert(eq(str, mlv_key_path(&key, path),
		     "objects/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	key.kind = MLV_KIND_LARGE;
	cr_assert(eq(str, mlv_key_path(&key, path),
		     "large/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	key.kind = MLV_KIND_LEAVES;
	cr_assert(eq(str, mlv_key_path(&key, path),
		     "large/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		     ".leaves"));
	key.kind = MLV_KIND_NODE;
	cr_assert(eq(str, mlv_key_path(&key, path),
		     "nodes/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

mlv_test(oid, sixteen_mib_is_the_last_small_size)
{
	cr_assert(eq(int, mlv_kind_of_size(0), MLV_KIND_OBJECT));
	cr_assert(eq(int, mlv_kind_of_size(16777216), MLV_KIND_OBJECT));
	cr_assert(eq(int, mlv_kind_of_size(16777217), MLV_KIND_LARGE));
}
