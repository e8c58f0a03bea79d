#include "remote/receipts.h"

#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/store/sha256.h"

#define HEADER "mlv receipts 1\n"
#define LINE (3 * (MLV_OID_HEX + 1)) /* bytes */
#define LINES_MOST 512

/* Of whom a line speaks: "<remote> <label> ", NUL-terminated. */
#define WHO (2 * (MLV_OID_HEX + 1))

static mlv_err make_who(const char *url, const char *label, char who[static WHO + 1])
{
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid a, b;
	mlv_err err;

	if ((err = mlv_sha256_of(url, strlen(url), &a)) ||
	    (err = mlv_sha256_of(label, strlen(label), &b)))
		return err;
	memcpy(who, mlv_oid_format(&a, hex), MLV_OID_HEX);
	who[MLV_OID_HEX] = ' ';
	memcpy(who + MLV_OID_HEX + 1, mlv_oid_format(&b, hex), MLV_OID_HEX);
	who[WHO - 1] = ' ';
	who[WHO] = '\0';
	return NULL;
}

/* The lines of the file; none when it is missing or not what it should be. */
static mlv_err load(const char *path, struct mlv_buf *lines)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(LINE * LINES_MOST * 2);
	const size_t header = strlen(HEADER);
	mlv_err err = mlv_fs_read(AT_FDCWD, path, &text);

	if (err)
		return err->code == MLV_E_NOMEM ? err : NULL;
	if (text.len < header || memcmp(text.ptr, HEADER, header) != 0 ||
	    (text.len - header) % LINE != 0)
		return NULL;
	return mlv_buf_add(lines, text.ptr + header, text.len - header);
}

static bool is_of(const char *line, const char *who)
{
	return memcmp(line, who, WHO) == 0 && line[LINE - 1] == '\n';
}

mlv_err mlv_receipts_find(const char *path, const char *url, const char *label,
			  struct mlv_oid trees[static MLV_RECEIPTS_EACH], size_t *count)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf lines = MLV_BUF_INIT;
	char who[WHO + 1];
	mlv_err err;

	*count = 0;
	if (!path)
		return NULL;
	if ((err = make_who(url, label, who)) || (err = load(path, &lines)))
		return err;
	for (size_t end = lines.len; end > 0 && *count < MLV_RECEIPTS_EACH; end -= LINE) {
		const char *line = lines.ptr + end - LINE;

		if (is_of(line, who) && mlv_oid_parse(line + WHO, MLV_OID_HEX, &trees[*count]))
			++*count;
	}
	return NULL;
}

/* The lines that stay when one is added: the newest, and of its own label all but the last few. */
static mlv_err keep_lines(const struct mlv_buf *lines, const char *line, struct mlv_buf *text)
{
	size_t begin = lines->len > LINE * (LINES_MOST - 1) ? lines->len - LINE * (LINES_MOST - 1)
							    : 0;
	size_t ours = 0;
	mlv_err err = NULL;

	for (size_t at = begin; at < lines->len; at += LINE)
		ours += is_of(lines->ptr + at, line);
	for (size_t at = begin; !err && at < lines->len; at += LINE) {
		const char *old = lines->ptr + at;

		if (memcmp(old, line, LINE) == 0 ||
		    (is_of(old, line) && ours-- >= MLV_RECEIPTS_EACH))
			continue;
		err = mlv_buf_add(text, old, LINE);
	}
	return err ? err : mlv_buf_add(text, line, LINE);
}

mlv_err mlv_receipts_note(const char *path, const char *url, const char *label,
			  const struct mlv_oid *tree)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf lines = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char line[LINE + 1], hex[MLV_OID_HEX + 1];
	mlv_err err;

	if (!path)
		return NULL;
	if ((err = make_who(url, label, line)) || (err = load(path, &lines)))
		return err;
	memcpy(line + WHO, mlv_oid_format(tree, hex), MLV_OID_HEX);
	line[LINE - 1] = '\n';
	/* It is the last one already. */
	if (lines.len >= LINE && memcmp(lines.ptr + lines.len - LINE, line, LINE) == 0)
		return NULL;
	if ((err = mlv_buf_add_str(&text, HEADER)) || (err = keep_lines(&lines, line, &text)))
		return err;
	err = mlv_fs_replace(AT_FDCWD, path, text.ptr, text.len, 0666);
	return err && err->code == MLV_E_NOMEM ? err : NULL;
}
