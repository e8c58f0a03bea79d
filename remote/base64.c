#include "remote/base64.h"

mlv_err mlv_base64_add(struct mlv_buf *to, const void *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = bytes;
	mlv_err err = NULL;

	for (size_t i = 0; i < len && !err; i += 3) {
		unsigned second = i + 1 < len ? from[i + 1] : 0, third = i + 2 < len ? from[i + 2] : 0;
		unsigned group = (unsigned)from[i] << 16 | second << 8 | third;
		char four[4] = { digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63],
				 digits[group & 63] };

		if (i + 1 >= len)
			four[2] = '=';
		if (i + 2 >= len)
			four[3] = '=';
		err = mlv_buf_add(to, four, sizeof(four));
	}
	return err;
}
