#include "remote/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

mlv_err mlv_base64_add(struct mlv_buf *to, const void *from, size_t len)
{
	const unsigned char *bytes = from;
	mlv_err err = NULL;

	for (size_t i = 0; i < len && !err; i += 3) {
		unsigned second = i + 1 < len ? bytes[i + 1] : 0, third = i + 2 < len ? bytes[i + 2] : 0;
		unsigned group = (unsigned)bytes[i] << 16 | second << 8 | third;
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

/* Four digits, of which the last *pad are '='; false: they are none. */
static bool decode_group(const char *text, unsigned pad, unsigned *group)
{
	*group = 0;
	for (unsigned i = 0; i < 4; i++) {
		const char *digit = i + pad < 4 && text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit && i + pad < 4)
			return false;
		*group = *group << 6 | (digit ? (unsigned)(digit - digits) : 0);
	}
	/* Bits that no byte takes are zero, so that one text alone stands for the bytes. */
	return (pad != 1 || (*group & 0xff) == 0) && (pad != 2 || (*group & 0xffff) == 0);
}

mlv_err mlv_base64_decode(struct mlv_buf *to, const char *text, size_t len, bool *good)
{
	size_t start = to->len;
	mlv_err err = NULL;

	*good = len % 4 == 0;
	for (size_t i = 0; i < len && *good && !err; i += 4) {
		unsigned pad = 0, group;
		char bytes[3];

		if (i + 4 == len && text[i + 3] == '=')
			pad = text[i + 2] == '=' ? 2 : 1;
		*good = decode_group(text + i, pad, &group);
		bytes[0] = (char)(group >> 16);
		bytes[1] = (char)(group >> 8 & 255);
		bytes[2] = (char)(group & 255);
		err = *good ? mlv_buf_add(to, bytes, 3 - pad) : NULL;
	}
	if (err || !*good)
		mlv_buf_truncate(to, start);
	return err;
}
