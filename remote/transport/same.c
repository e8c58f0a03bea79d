/* transport/same.c - whether a key has just the bytes that it should have. */
#include "remote/transport.h"

#define COMPARED ((size_t)16 << 10) /* bytes at once */

/* What the key holds, beside what it should. */
struct comparison {
	const struct mlv_source *source;
	uint64_t at;
	bool differs;
};

/* What is small is read to its end, for to break off costs the connection. */
static mlv_err differ(struct comparison *c)
{
	c->differs = true;
	if (c->source->size <= MLV_SAME_SMALL)
		return NULL;
	return mlv_error(MLV_E_CORRUPT, "it has other bytes");
}

static mlv_err compare_bytes(void *arg, const void *bytes, size_t len)
{
	struct comparison *c = arg;
	char ours[COMPARED];
	mlv_err err = NULL;

	if (len > c->source->size - c->at)
		return mlv_error(MLV_E_CORRUPT, "it is longer");
	for (size_t done = 0; !err && done < len;) {
		size_t piece = len - done < sizeof(ours) ? len - done : sizeof(ours);

		if (!(err = c->source->read(c->source->arg, ours, piece, c->at)) &&
		    memcmp(ours, (const char *)bytes + done, piece) != 0)
			err = differ(c);
		done += piece;
		c->at += piece;
	}
	return err;
}

static mlv_err next_byte(void *arg, uint64_t *offset)
{
	const struct comparison *c = arg;

	*offset = c->at;
	return NULL;
}

mlv_err mlv_transport_same(struct mlv_transport *t, const char *key,
			   const struct mlv_source *source, bool *same)
{
	struct comparison c = { .source = source };
	const struct mlv_sink sink = { .write = compare_bytes, .resume = next_byte, .arg = &c };
	bool there = false;
	uint64_t size = 0;
	mlv_err err = mlv_transport_head(t, key, &there, &size);

	*same = false;
	if (err || !there || size != source->size)
		return err;
	err = mlv_transport_get(t, key, 0, UINT64_MAX, &sink);
	*same = !err && c.at == source->size && !c.differs;
	return err && (err->code == MLV_E_CORRUPT || err->code == MLV_E_MISSING) ? NULL : err;
}
