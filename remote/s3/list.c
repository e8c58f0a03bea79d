/* s3/list.c - ListObjectsV2, a page after the other. */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/s3.h"

#define PAGE_MAX ((size_t)16 << 20) /* bytes of a page of 1000 keys */

struct page {
	struct mlv_s3 *s3;
	mlv_list_fn fn;
	void *arg;
	struct mlv_buf key, token;
	uint64_t size;
	bool encoded, truncated;
	bool is_list; /* the document is one */
};

static void page_release(struct page *page)
{
	mlv_buf_release(&page->key);
	mlv_buf_release(&page->token);
}

static mlv_err set(struct mlv_buf *to, const char *text)
{
	mlv_buf_clear(to);
	return mlv_buf_add_str(to, text);
}

/* A key as it was sent: encoded where the server says so. */
static mlv_err decode(const struct page *page, struct mlv_buf *to)
{
	mlv_err err;

	if (!page->encoded)
		return mlv_buf_add(to, page->key.ptr, page->key.len);
	err = mlv_url_decode(to, page->key.ptr, page->key.len);
	return err ? mlv_error(MLV_E_REMOTE, "a list with a key that is not well encoded") : NULL;
}

/* <Contents> is over: give the key to who asked. What is no key of ours is left out. */
static mlv_err give(struct page *page)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	size_t prefix = strlen(page->s3->prefix);
	mlv_err err = decode(page, &key);

	if (err || strncmp(key.ptr, page->s3->prefix, prefix) != 0 ||
	    !mlv_transport_takes(&page->s3->base, key.ptr + prefix))
		return err;
	return page->fn(page->arg, key.ptr + prefix, page->size);
}

static mlv_err take(void *arg, const char *path, const char *text)
{
	static const char root[] = "ListBucketResult";
	struct page *page = arg;

	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return NULL;
	path += sizeof(root) - 1;
	page->is_list = true;
	if (strcmp(path, "/Contents/Key") == 0)
		return set(&page->key, text);
	if (strcmp(path, "/Contents/Size") == 0)
		return mlv_http_number(text, &page->size)
			       ? NULL
			       : mlv_error(MLV_E_REMOTE, "a list with a size that is no number");
	if (strcmp(path, "/Contents") == 0)
		return give(page);
	if (strcmp(path, "/NextContinuationToken") == 0)
		return set(&page->token, text);
	if (strcmp(path, "/IsTruncated") == 0)
		page->truncated = strcmp(text, "true") == 0;
	return NULL;
}

/* Which of the two encodings a page has is said after its keys, by some servers. */
static mlv_err find_encoding(void *arg, const char *path, const char *text)
{
	struct page *page = arg;

	if (strcmp(path, "ListBucketResult/EncodingType") == 0)
		page->encoded = strcmp(text, "url") == 0;
	return NULL;
}

static mlv_err page_query(const struct page *page, const char *prefix, struct mlv_buf *query)
{
	mlv_err err = NULL;

	if (page->token.len &&
	    ((err = mlv_buf_add_str(query, "continuation-token=")) ||
	     (err = mlv_url_encode(query, page->token.ptr, page->token.len, "")) ||
	     (err = mlv_buf_add_char(query, '&'))))
		return err;
	if ((err = mlv_buf_add_str(query, "encoding-type=url&list-type=2&prefix=")) ||
	    (err = mlv_url_encode(query, page->s3->prefix, strlen(page->s3->prefix), "")))
		return err;
	return mlv_url_encode(query, prefix, strlen(prefix), "");
}

static mlv_err one_page(struct page *page, const char *prefix)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(PAGE_MAX);
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "GET", .body = &body, .right = "s3:ListBucket" };
	char code[MLV_S3_CODE];
	mlv_err err = page_query(page, prefix, &query);

	request.query = query.ptr;
	if (err || (err = mlv_s3_do(page->s3, &request, &reply)))
		return err;
	if (reply.status != 200) {
		mlv_s3_code(page->s3, &reply.error, code);
		err = mlv_s3_error(page->s3, &request, &reply);
		/* Without the right to list one can still read and write. */
		return strcmp(code, "AccessDenied") == 0 ? mlv_error_recode(err, MLV_E_REFUSED) : err;
	}
	mlv_buf_clear(&page->token);
	page->truncated = page->encoded = page->is_list = false;
	if ((err = page->s3->http.ops->parse_xml(body.ptr, body.len, find_encoding, page)) ||
	    (err = page->s3->http.ops->parse_xml(body.ptr, body.len, take, page)))
		return err->code == MLV_E_REMOTE ? mlv_error_wrap(err, "%s", page->s3->base.url) : err;
	if (!page->is_list)
		return mlv_error(MLV_E_REMOTE, "%s: the server answered something that is no list",
				 page->s3->base.url);
	return NULL;
}

mlv_err mlv_s3_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg)
{
	MLV_SCOPED(page_release) struct page page = {
		.s3 = mlv_s3_of(t), .fn = fn, .arg = arg, .key = MLV_BUF_INIT, .token = MLV_BUF_INIT,
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf last = MLV_BUF_INIT;
	mlv_err err;

	do {
		if ((err = set(&last, page.token.ptr)) || (err = one_page(&page, prefix)) ||
		    (err = mlv_ctx_check_stop(t->ctx)))
			return err;
		if (page.truncated && (!page.token.len || strcmp(last.ptr, page.token.ptr) == 0))
			return mlv_error(MLV_E_REMOTE, "%s: a list that does not go on", t->url);
	} while (page.truncated);
	return NULL;
}
