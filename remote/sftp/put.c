/*
 * sftp/put.c - writing so that a key appears only whole.
 *
 * The bytes go to a name below tmp/, which is renamed to the key; afterwards
 * the size is looked at. Renaming in protocol version 3 replaces nothing (and
 * libcurl has not OpenSSH's posix-rename): what is there is moved aside first,
 * and comes back if the new value then cannot take its place; for a moment the
 * key is missing, never half. What somebody else put there at the same time is
 * read, and stays if it is the same. There is no fsync either (nor OpenSSH's in
 * libcurl): what the server's disk loses in a power cut is found by its size.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "remote/transport/sftp.h"

#define TRIES 3 /* to take the place of what is there */

struct putting {
	struct mlv_sftp_remote *remote;
	const char *key;
	const struct mlv_source *source;
	char name[128]; /* of the temporary */
	struct mlv_strs commands;
};

static void putting_release(struct putting *p)
{
	mlv_strs_release(&p->commands);
}

/* A name below tmp/ that nobody else has. */
static void temporary_name(char *name, size_t size)
{
	static atomic_uint serial;
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, size, "tmp/put-%lx-%lx-%lx-%x", (long)getpid(), (long)now.tv_sec,
		 (long)now.tv_nsec, atomic_fetch_add(&serial, 1));
}

/* Run one or two commands of p; *done is false when one failed. */
static mlv_err run(struct putting *p, const char *verb, const char *from, const char *to,
		   bool *done)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs commands = { 0 };
	mlv_err err = mlv_sftp_add_command(p->remote, &commands, verb, from, to);

	return err ? err : mlv_sftp_commands(p->remote, p->key, &commands, done);
}

/* What cannot be removed is left over; it harms nobody. */
static void drop(struct putting *p, const char *name)
{
	bool done = false;

	if (run(p, "rm", name, NULL, &done) || !done)
		mlv_tell_detail(p->remote->base.ctx, "%s/%s is left over", p->remote->base.url, name);
}

/* For each attempt another temporary: that of one that broke may be there. */
static mlv_err begin(void *arg)
{
	struct putting *p = arg;

	temporary_name(p->name, sizeof(p->name));
	mlv_strs_release(&p->commands);
	p->commands = (struct mlv_strs){ 0 };
	return mlv_sftp_add_command(p->remote, &p->commands, "rename", p->name, p->key);
}

/* Make the directories above the key, then rename; *done is false when that fails. */
static mlv_err make_parents_and_rename(struct putting *p, bool *done)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs commands = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (const char *c = p->key; *c && !err; c++) {
		if (*c == '/')
			err = mlv_sftp_add_command(p->remote, &commands, "*mkdir", dir.ptr, NULL);
		if (!err)
			err = mlv_buf_add_char(&dir, *c);
	}
	if (!err)
		err = mlv_sftp_add_command(p->remote, &commands, "rename", p->name, p->key);
	return err ? err : mlv_sftp_commands(p->remote, p->key, &commands, done);
}

/* Move what is there aside, rename, and remove it; or put it back. */
static mlv_err replace(struct putting *p, bool *done)
{
	char aside[160];
	mlv_err err;

	snprintf(aside, sizeof(aside), "%s.old", p->name);
	if ((err = run(p, "rename", p->key, aside, done)) || !*done)
		return err;
	err = run(p, "rename", p->name, p->key, done);
	if (!err && *done) {
		drop(p, aside);
		return NULL;
	}
	struct mlv_error kept = err ? *err : *mlv_error(MLV_E_REMOTE, "renaming");
	bool back = false;

	/* Does nothing where the key is there after all, and only the answer was lost. */
	if (run(p, "rename", aside, p->key, &back) || !back)
		mlv_tell_detail(p->remote->base.ctx, "%s/%s is left over", p->remote->base.url, aside);
	return err ? mlv_error_copy(&kept) : NULL;
}

/*
 * Something is there already: what somebody else put there meanwhile stays if it
 * is the same, else it is replaced. *done is false when that fails.
 */
static mlv_err take_turns(struct putting *p, bool *done)
{
	const struct mlv_source *source = p->source;
	mlv_err err;

	*done = false;
	if ((source->fresh || source->size <= MLV_SAME_SMALL) &&
	    (err = mlv_transport_same(&p->remote->base, p->key, source, done)))
		return err;
	if (!*done)
		return replace(p, done);
	drop(p, p->name);
	return NULL;
}

/* The bytes lie at the temporary name, and could not be renamed at once. */
static mlv_err place(struct putting *p)
{
	struct mlv_transport *t = &p->remote->base;
	mlv_err err = NULL;

	/* Others who replace the key at the same moment are in the way of each other. */
	for (int tries = 0; tries < TRIES; tries++) {
		bool done = false, there = false;
		uint64_t size;

		if ((err = make_parents_and_rename(p, &done)) || done)
			return err;
		if ((err = mlv_sftp_head(t, p->name, &there, &size)))
			return mlv_error_wrap(err, "%s/%s", t->url, p->key);
		/* Only the answer was lost. */
		if (!there)
			return NULL;
		if ((err = take_turns(p, &done)) || done)
			return err;
	}
	drop(p, p->name);
	return mlv_error_hint(mlv_error(MLV_E_REMOTE,
					"%s/%s: the server does not let it be renamed into place", t->url,
					p->key),
			      "may %s write there?", p->remote->user);
}

static mlv_err put(struct putting *p)
{
	struct mlv_sftp_exchange exchange = {
		.at = p->name, .key = p->key, .again = begin, .arg = p,
		.request = { .what = MLV_FILE_WRITE, .source = p->source, .commands = &p->commands },
	};
	struct mlv_net_file_reply reply;
	mlv_err err = begin(p);

	if (err || (err = mlv_sftp_do(p->remote, &exchange, &reply)) || reply.end == MLV_FILE_DONE)
		return err;
	if (reply.end == MLV_FILE_COMMAND)
		return place(p);
	return mlv_error(MLV_E_REMOTE, "%s/%s: a directory above it is not there and cannot be made",
			 p->remote->base.url, p->key);
}

mlv_err mlv_sftp_put(struct mlv_transport *t, const char *key, const struct mlv_source *source)
{
	MLV_SCOPED(putting_release) struct putting p = {
		.remote = mlv_sftp_remote_of(t), .key = key, .source = source,
	};
	bool there = false;
	uint64_t size = 0;
	mlv_err err = put(&p);

	/* It may be missing for the moment in which somebody else replaces it. */
	for (int tries = 0; !err && !there && tries < TRIES; tries++)
		err = mlv_sftp_head(t, key, &there, &size);
	if (err)
		return err;
	if (!there || size != source->size)
		return mlv_error(MLV_E_REMOTE, "%s/%s: %llu bytes were sent, the server has %llu",
				 t->url, key, (unsigned long long)source->size,
				 (unsigned long long)(there ? size : 0));
	return NULL;
}
