/*
 * s3/list.c - ListObjectsV2, a page after the other. A server that knows only
 * the first version answers with that: its pages go on after their last key.
 */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/s3.h"

#define PAGE_MAX   ((size_t)16 << 20) /* bytes of a page of 1000 keys */
#define TRIES      3                  /* a page that was changed on its way is asked for again */
#define PAGES_MOST ((size_t)50000)
#define PAGES_IDLE 1000 /* one after the other, that hold no key of what is asked for */

struct page {
	struct mlv_s3 *s3;
	const char *prefix; /* that is asked for; a key without it is none of it, whatever the store
			       says */
	mlv_list_fn fn;
	void *arg;
	struct mlv_buf key, token;
	struct mlv_buf last; /* key, as it came: whether it is one of ours or not */
	uint64_t size;  /* of key, where sized: that of a key that is not ours may be anything */
	uint64_t given; /* keys, of all pages */
	bool sized;
	bool encoded, truncated;
	bool is_list;   /* the document is one */
	bool is_broken; /* it is none, or not XML: another attempt may bring one */
};

static void page_release(struct page *page)
{
	mlv_buf_release(&page->key);
	mlv_buf_release(&page->token);
	mlv_buf_release(&page->last);
}

static mlv_err set(struct mlv_buf *to, const char *text)
{
	mlv_buf_clear(to);
	return mlv_buf_add_str(to, text);
}

/* The key, decoded where the server says that it is encoded; *good: it is well encoded. */
static mlv_err decode(const struct page *page, struct mlv_buf *to, bool *good)
{
	mlv_err err;

	*good = true;
	if (!page->encoded)
		return mlv_buf_add(to, page->key.ptr, page->key.len);
	err = mlv_url_decode(to, page->key.ptr, page->key.len);
	*good = !err;
	return err && err->code == MLV_E_NOMEM ? err : NULL;
}

/* Whether what follows the remote's own prefix is a key that was asked for. */
static bool is_asked(const struct page *page, const char *key)
{
	return strncmp(key, page->prefix, strlen(page->prefix)) == 0 &&
	       mlv_transport_takes(&page->s3->base, key);
}

/*
 * <Contents> is over: give the key to who asked. What is no key of ours is left out, and so is
 * what has no size: it counts as not there.
 */
static mlv_err give(struct page *page)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	size_t prefix = strlen(page->s3->prefix);
	bool good, sized = page->sized;
	mlv_err err = decode(page, &key, &good);

	mlv_buf_clear(&page->key);
	if (!err && good)
		err = set(&page->last, key.ptr);
	page->sized = false;
	if (err || !good || !sized || strncmp(key.ptr, page->s3->prefix, prefix) != 0 ||
	    !is_asked(page, key.ptr + prefix))
		return err;
	page->given++;
	return page->fn(page->arg, key.ptr + prefix, page->size);
}

static mlv_err take(void *arg, const char *path, const char *text)
{
	static const char root[] = "ListBucketResult";
	struct page *page = arg;

	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return NULL;
	path += sizeof(root) - 1;
	if (strcmp(path, "/Contents/Key") == 0)
		return set(&page->key, text);
	if (strcmp(path, "/Contents/Size") == 0)
		page->sized = mlv_http_number(text, &page->size);
	if (strcmp(path, "/Contents") == 0)
		return give(page);
	if (strcmp(path, "/NextContinuationToken") == 0)
		return set(&page->token, text);
	if (strcmp(path, "/IsTruncated") == 0)
		page->truncated = strcmp(text, "true") == 0;
	return NULL;
}

/* Before keys are taken: which of the two encodings a page has is said after them, by some servers.
 */
static mlv_err look(void *arg, const char *path, const char *text)
{
	struct page *page = arg;

	if (strcmp(path, "ListBucketResult/EncodingType") == 0)
		page->encoded = strcmp(text, "url") == 0;
	if (strcmp(path, "ListBucketResult") == 0)
		page->is_list = true;
	return NULL;
}

/* Where the list goes on: both versions have their own way, and ignore the other. */
static mlv_err add_place(const struct page *page, struct mlv_buf *query)
{
	const struct mlv_buf *place = page->token.len ? &page->token : &page->last;
	mlv_err err;

	if (!place->len)
		return NULL;
	if ((err = mlv_buf_add_str(query, page->token.len ? "continuation-token=" : "marker=")) ||
	    (err = mlv_url_encode(query, place->ptr, place->len, "")))
		return err;
	return mlv_buf_add_char(query, '&');
}

static mlv_err page_query(const struct page *page, const char *prefix, struct mlv_buf *query)
{
	mlv_err err = add_place(page, query);

	if (err || (err = mlv_buf_add_str(query, "encoding-type=url&list-type=2&prefix=")) ||
	    (err = mlv_url_encode(query, page->s3->prefix, strlen(page->s3->prefix), "")))
		return err;
	return mlv_url_encode(query, prefix, strlen(prefix), "");
}

/* Ask for the page, and look whether it is a list; nothing of it is taken yet. */
static mlv_err get_page(struct page *page, const struct mlv_s3_request *request)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	char code[MLV_S3_CODE];
	mlv_err err = mlv_s3_do(page->s3, request, &reply);

	page->is_broken = !err && reply.status < 300 && reply.status != 200;
	if (err) /* whose URL is that of the bucket */
		return err->code == MLV_E_REMOTE ? mlv_error_wrap(err, "%s", page->s3->base.url)
						 : err;
	if (reply.status != 200) {
		mlv_s3_code(page->s3, &reply.error, code);
		err = mlv_s3_error(page->s3, request, &reply);
		/* Without the right to list one can still read and write. */
		return strcmp(code, "AccessDenied") == 0 ? mlv_error_recode(err, MLV_E_REFUSED)
							 : err;
	}
	page->truncated = page->encoded = page->is_list = false;
	err = page->s3->http.ops->parse_xml(request->body->ptr, request->body->len, look, page);
	if (!err && !page->is_list)
		err = mlv_error(MLV_E_REMOTE, "the server answered something that is no list");
	page->is_broken = err != NULL && err->code == MLV_E_REMOTE;
	return page->is_broken ? mlv_error_wrap(err, "%s", page->s3->base.url) : err;
}

static mlv_err one_page(struct page *page, const char *prefix)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(PAGE_MAX);
	struct mlv_s3_request request = { .method = "GET",
					  .body = &body,
					  .right = "s3:ListBucket" };
	mlv_err err = page_query(page, prefix, &query);

	request.query = query.ptr;
	if (err)
		return err;
	for (int i = 0; i < TRIES; i++)
		if (!(err = get_page(page, &request)) || !page->is_broken)
			break;
	if (err)
		return err;
	mlv_buf_clear(&page->token);
	mlv_buf_clear(&page->last);
	err = page->s3->http.ops->parse_xml(body.ptr, body.len, take, page);
	return err && err->code == MLV_E_REMOTE ? mlv_error_wrap(err, "%s", page->s3->base.url)
						: err;
}

/*
 * Whether there is no use in going on: *why. What comes back to where it was is
 * known by the place of page 1, 2, 4, 8, ..., which is kept until the next of
 * these (Brent 1980).
 */
static mlv_err look_ahead(const struct page *page, size_t pages, size_t idle, struct mlv_buf *kept,
			  const char **why)
{
	const struct mlv_buf *place = page->token.len ? &page->token : &page->last;

	if (!place->len)
		*why = "that does not say how it goes on";
	else if (kept->len > 0 && strcmp(kept->ptr, place->ptr) == 0)
		*why = "that comes back to where it was";
	else if (pages >= PAGES_MOST || idle >= PAGES_IDLE)
		*why = "without end";
	return (pages & (pages - 1)) == 0 ? set(kept, place->ptr) : NULL;
}

mlv_err mlv_s3_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg)
{
	MLV_SCOPED(page_release)
	struct page page = {
		.s3 = mlv_s3_of(t),
		.prefix = prefix,
		.fn = fn,
		.arg = arg,
		.key = MLV_BUF_INIT,
		.token = MLV_BUF_INIT,
		.last = MLV_BUF_INIT,
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf kept = MLV_BUF_INIT;
	size_t pages = 0, idle = 0;
	const char *why = NULL;
	mlv_err err;

	do {
		uint64_t before = page.given;

		if ((err = one_page(&page, prefix)) || (err = mlv_ctx_check_stop(t->ctx)))
			return err;
		idle = page.given == before ? idle + 1 : 0;
		if (page.truncated && (err = look_ahead(&page, ++pages, idle, &kept, &why)))
			return err;
		if (why)
			return mlv_error(MLV_E_REMOTE, "%s: a list %s", t->url, why);
	} while (page.truncated);
	return NULL;
}
