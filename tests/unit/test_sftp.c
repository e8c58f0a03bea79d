/*
 * The sftp transport against OpenSSH: MLV_TEST_SFTP holds its URL and its directory, as
 * tests/servers/sshd.sh made them. What reads known_hosts and listings needs no server.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "core/base/fs.h"
#include "core/base/sys.h"
#include "remote/sftp/known_hosts.h"
#include "remote/sftp/long_name.h"
#include "remote/transport/sftp.h"
#include "tests/unit/check.h"
#include "tests/unit/remote_check.h"

static struct mlv_ctx ctx;

/* Not mlv_test(): libcurl and OpenSSL keep some descriptors and memory of their own. */
#define server_test(name)                                                       \
	static void name(const char *server, const char *dir);                 \
	Test(sftp, name, .timeout = CHECK_SECONDS)                              \
	{                                                                       \
		MLV_SCOPED(mlv_mem_free) char *server = remote_server("MLV_TEST_SFTP", 0); \
		MLV_SCOPED(mlv_mem_free) char *dir = remote_server("MLV_TEST_SFTP", 1); \
		if (!server)                                                    \
			cr_skip_test("no server");                              \
		name(server, dir);                                              \
	}                                                                       \
	static void name(const char *server, const char *dir)

/* ---- a server that has directories without end, and nothing in them ---- */

static unsigned wide; /* directories below the remote's own */

static mlv_err show_wide(struct mlv_net *net, const struct mlv_net_file *request,
			 struct mlv_net_file_reply *reply)
{
	bool enough = false;

	(void)net;
	*reply = (struct mlv_net_file_reply){ .end = MLV_FILE_DONE };
	for (unsigned i = 0; i < wide && strcmp(request->url, "sftp://host/") == 0; i++) {
		char line[96];
		int len = snprintf(line, sizeof(line),
				   "drwxr-xr-x    2 ada      users        4096 Nov 28 16:10 d%u\n", i);

		check_ok(request->body(request->arg, line, (size_t)len, &enough));
	}
	return NULL;
}

static mlv_err no_key(void *arg, const char *key, uint64_t size)
{
	(void)arg;
	(void)size;
	return mlv_error(MLV_E_CORRUPT, "%s", key);
}

mlv_test(sftp_list, ends_where_directories_do_not)
{
	static const struct mlv_net_ops ops = { .file = show_wide };
	static char name[] = "sftp://host", scheme[] = "sftp", host[] = "host", path[] = "";
	struct mlv_sftp_remote remote = { .ops = &ops, .path = path, .url = {
		.scheme = scheme, .host = host, .path = path } };

	mlv_ctx_init_quiet(&ctx);
	remote.base.ctx = &ctx;
	remote.base.url = name;
	wide = 1000;
	check_ok(mlv_sftp_list(&remote.base, "", no_key, NULL));
	wide = 200000;
	check_fails(mlv_sftp_list(&remote.base, "", no_key, NULL), MLV_E_REMOTE);
}

/* An option whose value is a file of the server's directory. */
static char *option(const char *name, const char *dir, const char *file)
{
	char *text = malloc(strlen(name) + strlen(dir) + strlen(file) + 3);

	sprintf(text, "%s=%s/%s", name, dir, file);
	return text;
}

static mlv_err open_with(struct mlv_transport **t, const char *url, const char *dir,
			 const char *key, const char *known, const char *more)
{
	/* Settings are looked at when a transport is opened, and not later. */
	MLV_SCOPED(mlv_mem_free) char *key_file = option("keyfile", dir, key);
	MLV_SCOPED(mlv_mem_free) char *known_hosts = option("known_hosts", dir, known);
	struct remote_config config = { .url = url,
					.options = { key_file, known_hosts, "allow_agent=false", more } };

	return remote_open(t, &ctx, &config);
}

static void keeps_contract(const char *url, const char *dir, const char *key, const char *known,
			   const char *more)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;

	check_ok(open_with(&t, url, dir, key, known, more));
	check_ok(mlv_transport_put_bytes(t, "format", "x", 1));
	remote_contract(t);
	remote_round_trip(t, "large/x", (uint64_t)5 * 1024 * 1024 + 3);
	remote_lists(t, "tmp/", "");
}

server_test(a_key_keeps_the_contract)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/by%20key/'it\"s'/%3Cdeep%3E");

	keeps_contract(url, dir, "user", "known_hosts", NULL);
}

server_test(a_locked_key_of_another_host_file_keeps_the_contract)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/locked/");

	keeps_contract(url, dir, "locked", "known_hashed", "passphrase=secret");
}

server_test(below_the_home_directory_the_contract_is_kept)
{
	MLV_SCOPED(mlv_mem_free) char *url = strdup(server);
	char *host = strstr(url, "@127.0.0.1:") + 1;
	uint64_t size = 0;
	bool there = false;
	char below[256];
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_mem_free) char *whole = remote_url(dir, "/start/at/start/ranges/k");

	*strchr(host, '/') = '\0';
	snprintf(below, sizeof(below), "%s/~/at/start", url);
	keeps_contract(below, dir, "user", "known_hosts", NULL);
	snprintf(below, sizeof(below), "%s/~", url);
	check_ok(open_with(&t, below, dir, "user", "known_hosts", NULL));
	check_ok(mlv_transport_head(t, "at/start/ranges/k", &there, &size));
	cr_assert(there && size == 10 && access(whole, R_OK) == 0);
}

server_test(lists_are_complete)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/lists");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_mem_free) char *link = remote_url(dir, "/area/lists/objects/link");
	MLV_SCOPED(mlv_mem_free) char *broken = remote_url(dir, "/area/lists/objects/x\ny");

	check_ok(open_with(&t, url, dir, "user", "known_hosts", NULL));
	remote_lists(t, "", "");
	check_ok(mlv_transport_put_bytes(t, "objects/ab/cd", "hello", 5));
	check_ok(mlv_transport_put_bytes(t, "objects/ab/ce", "", 0));
	check_ok(mlv_transport_put_bytes(t, "objects/b", "x", 1));
	check_ok(mlv_transport_put_bytes(t, "roots/(a),b", "yy", 2));
	cr_assert(symlink("ab/cd", link) == 0);
	remote_lists(t, "objects/", "objects/ab/cd=5 objects/ab/ce=0 objects/b=1 ");
	remote_lists(t, "objects/ab/c", "objects/ab/cd=5 objects/ab/ce=0 ");
	remote_lists(t, "objects/ab/cd", "objects/ab/cd=5 ");
	remote_lists(t, "obj", "objects/ab/cd=5 objects/ab/ce=0 objects/b=1 ");
	remote_lists(t, "roots/", "roots/(a),b=2 ");
	remote_lists(t, "none/", "");
	/* A line that is not understood: the names are asked for, one by one. */
	cr_assert(close(open(broken, O_WRONLY | O_CREAT, 0600)) == 0);
	remote_lists(t, "objects/", "objects/ab/cd=5 objects/ab/ce=0 objects/b=1 objects/link=5 ");
}

/* How often somebody logged in with the key "user-2", which no other test uses. */
static int logins(const char *dir)
{
	MLV_SCOPED(mlv_mem_free) char *path = remote_url(dir, "/log");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf log = MLV_BUF_INIT;
	int count = 0;

	check_ok(mlv_fs_read(AT_FDCWD, path, &log));
	for (const char *at = log.ptr; (at = strstr(at, "Accepted publickey")); at++)
		count += memmem(at, strcspn(at, "\n"), "ECDSA", 5) != NULL;
	return count;
}

server_test(one_login_serves_many_requests)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/once");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	uint64_t size;
	bool there = true;
	int before = logins(dir);

	check_ok(open_with(&t, url, dir, "user-2", "known_hosts", NULL));
	check_ok(mlv_transport_put_bytes(t, "a/b", "1", 1));
	for (int i = 0; i < 5; i++) {
		check_ok(mlv_transport_head(t, "a/c", &there, &size));
		check_fails(mlv_transport_get_all(t, "a/c", &got), MLV_E_MISSING);
		check_ok(mlv_transport_put_bytes(t, "a/b", "2", 1));
		check_ok(mlv_transport_get_all(t, "a/b", &got));
		check_ok(mlv_transport_remove(t, "a/c"));
	}
	cr_assert(there == false && logins(dir) == before + 1, "%d logins", logins(dir) - before);
}

server_test(a_missing_directory_is_not_taken_for_missing_keys)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/not/mounted");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	uint64_t size;
	bool there = true;

	check_ok(open_with(&t, url, dir, "user", "known_hosts", NULL));
	check_fails(mlv_transport_get_all(t, "a", &got), MLV_E_REMOTE);
	check_ok(mlv_transport_head(t, "a", &there, &size));
	cr_assert(there == false);
}

/* The failure of looking for a key. */
static mlv_err looking(const char *server, const char *dir, const char *key, const char *known)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	uint64_t size;
	bool there;
	mlv_err err;

	check_ok(open_with(&t, server, dir, key, known, "password=geheim"));
	err = mlv_transport_head(t, "k", &there, &size);
	cr_assert(err != NULL);
	cr_assert(strstr(err->msg, "geheim") == NULL && strstr(err->msg, "hint: ") != NULL, "%s",
		  err->msg);
	return err;
}

server_test(a_host_is_known_or_nothing_is_sent)
{
	mlv_err err = looking(server, dir, "user", "known_other");

	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "HAS CHANGED"), "%s", err->msg);
	err = looking(server, dir, "user", "no_such_file");
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "is not known"), "%s", err->msg);
	cr_assert(strstr(err->msg, "SHA256:") != NULL, "%s", err->msg);
	err = looking(server, dir, "user", "known_revoked");
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "is revoked"), "%s", err->msg);
	err = looking(server, dir, "stranger", "known_hosts");
	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "logging in as"), "%s", err->msg);
}

static mlv_err opening(struct remote_config config)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	mlv_err err = remote_open(&t, &ctx, &config);

	cr_assert(err != NULL, "%s was opened", config.url);
	cr_assert(strstr(err->msg, "geheim") == NULL, "%s", err->msg);
	return err;
}

Test(sftp, keys_stay_at_home)
{
	mlv_err err = opening((struct remote_config){ .url = "sftp://example.org/x", .untrusted = true });

	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "mlv remote trust origin") != NULL,
		  "%s", err->msg);
	err = opening((struct remote_config){ .url = "sftp://example.org/x",
					      .options = { "!keyfile=~/.ssh/id_rsa" } });
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "--local") != NULL, "%s", err->msg);
	err = opening((struct remote_config){ .url = "sftp://u:geheim@example.org/x",
					      .options = { "!url=sftp://u:geheim@example.org/x" } });
	cr_assert(err->code == MLV_E_REFUSED, "%s", err->msg);
	err = opening((struct remote_config){ .url = "sftp://example.org/x?y" });
	cr_assert(err->code == MLV_E_USAGE, "%s", err->msg);
	err = opening((struct remote_config){ .url = "sftp://example.org/x",
					      .options = { "keyfile=/nonexistent/key" } });
	cr_assert(err->code == MLV_E_SPEC, "%s", err->msg);
}

server_test(the_agent_is_asked)
{
	MLV_SCOPED(mlv_mem_free) char *known = option("known_hosts", dir, "known_hosts");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	struct remote_config config = { .url = server, .options = { known } };
	uint64_t size;
	bool there;

	if (!getenv("SSH_AUTH_SOCK"))
		cr_skip_test("no agent");
	check_ok(remote_open(&t, &ctx, &config));
	check_ok(mlv_transport_head(t, "k", &there, &size));
	mlv_transport_freep(&t);
	config.options[1] = "allow_agent=no";
	check_ok(remote_open(&t, &ctx, &config));
	check_fails(mlv_transport_head(t, "k", &there, &size), MLV_E_REMOTE);
}

static void let_server(const char *dir, const char *what)
{
	char command[512];

	snprintf(command, sizeof(command), "tests/servers/sshd.sh %s '%s'", what, dir);
	cr_assert(system(command) == 0);
}

server_test(a_silent_server_ends_the_request)
{
	MLV_SCOPED(mlv_mem_free) char *known = option("known_hosts", dir, "known_hosts");
	MLV_SCOPED(mlv_mem_free) char *key = option("keyfile", dir, "user");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	struct remote_config config = { .url = server, .virtual_clock = "virtual",
					.options = { known, key, "read_timeout=1", "jobs=1" } };
	uint64_t size = 0;
	bool there = true;

	check_ok(remote_open(&t, &ctx, &config));
	check_ok(mlv_transport_head(t, "k", &there, &size));
	/* The session that is there is silent; the next attempt makes another one, which is not. */
	let_server(dir, "pause");
	there = true;
	check_ok(mlv_transport_head(t, "k", &there, &size));
	cr_assert(there == false);
	let_server(dir, "resume");
}

/* ---- a server that is not OpenSSH: MLV_TEST_SFTP_ODD holds its URL and its directory ---- */

static mlv_err open_odd(struct mlv_transport **t, const char *way, const char *user,
			const char *password)
{
	MLV_SCOPED(mlv_mem_free) char *server = remote_server("MLV_TEST_SFTP_ODD", 0);
	MLV_SCOPED(mlv_mem_free) char *dir = remote_server("MLV_TEST_SFTP_ODD", 1);
	MLV_SCOPED(mlv_mem_free) char *url = NULL;
	MLV_SCOPED(mlv_mem_free) char *known = NULL;
	struct remote_config config = { .virtual_clock = "virtual" };

	if (!server)
		cr_skip_test("no server");
	config.url = url = remote_url(server, way);
	config.options[0] = known = option("known_hosts", dir, "known");
	config.options[1] = user;
	config.options[2] = password;
	config.options[3] = "allow_agent=false";
	return remote_open(t, &ctx, &config);
}

Test(sftp, a_password_keeps_the_contract_where_lists_are_strange, .timeout = CHECK_SECONDS)
{
	static const char *const users[] = { "user=mlv", "user=asked" };

	for (size_t i = 0; i < MLV_COUNT(users); i++) {
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;

		check_ok(open_odd(&t, "/plain/a/b", users[i], "password=secret"));
		check_ok(mlv_transport_put_bytes(t, "format", "x", 1));
		remote_contract(t);
		remote_round_trip(t, "large/x", (uint64_t)1024 * 1024 + 3);
		remote_lists(t, "r", "ranges/k=10 ");
		remote_lists(t, "objects/", "objects/ab/cd=5 ");
		remote_lists(t, "empty", "empty=0 ");
		remote_lists(t, "tmp/", "");
	}
}

/* The failure of putting 200,000 bytes. */
static mlv_err putting(const char *way, const char *password)
{
	static const char bytes[200000];
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	mlv_err err;

	check_ok(open_odd(&t, way, "user=mlv", password));
	err = mlv_transport_put_bytes(t, "a/b", bytes, sizeof(bytes));
	cr_assert(err != NULL && err->code == MLV_E_REMOTE, "%s: %s", way, err ? err->msg : "it is put");
	cr_assert(strstr(err->msg, "sftp://127.0.0.1:") != NULL && strstr(err->msg, "/a/b") != NULL, "%s",
		  err->msg);
	cr_assert(strstr(err->msg, "geheim") == NULL, "%s", err->msg);
	return err;
}

Test(sftp, what_a_server_says_no_to_is_told, .timeout = CHECK_SECONDS)
{
	mlv_err err = putting("/plain", "password=geheim");

	cr_assert(strstr(err->msg, "logging in as mlv") != NULL, "%s", err->msg);
	err = putting("/nosize", "password=secret");
	cr_assert(strstr(err->msg, "does not tell the size") != NULL, "%s", err->msg);
	err = putting("/closed", "password=secret");
	cr_assert(strstr(err->msg, "ermission denied") != NULL, "%s", err->msg);
	err = putting("/full", "password=secret");
	cr_assert(strstr(err->msg, "is its disk full?") != NULL, "%s", err->msg);
}

/* ---- known_hosts ---- */

static void knows(const char *name, const char *text, const char *keys, const char *revoked)
{
	MLV_SCOPED(mlv_known_host_release) struct mlv_known_host host = { 0 };
	char got[256] = "";

	check_ok(mlv_known_host_read(&host, text, strlen(text), name));
	for (size_t i = 0; i < host.keys.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s,", host.keys.at[i]);
	cr_assert_str_eq(got, keys, "%s of %s: %s", name, text, got);
	cr_assert(host.revoked.count == strlen(revoked) && mlv_known_host_has(&host.keys, "none") == false);
	if (host.keys.count)
		cr_assert(mlv_known_host_has(&host.keys, strchr(host.keys.at[0], ' ') + 1));
}

mlv_test(sftp, known_hosts_are_read_as_sshd_8_says)
{
	knows("a.org", "a.org,10.0.0.1 k1 AAA=\nb.org k2 BBB=\r\n", "k1 AAA=,", "");
	knows("b.org", "a.org k1 AAA=\n  b.org\tk2  BBB= comment\r\n", "k2 BBB=,", "");
	knows("10.0.0.1", "a.org,10.0.0.1 k1 AAA=", "k1 AAA=,", "");
	knows("A.org", "a.ORG k1 AAA=\na.org k2 BBB=\n", "k1 AAA=,k2 BBB=,", "");
	knows("[a.org]:2222", "a.org k1 A\n[a.org]:2222 k1 B\n[a.org]:* k1 C\n", "k1 B,k1 C,", "");
	knows("x.a.org", "*.a.org k1 A\n?.a.org k1 B\n*.a.org,!x.* k1 C\n*a* k1 D\n", "k1 A,k1 B,k1 D,", "");
	knows("a.org", "# a.org k1 A\n@cert-authority a.org k1 B\n@revoked a.org k1 C\n\na.org k1\na.org\n",
	      "", "1");
	/* Names hashed by OpenSSH 9.2: ssh-keygen -H. */
	knows("example.org", "|1|zUEEjMUwI/t8zSrkj7Tc3P2f7sc=|RzKjPZLSuL1VRktWZxsHa1ilQCU= k1 A\n"
	      "|1|zUEEjMUwI/t8zSrkj7Tc3P2f7sc=|RzKjPZLSuL1VRktWZxsHa1ilQCA= k1 B\n"
	      "|1|zUEEjMUwI/t8zSrkj7Tc3P2f7sc= k1 C\n|1||| k1 D\n|1|?|? k1 E\n", "k1 A,", "");
	knows("example.com", "|1|zUEEjMUwI/t8zSrkj7Tc3P2f7sc=|RzKjPZLSuL1VRktWZxsHa1ilQCU= k1 A\n", "", "");
}

/* ---- lines of a directory ---- */

static void is_line(const char *line, enum mlv_long_kind kind, uint64_t size, const char *name)
{
	struct mlv_long_name got;

	cr_assert(mlv_long_name_parse(&got, line, strlen(line)), "%s", line);
	cr_assert(got.kind == kind && got.size == size, "%s: %d, %d", line, got.kind, (int)got.size);
	cr_assert(got.name_len == strlen(name) && memcmp(got.name, name, got.name_len) == 0, "%s", line);
}

static void is_no_line(const char *line)
{
	struct mlv_long_name got;

	cr_assert(mlv_long_name_parse(&got, line, strlen(line)) == false, "%s", line);
}

mlv_test(sftp, lines_like_those_of_ls_are_understood)
{
	/* draft-ietf-secsh-filexfer-02, section 7 */
	is_line("-rwxr-xr-x   1 mjos     staff      348911 Mar 25 14:29 t-filexfer", MLV_LONG_FILE, 348911,
		"t-filexfer");
	is_line("drwxr-xr-x    2 root     root         4096 Nov  8  2026 ..", MLV_LONG_DIR, 4096, "..");
	is_line("lrwxrwxrwx    1 a b 7 Jan 1 1970 link -> target", MLV_LONG_OTHER, 7, "link -> target");
	is_line("-rw-r--r--    1 ada domain users 18446744073709551609 Nov 28 16:10  two  blanks",
		MLV_LONG_FILE, 18446744073709551609u, " two  blanks");
	is_line("-rw-r--r--    ? 1000 1000 5 Dec 31 23:59 5 Jan 1 00:00 x", MLV_LONG_FILE, 5,
		"5 Jan 1 00:00 x");
	is_no_line("");
	is_no_line("total 12");
	is_no_line("name");
	is_no_line("-rw-r--r-- 1 ada users 5 2026-11-28 16:10 name");
	is_no_line("-rw-r--r-- 1 ada users 5 Nov 28 16:10 ");
	is_no_line("-rw-r--r-- 1 ada users 5 Nov 28 16:10");
	is_no_line("-rw-r--r-- 1 ada users 5 Nov 32 16:10 name");
	is_no_line("-rw-r--r-- 1 ada users 5 Nov 28 16-10 name");
	is_no_line("-rw-r--r-- 1 ada users 99999999999999999999 Nov 28 16:10 name");
	is_no_line("11-28-26  04:10PM                    5 name");
}
