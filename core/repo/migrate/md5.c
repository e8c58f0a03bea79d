/* md5.c - the sums that DVC names files by. */
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/repo/migrate/impl.h"

#define CHUNK ((size_t)1 << 20) /* DVC 2 reads so much at once; a CRLF that lies across stays one */

struct migrate_sum {
	struct mlv_md5 *bytes, *text;
};

mlv_err migrate_sum_new(struct migrate_sum **out)
{
	MLV_SCOPED(migrate_sum_freep) struct migrate_sum *sum = mlv_sys_alloc(sizeof(*sum));
	mlv_err err;

	if (!sum)
		return mlv_error_nomem("a sum");
	if ((err = mlv_md5_new(&sum->bytes)) || (err = mlv_md5_new(&sum->text)))
		return err;
	*out = MLV_TAKE(sum);
	return NULL;
}

void migrate_sum_freep(struct migrate_sum **sum)
{
	if (!*sum)
		return;
	mlv_md5_freep(&(*sum)->bytes);
	mlv_md5_freep(&(*sum)->text);
	free(MLV_TAKE(*sum));
}

/* One chunk, each CRLF in it as LF. */
static mlv_err add_text(struct mlv_md5 *md5, const unsigned char *bytes, size_t len)
{
	const unsigned char *end = bytes + len, *from = bytes;
	mlv_err err;

	for (const unsigned char *at = bytes; at < end; at++) {
		at = memchr(at, '\r', (size_t)(end - at));
		if (!at)
			break;
		if (at + 1 == end || at[1] != '\n')
			continue;
		if ((err = mlv_md5_update(md5, from, (size_t)(at - from))))
			return err;
		from = at + 1;
	}
	return mlv_md5_update(md5, from, (size_t)(end - from));
}

mlv_err migrate_sum_update(struct migrate_sum *sum, bool legacy, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	mlv_err err = mlv_md5_update(sum->bytes, bytes, len);

	for (size_t done = 0; legacy && done < len && !err; done += CHUNK)
		err = add_text(sum->text, at + done, len - done < CHUNK ? len - done : CHUNK);
	return err;
}

mlv_err migrate_sum_matches(struct migrate_sum *sum, bool legacy, const struct mlv_md5_name *md5,
			    bool *matches)
{
	struct mlv_md5_name bytes, text;
	mlv_err err;

	if ((err = mlv_md5_final(sum->bytes, &bytes)) || (err = mlv_md5_final(sum->text, &text)))
		return err;
	*matches = memcmp(&bytes, md5, sizeof(bytes)) == 0 ||
		   (legacy && memcmp(&text, md5, sizeof(text)) == 0);
	return NULL;
}
