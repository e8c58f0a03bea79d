/*
 * remote_check.h - transports against real servers, and the contract that all of them keep.
 * The servers are those of tests/servers/, told by the environment; without them a test is skipped.
 */
#ifndef MLV_TESTS_UNIT_REMOTE_CHECK_H
#define MLV_TESTS_UNIT_REMOTE_CHECK_H

#include "remote/transport.h"

#define REMOTE_OPTIONS 12

/* A remote's configuration: "option=value" each; one that begins with '!' came with the repository. */
struct remote_config {
	const char *url;
	const char *options[REMOTE_OPTIONS];
	bool untrusted;
	const char *virtual_clock; /* "virtual": waits take no time */
};

/* A context that reads the environment and finds mlv-net.so beside the test. */
void remote_context(struct mlv_ctx *ctx, const struct remote_config *config);
mlv_err remote_open(struct mlv_transport **t, struct mlv_ctx *ctx,
		    const struct remote_config *config);
/* The nth word of a variable of the environment, to be freed; NULL: skip the test. */
char *remote_server(const char *variable, unsigned nth);
char *remote_url(const char *server, const char *path);

/* Put, head, get, ranges, replace, remove: what every transport does alike. */
void remote_contract(struct mlv_transport *t);
/* A value of size bytes, written and read back; gives the seconds for writing. */
void remote_round_trip(struct mlv_transport *t, const char *key, uint64_t size);
void remote_lists(struct mlv_transport *t, const char *prefix, const char *expected);

#endif
