#include "core/store/node.h"

#include <stdlib.h>

#include "core/base/strs.h"
#include "core/store/sha256.h"

#define MAGIC "mlv tree 1 "

int mlv_path_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t least = a_len < b_len ? a_len : b_len;
	int by = least ? memcmp(a, b, least) : 0;

	return by ? by : (a_len > b_len) - (a_len < b_len);
}

static size_t common_length(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t least = a_len < b_len ? a_len : b_len, same = 0;

	while (same < least && a[same] == b[same])
		same++;
	return same;
}

const char *mlv_path_order_next(struct mlv_path_order *order, const char *path, size_t len)
{
	size_t same = common_length(order->last, order->len, path, len), depth = order->depth;
	const char *why = mlv_path_check(path, len);

	if (why)
		return why;
	if (order->begun && same == len)
		return same == order->len ? "the path is there twice" : "the paths are not sorted";
	if (order->begun && same < order->len &&
	    (unsigned char)path[same] < (unsigned char)order->last[same])
		return "the paths are not sorted";
	while (depth && order->lens[depth - 1] > same)
		depth--;
	if (depth && path[order->lens[depth - 1]] == '/')
		return "the path lies below one that is not a directory";
	memcpy(order->last + same, path + same, len - same);
	order->len = len;
	order->lens[depth] = (uint16_t)len;
	order->depth = depth + 1;
	order->begun = true;
	return NULL;
}

bool mlv_entry_has_bytes(char kind)
{
	return kind == 'f' || kind == 'x' || kind == 'F' || kind == 'X';
}

const char *mlv_entry_check(const struct mlv_entry *entry)
{
	static const struct mlv_oid none;

	switch (entry->kind) {
	case 'f':
	case 'x':
		return entry->size <= MLV_SMALL_MAX ? NULL : "a file of its size is named by leaves";
	case 'F':
	case 'X':
		if (entry->size > MLV_SIZE_MAX)
			return "its size is beyond what a file can have";
		return entry->size > MLV_SMALL_MAX ? NULL : "a file of its size has no leaves";
	case 'l':
		return entry->size && entry->size <= MLV_LINK_MAX ? NULL :
		       "no link has a target of its size";
	case 'd':
		return !entry->size && mlv_oid_equal(&entry->oid, &none) ? NULL :
		       "an empty directory has neither id nor size";
	case 'n':
		return entry->size && entry->size <= MLV_NODE_MAX ? NULL : "no node has its size";
	default:
		return "its kind is not known";
	}
}

struct mlv_key mlv_entry_key(const struct mlv_entry *entry)
{
	struct mlv_key key = { MLV_KIND_OBJECT, entry->oid };

	if (entry->kind == 'F' || entry->kind == 'X')
		key.kind = MLV_KIND_LARGE;
	else if (entry->kind == 'n')
		key.kind = MLV_KIND_NODE;
	return key;
}

mlv_err mlv_entry_digests(const struct mlv_entry *list, size_t count, struct mlv_oid *digests)
{
	struct mlv_message messages[MLV_TREE_GROUP];

	for (size_t i = 0; i < count; i++)
		messages[i] = (struct mlv_message){ list[i].path, list[i].path_len, &digests[i] };
	return mlv_sha256_many(messages, count);
}

bool mlv_node_cut(unsigned level, const struct mlv_oid *digest)
{
	return level + 1 < MLV_TREE_LEVELS && digest->bytes[level] == 0;
}

mlv_err mlv_node_add_header(struct mlv_buf *raw, unsigned level, uint64_t entries, uint64_t bytes)
{
	return mlv_buf_printf(raw, MAGIC "%u %llu %llu\n", level, (unsigned long long)entries,
			      (unsigned long long)bytes);
}

/* Decimal digits of number at the end of text; returns where they begin. */
static char *digits_of(uint64_t number, char *end)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

/* Formatted by hand: this runs once for each of a million files. */
mlv_err mlv_node_add_entry(struct mlv_buf *raw, const struct mlv_entry *entry)
{
	char head[2 + MLV_OID_HEX + 1], number[24], *end = number + sizeof(number), *from;
	size_t head_len = 4;
	mlv_err err;

	*--end = ' ';
	from = digits_of(entry->size, end);
	head[0] = entry->kind;
	head[1] = ' ';
	if (entry->kind == 'd') {
		head[2] = '-';
		head[3] = ' ';
	} else {
		mlv_oid_format(&entry->oid, head + 2);
		head[2 + MLV_OID_HEX] = ' ';
		head_len = sizeof(head);
	}
	if ((err = mlv_buf_add(raw, head, head_len)) ||
	    (err = mlv_buf_add(raw, from, (size_t)(number + sizeof(number) - from))) ||
	    (err = mlv_buf_add(raw, entry->path, entry->path_len)))
		return err;
	return mlv_buf_add_char(raw, '\0');
}

/* What is left of a node's text. */
struct text {
	const char *at, *end;
};

static bool take(struct text *text, const char *what)
{
	size_t len = strlen(what);

	if ((size_t)(text->end - text->at) < len || memcmp(text->at, what, len) != 0)
		return false;
	text->at += len;
	return true;
}

/* A decimal number of at most most, without leading zeros, and the character after it. */
static bool take_number(struct text *text, uint64_t most, char after, uint64_t *number)
{
	const char *at = text->at;
	uint64_t n = 0;

	for (; at < text->end && *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (digit > most || n > (most - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (at == text->at || (*text->at == '0' && at - text->at > 1) || at == text->end ||
	    *at != after)
		return false;
	text->at = at + 1;
	*number = n;
	return true;
}

static mlv_err parse_header(struct text *text, struct mlv_node *node)
{
	uint64_t level;

	if (!take(text, MAGIC))
		return mlv_error(MLV_E_CORRUPT, "it does not begin with '" MAGIC "'");
	if (!take_number(text, MLV_TREE_LEVELS - 1, ' ', &level))
		return mlv_error(MLV_E_CORRUPT, "its level is not a number from 0 to 7");
	if (!take_number(text, MLV_SIZE_MAX, ' ', &node->entries) ||
	    !take_number(text, MLV_SIZE_MAX, '\n', &node->bytes))
		return mlv_error(MLV_E_CORRUPT, "its header's counts are not decimal numbers");
	node->level = (unsigned)level;
	return NULL;
}

static bool take_id(struct text *text, struct mlv_entry *entry)
{
	if (entry->kind == 'd')
		return take(text, "- ");
	if (text->end - text->at <= MLV_OID_HEX || text->at[MLV_OID_HEX] != ' ' ||
	    !mlv_oid_parse(text->at, MLV_OID_HEX, &entry->oid))
		return false;
	text->at += MLV_OID_HEX + 1;
	return true;
}

/* One entry. NULL, else what is wrong. */
static const char *parse_entry(struct text *text, unsigned level, struct mlv_entry *entry)
{
	const char *end;

	if (text->end - text->at < 2 || !strchr("fxFXldn", text->at[0]) || text->at[0] == '\0' ||
	    text->at[1] != ' ')
		return "its kind is not known";
	*entry = (struct mlv_entry){ .kind = text->at[0] };
	text->at += 2;
	if ((level > 0) != (entry->kind == 'n'))
		return level ? "a node above level 0 lists only nodes" :
			       "a node of level 0 lists no nodes";
	if (!take_id(text, entry))
		return "its id is not 64 lower-case hex digits, or - for an empty directory";
	if (!take_number(text, MLV_SIZE_MAX, ' ', &entry->size))
		return "its size is not a decimal number";
	end = memchr(text->at, '\0', (size_t)(text->end - text->at));
	if (!end)
		return "its path does not end with a NUL";
	entry->path = text->at;
	entry->path_len = (size_t)(end - text->at);
	text->at = end + 1;
	return mlv_entry_check(entry);
}

static mlv_err bad_entry(size_t index, const struct mlv_entry *entry, const char *why)
{
	char shown[256];

	if (!entry->path)
		return mlv_error(MLV_E_CORRUPT, "entry %zu: %s", index + 1, why);
	return mlv_error(MLV_E_CORRUPT, "entry %zu, '%s': %s", index + 1,
			 mlv_path_shown(entry->path, entry->path_len, shown, sizeof(shown)), why);
}

/* No entry but the last may be one that a node ends after. */
static mlv_err check_cuts(const struct mlv_node *node, size_t from, bool last)
{
	struct mlv_oid digests[MLV_TREE_GROUP];
	size_t count = node->count - from - (last && node->count > from);
	mlv_err err;

	if (node->level + 1 == MLV_TREE_LEVELS || !count)
		return NULL;
	err = mlv_entry_digests(node->list + from, count, digests);
	for (size_t i = 0; !err && i < count; i++)
		if (mlv_node_cut(node->level, &digests[i]))
			err = bad_entry(from + i, &node->list[from + i],
					"the node goes on where it has to end");
	return err;
}

static mlv_err parse_list(struct text *text, struct mlv_node *node, struct mlv_path_order *order)
{
	size_t cap = 0, checked = 0;
	mlv_err err;

	while (text->at < text->end) {
		struct mlv_entry entry = { 0 };
		const char *why = parse_entry(text, node->level, &entry);

		if (!why)
			why = mlv_path_order_next(order, entry.path, entry.path_len);
		if (why)
			return bad_entry(node->count, &entry, why);
		if (node->count - checked == MLV_TREE_GROUP) {
			if ((err = check_cuts(node, checked, false)))
				return err;
			checked = node->count;
		}
		if ((err = mlv_array_grow(&node->list, &cap, node->count + 1, sizeof(entry))))
			return err;
		node->list[node->count++] = entry;
	}
	return check_cuts(node, checked, true);
}

static mlv_err check_counts(const struct mlv_node *node)
{
	uint64_t bytes = 0;

	if (node->level)
		return node->count && node->entries >= node->count ? NULL :
		       mlv_error(MLV_E_CORRUPT, "it says %llu entries and lists %zu nodes",
				 (unsigned long long)node->entries, node->count);
	for (size_t i = 0; i < node->count; i++) {
		if (!mlv_entry_has_bytes(node->list[i].kind))
			continue;
		if (node->list[i].size > MLV_SIZE_MAX - bytes)
			return mlv_error(MLV_E_CORRUPT, "its sizes are beyond what can be");
		bytes += node->list[i].size;
	}
	if (node->entries != node->count || node->bytes != bytes)
		return mlv_error(MLV_E_CORRUPT,
				 "it says %llu entries of %llu bytes and lists %zu of %llu",
				 (unsigned long long)node->entries, (unsigned long long)node->bytes,
				 node->count, (unsigned long long)bytes);
	return NULL;
}

mlv_err mlv_node_parse(const char *raw, size_t len, struct mlv_node *node)
{
	MLV_SCOPED(mlv_node_release) struct mlv_node parsed = { 0 };
	struct mlv_path_order order;
	struct text text = { raw, raw + len };
	mlv_err err;

	order.begun = false;
	order.len = order.depth = 0;
	if (len > MLV_NODE_MAX)
		return mlv_error(MLV_E_CORRUPT, "it is longer than 16 MiB");
	if ((err = parse_header(&text, &parsed)) || (err = parse_list(&text, &parsed, &order)) ||
	    (err = check_counts(&parsed)))
		return err;
	*node = parsed;
	parsed = (struct mlv_node){ 0 };
	return NULL;
}

void mlv_node_release(struct mlv_node *node)
{
	free(node->list);
	*node = (struct mlv_node){ 0 };
}
