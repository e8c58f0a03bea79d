#include "remote/hmac.h"

#include <limits.h>
#include <openssl/hmac.h>

static mlv_err hmac(const EVP_MD *by, const void *key, size_t key_len, const void *message,
		    size_t len, unsigned char *out, unsigned out_len)
{
	unsigned char result[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	/* It fails for want of memory only. */
	if (key_len > INT_MAX || !HMAC(by, key, (int)key_len, message, len, result, &size) ||
	    size != out_len)
		return mlv_error_nomem("HMAC of libcrypto");
	memcpy(out, result, out_len);
	return NULL;
}

mlv_err mlv_hmac_sha256(const void *key, size_t key_len, const void *message, size_t len,
			unsigned char out[static MLV_HMAC_SIZE])
{
	return hmac(EVP_sha256(), key, key_len, message, len, out, MLV_HMAC_SIZE);
}

mlv_err mlv_hmac_sha1(const void *key, size_t key_len, const void *message, size_t len,
		      unsigned char out[static MLV_HMAC_SHA1_SIZE])
{
	return hmac(EVP_sha1(), key, key_len, message, len, out, MLV_HMAC_SHA1_SIZE);
}

/* The digest in hex; false where libcrypto does not offer it. */
static bool in_hex(const void *bytes, size_t len, const EVP_MD *kind, unsigned digits_due, char *out)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char result[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (!EVP_Digest(bytes, len, result, &size, kind, NULL) || size * 2 != digits_due)
		return false;
	for (unsigned i = 0; i < size; i++) {
		out[2 * i] = digits[result[i] >> 4];
		out[2 * i + 1] = digits[result[i] & 15];
	}
	out[digits_due] = '\0';
	return true;
}

bool mlv_md5_hex(const void *bytes, size_t len, char out[static MLV_MD5_HEX + 1])
{
	return in_hex(bytes, len, EVP_md5(), MLV_MD5_HEX, out);
}

mlv_err mlv_sha1_hex(const char *text, char hex[static MLV_SHA1_HEX + 1])
{
	if (!in_hex(text, strlen(text), EVP_sha1(), MLV_SHA1_HEX, hex))
		return mlv_error(MLV_E_SYSTEM, "SHA-1 is not offered by libcrypto");
	return NULL;
}
