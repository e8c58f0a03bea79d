/* words.h - short texts that came lately are found without a call. */
#ifndef MLV_EVAL_FRAME_WORDS_H
#define MLV_EVAL_FRAME_WORDS_H

#include "core/eval/frame.h"

#define WORDS_SHORT  8   /* bytes of a short text */
#define WORDS_RECENT 1024 /* of them; a power of 2 */

struct mlv_word {
	uint64_t key;
	uint32_t len; /* len + 1; 0: free */
	uint32_t code;
};

/* A text of up to WORDS_SHORT bytes as a number that, with its length, is no other's. Eight are looked at. */
static inline uint64_t mlv_words_key(const char *text, size_t len)
{
	uint64_t key;

	memcpy(&key, text, sizeof(key));
	if (!len)
		return 0;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return key >> (64 - 8 * len);
#else
	return key & UINT64_MAX >> (64 - 8 * len);
#endif
}

/* Where a text would stand. */
static inline struct mlv_word *mlv_words_recent(const struct mlv_words *words, uint64_t key)
{
	return &words->recent[key * 0x9e3779b97f4a7c15U >> 32 & (WORDS_RECENT - 1)];
}

static inline bool mlv_words_is(const struct mlv_word *word, uint64_t key, size_t len)
{
	return word->key == key && word->len == len + 1;
}

#endif
