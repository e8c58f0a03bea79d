#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame.h"

#define FIRST_SLOTS 64
#define BYTES_MAX   ((size_t)1 << 40)

void mlv_words_release(struct mlv_words *words)
{
	mlv_buf_release(&words->bytes);
	free(words->offset);
	free(words->slot);
	*words = (struct mlv_words){ .bytes = MLV_BUF_INIT };
}

/* FNV-1a, its bits mixed once more: tables come from people, not from attackers who gain by slowness. */
static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3U;
	return hash ^ hash >> 29;
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
static size_t slot_of(const struct mlv_words *words, const char *text, size_t len)
{
	size_t at = (size_t)hash_of(text, len) & (words->slots - 1);

	for (; words->slot[at]; at = (at + 1) & (words->slots - 1)) {
		uint32_t code = words->slot[at] - 1;

		if (length_of(words, code) == len &&
		    memcmp(mlv_words_at(words, code), text, len) == 0)
			break;
	}
	return at;
}

static mlv_err grow_slots(struct mlv_words *words)
{
	size_t slots = words->slots ? words->slots * 2 : FIRST_SLOTS;
	uint32_t *made = mlv_sys_alloc_array(slots, sizeof(*made));

	if (!made)
		return mlv_error_nomem("a table's values");
	free(words->slot);
	words->slot = made;
	words->slots = slots;
	for (uint32_t code = 0; code < words->count; code++)
		made[slot_of(words, mlv_words_at(words, code), length_of(words, code))] = code + 1;
	return NULL;
}

mlv_err mlv_words_add(struct mlv_words *words, const char *text, size_t len, uint32_t *code)
{
	size_t at;
	mlv_err err;

	if ((words->count + 1) * 2 > words->slots && (err = grow_slots(words)))
		return err;
	at = slot_of(words, text, len);
	if (words->slot[at]) {
		*code = words->slot[at] - 1;
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
	words->slot[at] = *code + 1;
	return NULL;
}

bool mlv_words_find(const struct mlv_words *words, const char *text, uint32_t *code)
{
	size_t at;

	if (!words->slots)
		return false;
	at = slot_of(words, text, strlen(text));
	if (!words->slot[at])
		return false;
	*code = words->slot[at] - 1;
	return true;
}
