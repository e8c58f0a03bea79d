/* credentials/impl.h - inside credentials: the sources, and what asking them shares. */
#ifndef MLV_REMOTE_CREDENTIALS_IMPL_H
#define MLV_REMOTE_CREDENTIALS_IMPL_H

#include <pthread.h>

#include "remote/credentials.h"
#include "remote/credentials/profile.h"
#include "remote/http/exchange.h"

#define MLV_CREDENTIALS_ANSWER ((size_t)256 * 1024) /* bytes that whoever gives keys may say */

enum mlv_source_kind {
	MLV_SOURCE_NONE,
	MLV_SOURCE_FIXED,        /* settings or environment: they are in fixed */
	MLV_SOURCE_ROLE,         /* the profile's role_arn, by other credentials */
	MLV_SOURCE_WEB_IDENTITY, /* a role by a token in a file */
	MLV_SOURCE_SSO,
	MLV_SOURCE_PROFILE,      /* keys that stand in the profile */
	MLV_SOURCE_PROCESS,
	MLV_SOURCE_CONTAINER,
	MLV_SOURCE_INSTANCE,
};

struct mlv_credentials {
	struct mlv_ctx *ctx;
	char *remote;                /* its name, for messages */
	struct mlv_profiles profiles;
	char *profile;               /* the one in force */
	bool explicit_profile;       /* the settings name it: the environment's keys do not count */
	bool plain_http;             /* the user allowed secrets without TLS */
	enum mlv_source_kind source;
	struct mlv_keys fixed;
	char *region, *endpoint;
	struct mlv_http services;    /* STS and SSO; ops NULL: not opened */
	struct mlv_http local;       /* metadata services: no proxy, short times */

	pthread_mutex_t lock;        /* all below */
	pthread_cond_t renewed;
	struct mlv_keys keys;        /* the last that were given */
	uint64_t serial;             /* of keys; 0: none were asked for yet */
	bool asking;                 /* a thread is asking for new ones */
	bool ended;                  /* a server said that keys have ended */
	time_t renew_at, wait_at;    /* when new ones are asked for, and when no use is made of the old */
	bool failed;                 /* the last asking, with failure */
	struct mlv_error failure;
};

/* Where keys of a profile (NULL: the one in force) are to come from. */
mlv_err mlv_source_of_profile(const struct mlv_credentials *c, const char *name,
			      enum mlv_source_kind *kind) MLV_CHECK;
/* Where they come from if no profile says so: the container, else the instance. */
enum mlv_source_kind mlv_source_of_machine(const struct mlv_credentials *c);
/* Ask a source. profile is the one that named it, where one did. depth: of roles by roles. */
mlv_err mlv_source_ask(struct mlv_credentials *c, enum mlv_source_kind kind, const char *profile,
		       unsigned depth, struct mlv_keys *keys) MLV_CHECK;

/* The sources. Each fills in keys, which are empty, or fails and leaves them to be released. */
mlv_err mlv_keys_by_role(struct mlv_credentials *c, const struct mlv_profile *profile,
			 const struct mlv_keys *base, struct mlv_keys *keys) MLV_CHECK;
mlv_err mlv_keys_by_web_identity(struct mlv_credentials *c, const struct mlv_profile *profile,
				 struct mlv_keys *keys) MLV_CHECK;
mlv_err mlv_keys_by_sso(struct mlv_credentials *c, const struct mlv_profile *profile,
			struct mlv_keys *keys) MLV_CHECK;
/* What a profile says of single sign-on; session NULL: it has the start URL itself. */
struct mlv_sso {
	const char *session, *start_url, *region, *account, *role;
};
/* sso_token.c: append the token of the session, a new one where the old one ends. */
mlv_err mlv_sso_token(struct mlv_credentials *c, const struct mlv_profile *profile,
		      const struct mlv_sso *sso, struct mlv_buf *token) MLV_CHECK;
mlv_err mlv_sso_not_logged_in(const struct mlv_profile *profile,
			      const char *why) MLV_CHECK MLV_NEVER_NULL;
mlv_err mlv_keys_by_process(struct mlv_credentials *c, const struct mlv_profile *profile,
			    struct mlv_keys *keys) MLV_CHECK;
mlv_err mlv_keys_by_container(struct mlv_credentials *c, struct mlv_keys *keys) MLV_CHECK;
/* No metadata service: no failure, and no keys. */
mlv_err mlv_keys_by_instance(struct mlv_credentials *c, struct mlv_keys *keys) MLV_CHECK;

/* Set one part of keys; NULL or "": it stays empty. */
mlv_err mlv_keys_set(char **part, const char *value) MLV_CHECK;
/* A variable of the environment; NULL when it is empty, too. */
const char *mlv_credentials_env(const struct mlv_credentials *c, const char *name);
bool mlv_credentials_env_true(const struct mlv_credentials *c, const char *name);
/* The region for STS: by the environment, or a profile; NULL: none. */
const char *mlv_credentials_service_region(const struct mlv_credentials *c,
					   const struct mlv_profile *profile);
/*
 * The URL of a service that was configured: service is "s3", "sts", "sso" or
 * "sso_oidc". NULL: it is where AWS has it.
 */
const char *mlv_credentials_service_endpoint(const struct mlv_credentials *c, const char *service);
/* The same, or where AWS has it: https://<host>.<region>.amazonaws.com. */
mlv_err mlv_credentials_service_url(const struct mlv_credentials *c, const char *service,
				    const char *host, const char *region,
				    struct mlv_url *url) MLV_CHECK;
/* MLV_E_REFUSED when url would carry secrets in the clear. */
mlv_err mlv_credentials_check_url(const struct mlv_credentials *c,
				  const struct mlv_url *url) MLV_CHECK;

/* A question to whoever gives keys. The answer's body, of any status, is appended to answer. */
struct mlv_question {
	const char *method;
	const struct mlv_url *url;
	const struct mlv_strs *headers;
	const struct mlv_buf *body; /* NULL: none */
	bool once;                  /* it is not tried again */
};
mlv_err mlv_credentials_question(struct mlv_http *http, const struct mlv_question *question,
				 struct mlv_buf *answer, int *status) MLV_CHECK;

/* How the fields of a JSON answer are called. */
struct mlv_answer_form {
	const char *inside; /* the object that holds them; NULL: the answer itself */
	const char *access_key, *secret_key, *token, *expires;
	bool has_version; /* "Version" must be 1 */
};
/* Keys from such an answer. what names it in messages, which never show what it holds. */
mlv_err mlv_keys_from_json(const char *what, const struct mlv_buf *answer,
			   const struct mlv_answer_form *form, struct mlv_keys *keys) MLV_CHECK;
/* The value of a text field of a JSON object, appended; *there false: there is no such one. */
mlv_err mlv_answer_text(const char *what, const struct mlv_buf *answer, const char *field,
			struct mlv_buf *text, bool *there) MLV_CHECK;
/* One that is expected as a number. */
mlv_err mlv_answer_number(const char *what, const struct mlv_buf *answer, const char *field,
			  int64_t *number, bool *there) MLV_CHECK;
/*
 * Append the same object with other texts for some of its fields, which are added where they are
 * not there; *whole false, and nothing that can be used: it holds lists or objects.
 */
struct mlv_answer_field {
	const char *name, *text;
};
mlv_err mlv_answer_rewrite(const char *what, const struct mlv_buf *answer,
			   const struct mlv_answer_field *fields, size_t count, struct mlv_buf *to,
			   bool *whole) MLV_CHECK;
/* Read a file that holds a secret, without white space at its end. */
mlv_err mlv_credentials_read_secret(const char *path, struct mlv_buf *text) MLV_CHECK;
/*
 * Split a command as a POSIX shell does, by blanks, quotes and backslashes,
 * and nothing else. MLV_E_SPEC: a quote that does not end.
 */
mlv_err mlv_process_split(const char *command, struct mlv_strs *words) MLV_CHECK;

#endif
