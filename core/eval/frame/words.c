#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame/words.h"

#define FIRST_SLOTS 64
#define AHEAD       32
#define BYTES_MAX   ((size_t)1 << 40)

void mlv_words_release(struct mlv_words *words)
{
	mlv_buf_release(&words->bytes);
	free(words->offset);
	free(words->slot);
	free(words->recent);
	*words = (struct mlv_words){ .bytes = MLV_BUF_INIT };
}

void mlv_words_clear(struct mlv_words *words)
{
	mlv_buf_clear(&words->bytes);
	words->count = 0;
	if (words->slots)
		memset(words->slot, 0, words->slots * sizeof(*words->slot));
	if (words->recent)
		memset(words->recent, 0, WORDS_RECENT * sizeof(*words->recent));
}

/* A secret of this process: whoever writes a table cannot know which texts collide. */
static uint64_t secret[2];
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

static void make_secret(void)
{
	struct timespec now = { 0 };

	if (getrandom(secret, sizeof(secret), 0) == (ssize_t)sizeof(secret))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	secret[0] = (uint64_t)now.tv_nsec;
	secret[1] = (uint64_t)getpid();
}

static uint64_t turn(uint64_t value, unsigned by)
{
	return value << by | value >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = turn(v[1], 13) ^ v[0];
	v[0] = turn(v[0], 32);
	v[2] += v[3];
	v[3] = turn(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = turn(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = turn(v[1], 17) ^ v[2];
	v[2] = turn(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/* SipHash-1-3 (Aumasson and Bernstein 2012) with the secret. No code depends on what it gives. */
static uint32_t hash_of(const char *text, size_t len)
{
	uint64_t v[4], word;
	size_t at = 0;

	pthread_once(&secret_once, make_secret);
	v[0] = secret[0] ^ 0x736f6d6570736575U;
	v[1] = secret[1] ^ 0x646f72616e646f6dU;
	v[2] = secret[0] ^ 0x6c7967656e657261U;
	v[3] = secret[1] ^ 0x7465646279746573U;
	for (; at + 8 <= len; at += 8) {
		memcpy(&word, text + at, 8);
		sip_word(v, word);
	}
	word = (uint64_t)len << 56;
	for (unsigned shift = 0; at < len; at++, shift += 8)
		word |= (uint64_t)(unsigned char)text[at] << shift;
	sip_word(v, word);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

const char *mlv_words_at(const struct mlv_words *words, uint32_t code)
{
	return words->bytes.ptr + words->offset[code];
}

static size_t length_of(const struct mlv_words *words, uint32_t code)
{
	uint64_t end = code + 1 < words->count ? words->offset[code + 1] : words->bytes.len;

	return (size_t)(end - words->offset[code]) - 1;
}

/* The slot of text, or the free one where it belongs. There are free slots. */
static size_t slot_of(const struct mlv_words *words, uint32_t hash, const char *text, size_t len)
{
	size_t at = hash & (words->slots - 1);

	for (; words->slot[at].code; at = (at + 1) & (words->slots - 1)) {
		uint32_t code = words->slot[at].code - 1;

		if (words->slot[at].hash == hash && length_of(words, code) == len &&
		    memcmp(mlv_words_at(words, code), text, len) == 0)
			break;
	}
	return at;
}

static mlv_err grow_slots(struct mlv_words *words)
{
	size_t slots = words->slots ? words->slots * 2 : FIRST_SLOTS;
	struct mlv_word_slot *made = mlv_sys_alloc_array(slots, sizeof(*made));

	if (!made)
		return mlv_error_nomem("a table's values");
	for (size_t s = 0; s < words->slots; s++) {
		size_t at = words->slot[s].hash & (slots - 1);

		if (!words->slot[s].code)
			continue;
		while (made[at].code)
			at = (at + 1) & (slots - 1);
		made[at] = words->slot[s];
	}
	free(words->slot);
	words->slot = made;
	words->slots = slots;
	return NULL;
}

static mlv_err add_word(struct mlv_words *words, uint32_t hash, const char *text, size_t len,
			uint32_t *code)
{
	size_t at;
	mlv_err err;

	if (words->count + 1 > words->slots / 4 * 3 && (err = grow_slots(words)))
		return err;
	at = slot_of(words, hash, text, len);
	if (words->slot[at].code) {
		*code = words->slot[at].code - 1;
		return NULL;
	}
	if ((err = mlv_array_grow(&words->offset, &words->offset_cap, words->count + 1,
				  sizeof(*words->offset))))
		return err;
	words->bytes.limit = BYTES_MAX;
	if ((err = mlv_buf_reserve(&words->bytes, len + 1)))
		return err;
	words->offset[words->count] = words->bytes.len;
	memcpy(words->bytes.ptr + words->bytes.len, text, len);
	words->bytes.ptr[words->bytes.len + len] = '\0';
	mlv_buf_advance(&words->bytes, len + 1);
	*code = (uint32_t)words->count++;
	words->slot[at] = (struct mlv_word_slot){ hash, *code + 1 };
	return NULL;
}

/* A text of up to 8 bytes as mlv_words_key() gives it, of which no byte behind it is looked at. */
static uint64_t key_of(const char *text, size_t len)
{
	char bytes[8] = { 0 };

	memcpy(bytes, text, len);
	return mlv_words_key(bytes, len);
}

mlv_err mlv_words_add(struct mlv_words *words, const char *text, size_t len, uint32_t *code)
{
	struct mlv_word *recent;
	uint64_t key;
	mlv_err err;

	if (len > WORDS_SHORT)
		return add_word(words, hash_of(text, len), text, len, code);
	if (!words->recent &&
	    !(words->recent = mlv_sys_alloc_array(WORDS_RECENT, sizeof(*words->recent))))
		return mlv_error_nomem("a table's values");
	key = key_of(text, len);
	recent = mlv_words_recent(words, key);
	if (mlv_words_is(recent, key, len)) {
		*code = recent->code;
		return NULL;
	}
	if (!(err = add_word(words, hash_of(text, len), text, len, code)))
		*recent = (struct mlv_word){ key, (uint32_t)len + 1, *code };
	return err;
}

/* Hashes first, so that their slots come from memory while others are worked on. */
mlv_err mlv_words_add_all(struct mlv_words *words, const struct mlv_words *from, uint32_t first,
			  uint32_t *codes)
{
	uint32_t hash[AHEAD];
	mlv_err err = NULL;

	for (uint32_t begin = first, count; begin < from->count && !err; begin += count) {
		count = from->count - begin < AHEAD ? (uint32_t)(from->count - begin) : AHEAD;
		for (uint32_t i = 0; i < count; i++) {
			hash[i] = hash_of(mlv_words_at(from, begin + i), length_of(from, begin + i));
			if (words->slots)
				__builtin_prefetch(&words->slot[hash[i] & (words->slots - 1)], 1);
		}
		for (uint32_t i = 0; i < count && !err; i++)
			err = add_word(words, hash[i], mlv_words_at(from, begin + i),
				       length_of(from, begin + i), &codes[begin + i]);
	}
	return err;
}

bool mlv_words_find(const struct mlv_words *words, const char *text, uint32_t *code)
{
	size_t at;

	if (!words->slots)
		return false;
	at = slot_of(words, hash_of(text, strlen(text)), text, strlen(text));
	if (!words->slot[at].code)
		return false;
	*code = words->slot[at].code - 1;
	return true;
}
