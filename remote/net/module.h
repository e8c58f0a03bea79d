/*
 * net/module.h - one HTTP request over libcurl, and the XML of some answers: the table of mlv-net.so.
 *
 * Model     A net keeps connections open between requests. A request is sent
 *           once and answered once: no redirect is followed, nothing is tried
 *           again, no answer is decompressed, no credential is added; that is
 *           the work of http/exchange.h. What is checked here: TLS, time
 *           (10 s to connect, 30 s at less than 1 KiB/s), size of headers
 *           (64 KiB) and of an error's body (64 KiB), that as many bytes came
 *           as were announced.
 * Threads   perform() may be called by many threads at once on one net.
 * Memory    libcurl is given an allocator that ends the process with status
 *           75 when memory is out: every state on disk is a safe one.
 */
#ifndef MLV_REMOTE_NET_MODULE_H
#define MLV_REMOTE_NET_MODULE_H

#include "core/base/strs.h"
#include "remote/transport.h"

#define MLV_NET_HEADERS_MAX ((size_t)64 * 1024)
#define MLV_NET_ERROR_MAX   ((size_t)64 * 1024)

struct mlv_net;

struct mlv_net_options {
	struct mlv_ctx *ctx;
	const char *ca_file; /* NULL: the system's */
	const char *proxy;   /* NULL: what libcurl finds in the environment */
	bool no_verify;      /* any certificate will do */
	unsigned connect_seconds; /* 0: 10 */
	unsigned stall_seconds;   /* 0: 30 */
};

struct mlv_net_reply {
	int status;             /* 0: there was no answer */
	struct mlv_buf headers; /* "name\0value\0..." of the last answer, names in lower case */
	struct mlv_buf error;   /* the body, when status is 300 or more, as far as it was kept */
	uint64_t body;          /* bytes of a body below 300 that came */
	bool transient;         /* perform() failed in a way that may pass */
	bool unreachable;       /* ... because no connection was made */
	bool timed_out;         /* ... because nothing came for long */
};

struct mlv_net_request {
	const char *method;
	const char *url;                 /* with query, without user and password */
	const struct mlv_strs *headers;  /* "Name: value" */
	const struct mlv_source *source; /* the body sent is size bytes of it from offset; NULL: none */
	uint64_t offset, size;
	/* Called once before the first byte of a body below 300, or at its end. May be NULL. */
	mlv_err (*begin)(void *arg, const struct mlv_net_reply *reply);
	/*
	 * Takes the bytes of a body below 300. *enough: the rest is not needed,
	 * and the request is done. NULL: the body is dropped.
	 */
	mlv_err (*body)(void *arg, const void *bytes, size_t len, bool *enough);
	void *arg;
};

/*
 * Called at the end of each element: path are the names from the root, without
 * name spaces ("ListBucketResult/Contents/Key"), text what stood in it, not in
 * its children.
 */
typedef mlv_err (*mlv_xml_fn)(void *arg, const char *path, const char *text);

struct mlv_net_ops {
	mlv_err (*open)(struct mlv_net **out, const struct mlv_net_options *options);
	/*
	 * Send and receive. NULL: an answer came, whatever its status. Fails with
	 * what begin(), body() or the source returned, MLV_E_INTERRUPTED, or
	 * MLV_E_REMOTE (a phrase without the URL). The reply is reset first.
	 */
	mlv_err (*perform)(struct mlv_net *net, const struct mlv_net_request *request,
			   struct mlv_net_reply *reply);
	void (*close)(struct mlv_net *net);
	/* As mlv_net_xml_parse() of net/module_xml.h. */
	mlv_err (*parse_xml)(const char *bytes, size_t len, mlv_xml_fn fn, void *arg);
};

#define MLV_NET_REPLY_INIT { .headers = MLV_BUF_INIT, .error = MLV_BUF_INIT }

/* The exported table. */
extern const struct mlv_net_ops mlv_net_ops_1;

#endif
