#include "tests/unit/check.h"

#include "core/base/crc32c.h"

mlv_test(crc32c, vectors_of_rfc_3720)
{
	unsigned char bytes[32] = { 0 };

	cr_assert_eq(mlv_crc32c(0, bytes, 32), 0x8a9136aau);
	memset(bytes, 0xff, 32);
	cr_assert_eq(mlv_crc32c(0, bytes, 32), 0x62a8ab43u);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	cr_assert_eq(mlv_crc32c(0, bytes, 32), 0x46dd794eu);
	cr_assert_eq(mlv_crc32c_plain(0, bytes, 32), 0x46dd794eu);
}

mlv_test(crc32c, the_instruction_and_the_table_agree_at_any_length_and_cut)
{
	unsigned char bytes[200];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (size_t len = 0; len <= 100; len++)
		for (size_t at = 0; at < 9; at++) {
			uint32_t sum = mlv_crc32c_plain(0, bytes + at, len);

			cr_assert_eq(mlv_crc32c(0, bytes + at, len), sum);
			cr_assert_eq(mlv_crc32c(mlv_crc32c(0, bytes + at, len / 3), bytes + at + len / 3,
						len - len / 3),
				     sum);
		}
}
