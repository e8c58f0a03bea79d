#include "remote/hmac.h"

#include <limits.h>
#include <openssl/hmac.h>

mlv_err mlv_hmac_sha256(const void *key, size_t key_len, const void *message, size_t len,
			unsigned char out[static MLV_HMAC_SIZE])
{
	unsigned char result[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	/* It fails for want of memory only. */
	if (key_len > INT_MAX ||
	    !HMAC(EVP_sha256(), key, (int)key_len, message, len, result, &size) ||
	    size != MLV_HMAC_SIZE)
		return mlv_error_nomem("HMAC-SHA-256 of libcrypto");
	memcpy(out, result, MLV_HMAC_SIZE);
	return NULL;
}
