#include "remote/sigv4.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/hmac.h"
#include "remote/url.h"

void mlv_sigv4_date(time_t when, char text[static MLV_SIGV4_DATE])
{
	struct tm tm = { 0 };

	gmtime_r(&when, &tm);
	if (strftime(text, MLV_SIGV4_DATE, "%Y%m%dT%H%M%SZ", &tm) == 0)
		memcpy(text, "19700101T000000Z", MLV_SIGV4_DATE);
}

/* A name and a value within one text; both point into it. */
struct pair {
	const char *name, *value;
	size_t name_len, value_len;
};

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order != 0 || a_len == b_len)
		return order;
	return a_len < b_len ? -1 : 1;
}

static int compare_pairs(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;
	int order = compare_bytes(a->name, a->name_len, b->name, b->name_len);

	return order ? order : compare_bytes(a->value, a->value_len, b->value, b->value_len);
}

/* ---- the query ---- */

static size_t count_chars(const char *text, char c)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == c;
	return count;
}

static mlv_err split_query(const char *query, struct pair **pairs, size_t *count)
{
	*pairs = mlv_sys_alloc_array(count_chars(query, '&') + 1, sizeof(**pairs));
	*count = 0;
	if (!*pairs)
		return mlv_error_nomem("a query");
	for (const char *at = query; *at;) {
		size_t len = strcspn(at, "&");
		const char *equals = memchr(at, '=', len);
		size_t name = equals ? (size_t)(equals - at) : len;

		if (len > 0)
			(*pairs)[(*count)++] = (struct pair){ at, at + name + (equals != NULL), name,
							      equals ? len - name - 1 : 0 };
		at += len + (at[len] == '&');
	}
	return NULL;
}

static mlv_err add_query(struct mlv_buf *to, const char *query)
{
	MLV_SCOPED(mlv_mem_free) struct pair *pairs = NULL;
	size_t count = 0;
	mlv_err err = split_query(query ? query : "", &pairs, &count);

	if (!err)
		qsort(pairs, count, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < count && !err; i++) {
		if (i > 0 && (err = mlv_buf_add_char(to, '&')))
			return err;
		if ((err = mlv_buf_add(to, pairs[i].name, pairs[i].name_len)) ||
		    (err = mlv_buf_add_char(to, '=')))
			return err;
		err = mlv_buf_add(to, pairs[i].value, pairs[i].value_len);
	}
	return err;
}

/* ---- the headers ---- */

static int compare_names(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;
	int order = compare_bytes(a->name, a->name_len, b->name, b->name_len);

	/* Of one name, in the order given: what came first lies first in memory. */
	return order ? order : (a->value > b->value) - (a->value < b->value);
}

/* Append value without spaces around it, runs of spaces within it as one. */
static mlv_err add_folded(struct mlv_buf *to, const char *value, size_t len)
{
	mlv_err err = NULL;

	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	for (size_t i = 0; i < len && !err; i++) {
		bool space = value[i] == ' ' || value[i] == '\t';

		if (!space)
			err = mlv_buf_add_char(to, value[i]);
		else if (i > 0 && value[i - 1] != ' ' && value[i - 1] != '\t')
			err = mlv_buf_add_char(to, ' ');
	}
	return err;
}

/* "name:value" lines into one text, and where each lies in it. */
static mlv_err split_headers(const struct mlv_strs *headers, struct mlv_buf *text,
			     struct pair **pairs)
{
	mlv_err err = NULL;

	*pairs = mlv_sys_alloc_array(headers->count, sizeof(**pairs));
	if (!*pairs)
		return mlv_error_nomem("headers");
	for (size_t i = 0; i < headers->count && !err; i++)
		err = mlv_buf_add(text, headers->at[i], strlen(headers->at[i]) + 1);
	for (size_t i = 0, at = 0; i < headers->count && !err; i++) {
		char *line = text->ptr + at;
		size_t len = strlen(line), name = strcspn(line, ":;");

		for (size_t n = 0; n < name; n++)
			if (line[n] >= 'A' && line[n] <= 'Z')
				line[n] = (char)(line[n] - 'A' + 'a');
		(*pairs)[i] = (struct pair){ line, line + name + (name < len), name,
					     len - name - (name < len) };
		at += len + 1;
	}
	return err;
}

static mlv_err add_headers(struct mlv_buf *to, struct mlv_buf *names,
			   const struct mlv_strs *headers)
{
	MLV_SCOPED(mlv_mem_free) struct pair *pairs = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = split_headers(headers, &text, &pairs);

	if (!err)
		qsort(pairs, headers->count, sizeof(*pairs), compare_names);
	for (size_t i = 0; i < headers->count && !err; i++) {
		const struct pair *p = &pairs[i];
		bool more = i > 0 && p->name_len == p[-1].name_len &&
			    memcmp(p->name, p[-1].name, p->name_len) == 0;

		if (more) {
			mlv_buf_truncate(to, to->len - 1);
			err = mlv_buf_add_char(to, ',');
		} else {
			if (i > 0 && (err = mlv_buf_add_char(names, ';')))
				return err;
			if ((err = mlv_buf_add(names, p->name, p->name_len)) ||
			    (err = mlv_buf_add(to, p->name, p->name_len)))
				return err;
			err = mlv_buf_add_char(to, ':');
		}
		if (err)
			return err;
		while (p->value_len > 0 && (p->value[0] == ' ' || p->value[0] == '\t')) {
			pairs[i].value++;
			pairs[i].value_len--;
		}
		if ((err = add_folded(to, p->value, p->value_len)))
			return err;
		err = mlv_buf_add_char(to, '\n');
	}
	return err;
}

mlv_err mlv_sigv4_canonical(const struct mlv_sigv4_request *request, struct mlv_buf *to,
			    struct mlv_buf *names)
{
	mlv_err err = mlv_buf_printf(to, "%s\n%s\n", request->method,
				     request->path[0] ? request->path : "/");

	if (err || (err = add_query(to, request->query)) || (err = mlv_buf_add_char(to, '\n')) ||
	    (err = add_headers(to, names, request->headers)))
		return err;
	return mlv_buf_printf(to, "\n%s\n%s", names->ptr, request->payload_hash);
}

/* ---- the signature ---- */

static mlv_err sign_step(unsigned char key[static MLV_HMAC_SIZE], const char *message)
{
	return mlv_hmac_sha256(key, MLV_HMAC_SIZE, message, strlen(message), key);
}

/* The key of the day, region and service signs the text. */
static mlv_err sign_text(const struct mlv_sigv4_keys *keys, const char *day, const char *text,
			 unsigned char out[static MLV_HMAC_SIZE])
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf first = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&first, "AWS4%s", keys->secret_key);

	if (!err)
		err = mlv_hmac_sha256(first.ptr, first.len, day, strlen(day), out);
	mlv_wipe(first.ptr, first.len);
	if (err || (err = sign_step(out, keys->region)) || (err = sign_step(out, keys->service)) ||
	    (err = sign_step(out, "aws4_request")))
		return err;
	return sign_step(out, text);
}

mlv_err mlv_sigv4_sign(const struct mlv_sigv4_keys *keys, const struct mlv_sigv4_request *request,
		       struct mlv_buf *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf canonical = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf names = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf scope = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char date[MLV_SIGV4_DATE], day[9], hex[MLV_OID_HEX + 1];
	struct mlv_oid signature, hash;
	mlv_err err = mlv_sigv4_canonical(request, &canonical, &names);

	if (err || (err = mlv_sha256_of(canonical.ptr, canonical.len, &hash)))
		return err;
	mlv_sigv4_date(request->when, date);
	memcpy(day, date, 8);
	day[8] = '\0';
	if ((err = mlv_buf_printf(&scope, "%s/%s/%s/aws4_request", day, keys->region,
				  keys->service)) ||
	    (err = mlv_buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", date, scope.ptr,
				  mlv_oid_format(&hash, hex))) ||
	    (err = sign_text(keys, day, text.ptr, signature.bytes)))
		return err;
	return mlv_buf_printf(to, "AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%s",
			      keys->access_key, scope.ptr, names.ptr,
			      mlv_oid_format(&signature, hex));
}
