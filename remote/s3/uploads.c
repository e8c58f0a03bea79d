/* s3/uploads.c - uploads that were not ended: found, gone on with, dropped when they are old. */
#include <stdlib.h>
#include <time.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/s3/upload.h"

#define PAGE_MAX   ((size_t)16 << 20) /* bytes of a page of 1000 entries */
#define PAGES_MOST 12                 /* 10,000 parts, or as many uploads */
#define SINCE      19                 /* "2026-11-28T16:00:00" */
#define STALE_DAYS 7
#define BELOW      "large/"           /* where what goes in parts lies */

struct left {
	char *key;
	char *id; /* encoded for a query; NULL: taken */
	char since[SINCE + 1];
};

struct mlv_s3_uploads {
	struct left *at;
	size_t count, cap;
};

void mlv_s3_uploads_free(struct mlv_s3_uploads *uploads)
{
	for (size_t i = 0; uploads && i < uploads->count; i++) {
		free(uploads->at[i].key);
		free(uploads->at[i].id);
	}
	if (uploads)
		free(uploads->at);
	free(uploads);
}

/* ---- pages ---- */

struct page {
	struct mlv_s3 *s3;
	struct mlv_s3_uploads *uploads; /* of a list of these, else NULL */
	struct mlv_s3_upload *upload;   /* of a list of its parts, else NULL */
	struct mlv_buf key, id, since, etag, sum, algorithm, next, next_id;
	uint64_t number, size;
	bool truncated, is_list;
};

static struct page page_of(struct mlv_s3 *s3)
{
	return (struct page){ .s3 = s3, .key = MLV_BUF_INIT, .id = MLV_BUF_INIT, .since = MLV_BUF_INIT,
			      .etag = MLV_BUF_INIT, .sum = MLV_BUF_INIT, .algorithm = MLV_BUF_INIT,
			      .next = MLV_BUF_INIT, .next_id = MLV_BUF_INIT };
}

static void page_release(struct page *page)
{
	mlv_buf_release(&page->key);
	mlv_buf_release(&page->id);
	mlv_buf_release(&page->since);
	mlv_buf_release(&page->etag);
	mlv_buf_release(&page->sum);
	mlv_buf_release(&page->algorithm);
	mlv_buf_release(&page->next);
	mlv_buf_release(&page->next_id);
}

static mlv_err set(struct mlv_buf *to, const char *text)
{
	mlv_buf_clear(to);
	return mlv_buf_add_str(to, text);
}

/* Ask for a page. *listed is false when the server does not tell: going on is a gain, no need. */
static mlv_err get_page(struct page *page, const char *key, const char *query, mlv_xml_fn take,
			bool *listed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(PAGE_MAX);
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "GET", .key = key, .query = query, .body = &body };
	mlv_err err = mlv_s3_do(page->s3, &request, &reply);

	page->truncated = page->is_list = false;
	if (!err && reply.status == 200)
		err = page->s3->http.ops->parse_xml(body.ptr, body.len, take, page);
	*listed = !err && reply.status == 200 && page->is_list;
	if (err && (err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM))
		return err;
	if (!*listed)
		mlv_tell_detail(page->s3->base.ctx, "%s: what is left of earlier uploads cannot be "
				"listed; they are not gone on with", page->s3->base.url);
	return NULL;
}

/* ---- uploads ---- */

/* "large/ab/<62 digits>", as no other program names its keys. */
static bool is_large(const char *key)
{
	struct mlv_oid oid;
	char hex[MLV_OID_HEX];

	if (strncmp(key, BELOW, strlen(BELOW)) != 0)
		return false;
	key += strlen(BELOW);
	if (strlen(key) != MLV_OID_HEX + 1 || key[2] != '/')
		return false;
	memcpy(hex, key, 2);
	memcpy(hex + 2, key + 3, MLV_OID_HEX - 2);
	return mlv_oid_parse(hex, MLV_OID_HEX, &oid);
}

static mlv_err add_left(struct page *page)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf id = MLV_BUF_INIT;
	struct mlv_s3_uploads *all = page->uploads;
	size_t prefix = strlen(page->s3->prefix);
	struct left *left;
	mlv_err err;

	if (strncmp(page->key.ptr, page->s3->prefix, prefix) != 0 ||
	    !is_large(page->key.ptr + prefix) || page->since.len < SINCE)
		return NULL;
	if ((err = mlv_array_grow(&all->at, &all->cap, all->count + 1, sizeof(*all->at))) ||
	    (err = mlv_url_encode(&id, page->id.ptr, page->id.len, "")))
		return err;
	left = &all->at[all->count];
	memcpy(left->since, page->since.ptr, SINCE);
	left->since[SINCE] = '\0';
	left->key = mlv_sys_strdup(page->key.ptr + prefix);
	left->id = mlv_buf_detach(&id);
	all->count++;
	return left->key && left->id ? NULL : mlv_error_nomem("a list of uploads");
}

static mlv_err take_upload(void *arg, const char *path, const char *text)
{
	static const char root[] = "ListMultipartUploadsResult";
	struct page *page = arg;

	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return NULL;
	path += sizeof(root) - 1;
	page->is_list = true;
	if (strcmp(path, "/Upload/Key") == 0)
		return set(&page->key, text);
	if (strcmp(path, "/Upload/UploadId") == 0)
		return set(&page->id, text);
	if (strcmp(path, "/Upload/Initiated") == 0)
		return set(&page->since, text);
	if (strcmp(path, "/Upload") == 0)
		return add_left(page);
	if (strcmp(path, "/NextKeyMarker") == 0)
		return set(&page->next, text);
	if (strcmp(path, "/NextUploadIdMarker") == 0)
		return set(&page->next_id, text);
	if (strcmp(path, "/IsTruncated") == 0)
		page->truncated = strcmp(text, "true") == 0;
	return NULL;
}

static mlv_err uploads_query(const struct page *page, struct mlv_buf *query)
{
	const char *prefix = page->s3->prefix;
	mlv_err err = NULL;

	if (page->next.len && ((err = mlv_buf_add_str(query, "key-marker=")) ||
			       (err = mlv_url_encode(query, page->next.ptr, page->next.len, "")) ||
			       (err = mlv_buf_add_char(query, '&'))))
		return err;
	if ((err = mlv_buf_add_str(query, "prefix=")) ||
	    (err = mlv_url_encode(query, prefix, strlen(prefix), "")) ||
	    (err = mlv_url_encode(query, BELOW, strlen(BELOW), "")))
		return err;
	if (page->next.len && page->next_id.len &&
	    ((err = mlv_buf_add_str(query, "&upload-id-marker=")) ||
	     (err = mlv_url_encode(query, page->next_id.ptr, page->next_id.len, ""))))
		return err;
	return mlv_buf_add_str(query, "&uploads=");
}

static mlv_err list_uploads(struct mlv_s3 *s3, struct mlv_s3_uploads *uploads)
{
	MLV_SCOPED(page_release) struct page page = page_of(s3);
	bool listed = true;
	mlv_err err = NULL;

	page.uploads = uploads;
	page.truncated = true;
	for (int pages = 0; !err && listed && page.truncated && pages < PAGES_MOST; pages++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;

		if (!(err = uploads_query(&page, &query)))
			err = get_page(&page, NULL, query.ptr, take_upload, &listed);
	}
	return err;
}

/* What was begun before this is nobody's any more: "2026-11-21T16:00:00" of the server's clock. */
static void stale_before(struct mlv_s3 *s3, char text[static SINCE + 1])
{
	time_t now = time(NULL) - (time_t)STALE_DAYS * 24 * 60 * 60;
	struct tm parts = { 0 };

	pthread_mutex_lock(&s3->lock);
	now += s3->skew;
	pthread_mutex_unlock(&s3->lock);
	gmtime_r(&now, &parts);
	if (strftime(text, SINCE + 1, "%Y-%m-%dT%H:%M:%S", &parts) != SINCE)
		text[0] = '\0';
}

/* Only of what looks like a time can be said that it is before another. */
static bool is_before(const char *since, const char *limit)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";

	for (size_t i = 0; i < SINCE; i++)
		if (form[i] == 'd' ? since[i] < '0' || since[i] > '9' : since[i] != form[i])
			return false;
	return strcmp(since, limit) < 0;
}

static mlv_err drop_stale(struct mlv_s3 *s3, struct mlv_s3_uploads *uploads)
{
	char limit[SINCE + 1];
	mlv_err err = NULL;

	stale_before(s3, limit);
	for (size_t i = 0; i < uploads->count && !err; i++) {
		struct left *left = &uploads->at[i];

		if (!is_before(left->since, limit))
			continue;
		mlv_s3_upload_abort(s3, left->key, left->id);
		free(MLV_TAKE(left->id));
		err = mlv_ctx_check_stop(s3->base.ctx);
	}
	return err;
}

static mlv_err look(struct mlv_s3 *s3)
{
	struct mlv_s3_uploads *uploads = mlv_sys_alloc(sizeof(*uploads));
	mlv_err err;

	if (!uploads)
		return mlv_error_nomem("a list of uploads");
	if ((err = list_uploads(s3, uploads)) || (err = drop_stale(s3, uploads))) {
		mlv_s3_uploads_free(uploads);
		return err;
	}
	s3->uploads = uploads;
	return NULL;
}

/* The id of the latest upload of key, which nobody else of this process is given; else NULL. */
static mlv_err take_left(struct mlv_s3 *s3, const char *key, char **id)
{
	struct left *best = NULL;
	mlv_err err = NULL;

	pthread_mutex_lock(&s3->uploads_lock);
	if (!s3->uploads)
		err = look(s3);
	for (size_t i = 0; !err && i < s3->uploads->count; i++) {
		struct left *left = &s3->uploads->at[i];

		if (left->id && strcmp(left->key, key) == 0 &&
		    (!best || strcmp(left->since, best->since) > 0))
			best = left;
	}
	*id = best ? MLV_TAKE(best->id) : NULL;
	pthread_mutex_unlock(&s3->uploads_lock);
	return err;
}

/* ---- parts ---- */

static mlv_err add_part(struct page *page)
{
	struct mlv_s3_upload *u = page->upload;
	struct mlv_s3_part *part;

	if (page->number < 1 || page->number > u->count || !page->etag.len ||
	    page->size != mlv_s3_part_len(u, (size_t)page->number - 1))
		return NULL;
	part = &u->parts[page->number - 1];
	free(part->etag);
	free(part->sum);
	part->etag = mlv_sys_strdup(page->etag.ptr);
	part->sum = page->sum.len ? mlv_sys_strdup(page->sum.ptr) : NULL;
	part->listed = part->etag && (!page->sum.len || part->sum);
	return part->listed ? NULL : mlv_error_nomem("a list of parts");
}

static mlv_err take_part(void *arg, const char *path, const char *text)
{
	static const char root[] = "ListPartsResult";
	struct page *page = arg;

	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return NULL;
	path += sizeof(root) - 1;
	page->is_list = true;
	if (strcmp(path, "/Part/PartNumber") == 0)
		return mlv_http_number(text, &page->number) ? NULL : set(&page->etag, "");
	if (strcmp(path, "/Part/Size") == 0)
		return mlv_http_number(text, &page->size) ? NULL : set(&page->etag, "");
	if (strcmp(path, "/Part/ETag") == 0)
		return set(&page->etag, text);
	if (strncmp(path, "/Part/", 6) == 0 &&
	    strcmp(path + 6, mlv_s3_sum_element(page->upload->sum)) == 0)
		return set(&page->sum, text);
	if (strcmp(path, "/Part") == 0) {
		mlv_err err = add_part(page);

		page->number = page->size = 0;
		mlv_buf_clear(&page->etag);
		mlv_buf_clear(&page->sum);
		return err;
	}
	if (strcmp(path, "/ChecksumAlgorithm") == 0)
		return set(&page->algorithm, text);
	if (strcmp(path, "/NextPartNumberMarker") == 0)
		return set(&page->next, text);
	if (strcmp(path, "/IsTruncated") == 0)
		page->truncated = strcmp(text, "true") == 0;
	return NULL;
}

/* *known: the parts of the upload id are listed, and it keeps the checksums that are sent by now. */
static mlv_err list_parts(struct mlv_s3_upload *u, const char *id, bool *known)
{
	MLV_SCOPED(page_release) struct page page = page_of(u->s3);
	uint64_t marker = 0;
	mlv_err err = NULL;

	page.upload = u;
	page.truncated = *known = true;
	for (int pages = 0; !err && *known && page.truncated && pages < PAGES_MOST; pages++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;

		if (page.next.len && !mlv_http_number(page.next.ptr, &marker))
			return NULL;
		err = mlv_buf_printf(&query, "part-number-marker=%llu&uploadId=%s",
				     (unsigned long long)marker, id);
		if (!err)
			err = get_page(&page, u->key, query.ptr, take_part, known);
	}
	if (strcmp(page.algorithm.ptr, mlv_s3_sum_algorithm(u->sum)) != 0)
		*known = false;
	return err;
}

mlv_err mlv_s3_uploads_take(struct mlv_s3_upload *u)
{
	MLV_SCOPED(mlv_mem_free) char *id = NULL;
	bool known = false;
	mlv_err err = take_left(u->s3, u->key, &id);

	if (err || !id || (err = list_parts(u, id, &known)))
		return err;
	for (size_t i = 0; i < u->count; i++)
		u->parts[i].listed = u->parts[i].listed && known;
	if (known)
		u->id = MLV_TAKE(id);
	return NULL;
}
