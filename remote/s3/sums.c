/* s3/sums.c - the checksums that a store may check and keep (x-amz-checksum-...). */
#include <strings.h>

#include "remote/base64.h"
#include "remote/hmac.h"
#include "remote/s3/upload.h"

static const struct {
	const char *algorithm, *header, *element;
} names[] = {
	[MLV_S3_SUM_NONE] = { "", "", "" },
	[MLV_S3_SUM_SHA256] = { "SHA256", "x-amz-checksum-sha256", "ChecksumSHA256" },
	[MLV_S3_SUM_CRC64] = { "CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME" },
};

const char *mlv_s3_sum_algorithm(enum mlv_s3_sum sum)
{
	return names[sum].algorithm;
}

const char *mlv_s3_sum_element(enum mlv_s3_sum sum)
{
	return names[sum].element;
}

mlv_err mlv_s3_sum_header(enum mlv_s3_sum sum, const char *text, struct mlv_strs *headers)
{
	return mlv_http_add_header(headers, names[sum].header, text);
}

mlv_err mlv_s3_sum_text(enum mlv_s3_sum sum, const struct mlv_oid *sha256, uint64_t crc,
			char text[static MLV_S3_SUM_TEXT])
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf encoded = MLV_BUF_INIT;
	unsigned char big[8];
	mlv_err err;

	for (int i = 0; i < 8; i++)
		big[i] = (unsigned char)(crc >> 8 * (7 - i));
	if (sum == MLV_S3_SUM_SHA256)
		err = mlv_base64_add(&encoded, sha256->bytes, sizeof(sha256->bytes));
	else
		err = mlv_base64_add(&encoded, big, sizeof(big));
	if (!err)
		memcpy(text, encoded.ptr, encoded.len + 1);
	return err;
}

enum mlv_s3_sum mlv_s3_sum_now(struct mlv_s3 *s3, bool parts)
{
	enum mlv_s3_sum sum;

	pthread_mutex_lock(&s3->lock);
	sum = parts ? s3->parts_sum : s3->whole_sum;
	pthread_mutex_unlock(&s3->lock);
	return sum;
}

bool mlv_s3_header_refused(const struct mlv_s3 *s3, const struct mlv_net_reply *reply)
{
	static const char *const codes[] = { "NotImplemented", "InvalidRequest", "InvalidArgument",
					     "UnsupportedHeader" };
	char code[MLV_S3_CODE];
	bool refused = reply->status == 501;

	mlv_s3_code(s3, &reply->error, code);
	for (size_t i = 0; i < MLV_COUNT(codes) && reply->status == 400; i++)
		refused = refused || strcmp(code, codes[i]) == 0;
	return refused;
}

bool mlv_s3_sum_refused(struct mlv_s3 *s3, const struct mlv_net_reply *reply)
{
	if (!mlv_s3_header_refused(s3, reply))
		return false;
	pthread_mutex_lock(&s3->lock);
	s3->whole_sum = s3->parts_sum = MLV_S3_SUM_NONE;
	pthread_mutex_unlock(&s3->lock);
	mlv_tell_detail(s3->base.ctx, "%s: the server takes no checksums; what is sent is signed by its "
			"hash alone", s3->base.url);
	return true;
}

/* "\"5d41402abc4b2a76b9719d911017c592\"", with quotes or without. */
static bool is_md5(const char *etag, const struct mlv_s3_span *span)
{
	char hex[MLV_MD5_HEX + 1];
	size_t quote = etag[0] == '"';

	if (strlen(etag) != MLV_MD5_HEX + 2 * quote || !mlv_md5_hex(span->bytes, span->size, hex))
		return false;
	return strncasecmp(etag + quote, hex, MLV_MD5_HEX) == 0;
}

bool mlv_s3_part_is(const struct mlv_s3_part *part, enum mlv_s3_sum sum,
		    const struct mlv_s3_span *span)
{
	char text[MLV_S3_SUM_TEXT];

	if (sum == MLV_S3_SUM_NONE)
		return is_md5(part->etag, span);
	/* What is sent along to complete it must be known, and right. */
	return part->sum && !mlv_s3_sum_text(sum, &span->sha256, part->crc, text) &&
	       strcmp(part->sum, text) == 0;
}
