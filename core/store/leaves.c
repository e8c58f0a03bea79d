#include "core/store/leaves.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

#define HEADER_MAX 64 /* bytes: "mlv leaves 1 18446744073709551615 1048576\n" and more */
#define LINE ((size_t)MLV_OID_HEX + 1)

static uint64_t count_for(uint64_t size)
{
	return size / MLV_LEAF_SIZE + (size % MLV_LEAF_SIZE != 0);
}

static size_t header_of(uint64_t size, char header[static HEADER_MAX])
{
	return (size_t)snprintf(header, HEADER_MAX, "mlv leaves 1 %llu %llu\n",
				(unsigned long long)size, (unsigned long long)MLV_LEAF_SIZE);
}

void mlv_leaves_release(struct mlv_leaves *leaves)
{
	free(leaves->digests);
	*leaves = (struct mlv_leaves){ 0 };
}

mlv_err mlv_leaves_init(struct mlv_leaves *leaves, uint64_t size)
{
	uint64_t count = count_for(size);
	struct mlv_oid *digests = NULL;

	if (count <= SIZE_MAX / sizeof(*digests))
		digests = mlv_sys_alloc_array((size_t)count, sizeof(*digests));
	if (!digests)
		return mlv_error_nomem("a leaf list");
	*leaves = (struct mlv_leaves){ .size = size, .count = count, .digests = digests };
	return NULL;
}

uint64_t mlv_leaves_text_size(uint64_t size)
{
	char header[HEADER_MAX];

	return header_of(size, header) + count_for(size) * LINE;
}

mlv_err mlv_leaves_write(const struct mlv_leaves *leaves, struct mlv_buf *text)
{
	char header[HEADER_MAX];
	size_t len = header_of(leaves->size, header);
	mlv_err err;

	if ((err = mlv_buf_reserve(text, len + (size_t)leaves->count * LINE)) ||
	    (err = mlv_buf_add(text, header, len)))
		return err;
	for (uint64_t i = 0; i < leaves->count; i++) {
		char line[LINE + 1];

		mlv_oid_format(&leaves->digests[i], line);
		line[MLV_OID_HEX] = '\n';
		if ((err = mlv_buf_add(text, line, LINE)))
			return err;
	}
	return NULL;
}

static mlv_err damaged(const char *why)
{
	return mlv_error(MLV_E_CORRUPT, "leaf list: %s", why);
}

/* The size that a header names; what is not canonical is found by the caller, who writes it anew. */
static bool header_size(const char *text, size_t len, uint64_t *size)
{
	static const char begin[] = "mlv leaves 1 ";
	const size_t skip = sizeof(begin) - 1;
	uint64_t value = 0;

	if (len < skip || memcmp(text, begin, skip) != 0)
		return false;
	for (size_t i = skip; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		unsigned digit = (unsigned)(text[i] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*size = value;
	return true;
}

static mlv_err parse_lines(const char *text, struct mlv_leaves *leaves)
{
	for (uint64_t i = 0; i < leaves->count; i++, text += LINE) {
		if (!mlv_oid_parse(text, MLV_OID_HEX, &leaves->digests[i]) ||
		    text[MLV_OID_HEX] != '\n')
			return damaged("a line is not a SHA-256");
	}
	return NULL;
}

mlv_err mlv_leaves_parse(const char *text, size_t len, struct mlv_leaves *leaves)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves parsed = { 0 };
	char header[HEADER_MAX];
	uint64_t size = 0;
	size_t header_len;
	mlv_err err;

	if (!header_size(text, len, &size))
		return damaged("the first line is not that of a leaf list");
	header_len = header_of(size, header);
	if (len < header_len || memcmp(text, header, header_len) != 0)
		return damaged("the first line is not canonical");
	if (size <= MLV_SMALL_MAX)
		return damaged("it is of a file too small to have one");
	/* Before any memory is asked for: a header can name any size. */
	if (len != mlv_leaves_text_size(size))
		return damaged("it has not as many lines as its size asks for");
	if ((err = mlv_leaves_init(&parsed, size)) ||
	    (err = parse_lines(text + header_len, &parsed)))
		return err;
	*leaves = parsed;
	parsed.digests = NULL;
	return NULL;
}

mlv_err mlv_leaves_hash(const void *bytes, size_t len, struct mlv_oid *digests)
{
	struct mlv_message messages[MLV_LEAVES_TOGETHER] = { { 0 } };
	size_t count = 0;

	for (size_t at = 0; at < len; at += MLV_LEAF_SIZE, count++)
		messages[count] = (struct mlv_message){
			.bytes = (const unsigned char *)bytes + at,
			.len = len - at < MLV_LEAF_SIZE ? len - at : MLV_LEAF_SIZE,
			.oid = &digests[count],
		};
	return mlv_sha256_many(messages, count);
}

mlv_err mlv_leaves_compare(const struct mlv_leaves *leaves, uint64_t first, const void *bytes,
			   size_t len, size_t *right)
{
	struct mlv_oid found[MLV_LEAVES_TOGETHER];
	size_t at = 0;
	mlv_err err = mlv_leaves_hash(bytes, len, found);

	if (err)
		return err;
	for (size_t i = 0; at < len && mlv_oid_equal(&found[i], &leaves->digests[first + i]); i++)
		at += len - at < MLV_LEAF_SIZE ? len - at : MLV_LEAF_SIZE;
	*right = at;
	return NULL;
}

mlv_err mlv_leaves_oid(const struct mlv_leaves *leaves, struct mlv_oid *oid)
{
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	char header[HEADER_MAX];
	mlv_err err;

	if ((err = mlv_sha256_new(&hasher)) ||
	    (err = mlv_sha256_update(hasher, header, header_of(leaves->size, header))))
		return err;
	for (uint64_t i = 0; i < leaves->count; i++) {
		char line[LINE + 1];

		mlv_oid_format(&leaves->digests[i], line);
		line[MLV_OID_HEX] = '\n';
		if ((err = mlv_sha256_update(hasher, line, LINE)))
			return err;
	}
	return mlv_sha256_final(hasher, oid);
}
