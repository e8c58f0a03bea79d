/*
 * net/module.h - one request over libcurl, of HTTP or SFTP, and the XML of some answers: the table
 * of mlv-net.so.
 *
 * Model     A net keeps connections open between requests. A request is sent
 *           once and answered once: no redirect is followed, nothing is tried
 *           again, no answer is decompressed, no credential is added; that is
 *           the work of http/exchange.h. But a digest answers a challenge: the
 *           request goes without body first, then again. What is checked here: TLS, time
 *           (10 s to connect, 30 s at less than 1 KiB/s), size of headers
 *           (64 KiB) and of a body that nobody wants (64 KiB), that the head
 *           of the answer is whole and as many bytes came as were announced,
 *           that its status is one of an answer to this, and that it is not
 *           the one before, sent again.
 * Threads   perform() may be called by many threads at once on one net.
 * Memory    libcurl is given an allocator that ends the process with status
 *           75 when memory is out: every state on disk is a safe one.
 */
#ifndef MLV_REMOTE_NET_MODULE_H
#define MLV_REMOTE_NET_MODULE_H

#include "core/base/strs.h"
#include "remote/transport.h"

#define MLV_NET_HEADERS_MAX ((size_t)64 * 1024)
#define MLV_NET_ERROR_MAX   ((size_t)64 * 1024) /* and of other bodies that are dropped */

struct mlv_net;

/* How to log in to a server of SFTP. What it points to lives as long as the net. */
struct mlv_net_login {
	const char *user;
	const char *password;   /* NULL: none */
	const char *passphrase; /* of key files; NULL: none */
	bool agent;             /* ask the agent of SSH_AUTH_SOCK */
	/* What the server's key may be: lines of known_hosts for this host alone, "": nobody knows. */
	const char *known;
	/* Whether the server's key is that of the host: called before anything secret is sent. */
	mlv_err (*check_key)(void *arg, const void *key, size_t len);
	void *arg;
};

struct mlv_net_options {
	struct mlv_ctx *ctx;
	const struct mlv_net_login *login; /* of SFTP; NULL: the net is for HTTP */
	const char *ca_file; /* NULL: the system's */
	const char *proxy;   /* NULL: what libcurl finds in the environment */
	/* Who we are, by digest (RFC 7616); NULL: nobody. They live as long as the net. */
	const char *digest_user, *digest_password;
	const char *cert_file, *key_file; /* who we are, to a server that asks; NULL: nobody */
	/*
	 * Requests under way at once, each on one of its own; fewer while they break, or while the
	 * server wants fewer (429, 503, 509). 0: any number.
	 */
	unsigned connections;
	bool http2;          /* spoken over TLS where the server does */
	bool no_verify;      /* any certificate will do */
	bool typed;          /* the URL is the user's, and not that of a remote with a name: for hints */
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
	bool unresolved;        /* ... because its host's address is not known */
	bool timed_out;         /* ... because nothing came for long */
	bool odd;               /* ... because what came makes no sense */
};

/* Whether a status says that requests are too many for the server. */
static inline bool mlv_net_wants_fewer(int status)
{
	return status == 429 || status == 503 || status == 509;
}

struct mlv_net_request {
	const char *method;
	const char *url;                 /* with query, without user and password */
	const struct mlv_strs *headers;  /* "Name: value" */
	const struct mlv_source *source; /* the body sent is size bytes of it from offset; NULL: none */
	uint64_t offset, size;
	bool identify;                   /* the server is the one that cert_file and digest are for */
	/*
	 * Called once before the first byte of a body below 300, or at its end. May
	 * set transient and odd when it fails. May be NULL.
	 */
	mlv_err (*begin)(void *arg, struct mlv_net_reply *reply);
	/*
	 * Takes the bytes of a body below 300. *enough: the rest is not needed,
	 * and the request is done. NULL: the body is dropped, and read no further
	 * than MLV_NET_ERROR_MAX.
	 */
	mlv_err (*body)(void *arg, const void *bytes, size_t len, bool *enough);
	void *arg;
};

/* ---- SFTP ---- */

enum mlv_net_file_what {
	MLV_FILE_LOOK,     /* size of a file, and with_time when it was changed */
	MLV_FILE_READ,     /* its bytes from offset, len of them or to its end */
	MLV_FILE_WRITE,    /* make or overwrite it, and the directories above it; then the commands */
	MLV_FILE_NAMES,    /* the names in a directory (the URL ends with '/'), one a line */
	MLV_FILE_LINES,    /* the same, as "ls -l" shows them */
	MLV_FILE_COMMANDS, /* the commands alone */
};

struct mlv_net_file {
	enum mlv_net_file_what what;
	const char *url;      /* sftp://host:port/path, without user and password */
	const char *key_file; /* to log in with, when there is no connection yet; NULL: none */
	/*
	 * rename "A" "B", mkdir "A", rm "A"; paths in double quotes, where '"', '\'' and
	 * '\\' follow a '\\'. One that begins with '*' may fail.
	 */
	const struct mlv_strs *commands;
	uint64_t offset, len;
	bool with_time;
	const struct mlv_source *source;
	mlv_err (*body)(void *arg, const void *bytes, size_t len, bool *enough);
	void *arg;
};

enum mlv_net_file_end {
	MLV_FILE_DONE,
	MLV_FILE_MISSING, /* no such file or directory */
	MLV_FILE_DENIED,  /* not allowed, or the disk is full, or what else the server says */
	MLV_FILE_COMMAND, /* a command failed */
	MLV_FILE_LOGIN,   /* nobody is let in so */
	MLV_FILE_SHORT,   /* it ends before offset */
	MLV_FILE_BROKEN,  /* the transfer broke */
};

struct mlv_net_file_reply {
	enum mlv_net_file_end end;
	bool has_size;
	uint64_t size;    /* of MLV_FILE_LOOK: 0 may also mean that the server tells none, so !has_size */
	int64_t modified; /* seconds since 1970; -1: not told */
	uint64_t body;    /* bytes that came or were sent */
	bool transient, unreachable, unresolved, timed_out; /* as above */
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
	/*
	 * The same for SFTP. NULL: done; else reply->end says in what way it failed, and the
	 * failure is what body(), the source or check_key() returned, MLV_E_INTERRUPTED, or
	 * MLV_E_REMOTE (a phrase without the URL).
	 */
	mlv_err (*file)(struct mlv_net *net, const struct mlv_net_file *request,
			struct mlv_net_file_reply *reply);
	void (*close)(struct mlv_net *net);
	/* As mlv_net_xml_parse() of net/module_xml.h. */
	mlv_err (*parse_xml)(const char *bytes, size_t len, mlv_xml_fn fn, void *arg);
};

#define MLV_NET_REPLY_INIT { .headers = MLV_BUF_INIT, .error = MLV_BUF_INIT }

/* The exported table. */
extern const struct mlv_net_ops mlv_net_ops_1;

#endif
