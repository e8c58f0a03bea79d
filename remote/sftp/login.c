/*
 * sftp/login.c - who we are to a server of SSH, and who the server is to us.
 *
 * Who we are   the user of the URL, of remote.X.user, or of this machine; by the
 *              agent, by remote.X.keyfile, else by the key files that ssh looks
 *              for, and by remote.X.password. Nothing is asked, ssh_config is
 *              not read.
 * Who it is    a key of the user's known_hosts (remote.X.known_hosts), else of
 *              the machine's. A host without a known key is refused, so is one
 *              with another key: nothing is written there.
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/base64.h"
#include "remote/settings.h"
#include "remote/transport/sftp.h"

#define SYSTEM_KNOWN_HOSTS "/etc/ssh/ssh_known_hosts"

void mlv_sftp_login_release(struct mlv_sftp_remote *remote)
{
	mlv_known_host_release(&remote->host);
	mlv_secret_freep(&remote->password);
	mlv_secret_freep(&remote->passphrase);
	free(remote->user);
	free(remote->known);
	free(remote->host_name);
	free(remote->known_hosts);
	for (size_t i = 0; i < MLV_SFTP_KEY_FILES; i++)
		free(remote->key_files[i]);
}

static mlv_err keep(char **to, const char *text)
{
	*to = mlv_sys_strdup(text);
	return *to ? NULL : mlv_error_nomem("a login");
}

/* A path of the user's: "~/" is the home directory. */
static mlv_err keep_path(char **to, struct mlv_ctx *ctx, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	const char *home = ctx->env(ctx, "HOME");
	mlv_err err = NULL;

	if (strncmp(path, "~/", 2) == 0 && home)
		err = mlv_buf_printf(&whole, "%s%s", home, path + 1);
	else
		err = mlv_buf_add_str(&whole, path);
	return err ? err : keep(to, whole.ptr);
}

/* ---- who we are ---- */

static mlv_err find_user(struct mlv_sftp_remote *remote, const struct mlv_remote_settings *settings)
{
	struct passwd entry, *found = NULL;
	char room[4096];
	const char *user;
	mlv_err err = mlv_setting_login(settings, "user", &user);

	if (err)
		return err;
	if (!user)
		user = remote->url.user;
	if (!user && getpwuid_r(getuid(), &entry, room, sizeof(room), &found) == 0 && found)
		user = found->pw_name;
	if (!user || !*user)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "remote %s: no user name", settings->name),
				      "mlv config --local remote.%s.user USER", settings->name);
	return keep(&remote->user, user);
}

static mlv_err find_secrets(struct mlv_sftp_remote *remote,
			    const struct mlv_remote_settings *settings)
{
	const char *password, *passphrase;
	mlv_err err;

	if ((err = mlv_setting_login(settings, "password", &password)) ||
	    (err = mlv_setting_login(settings, "passphrase", &passphrase)))
		return err;
	if (!password && (err = mlv_setting_url_password(settings, &remote->url, &password)))
		return err;
	if (password && (err = keep(&remote->password, password)))
		return err;
	return passphrase ? keep(&remote->passphrase, passphrase) : NULL;
}

static mlv_err find_key_files(struct mlv_sftp_remote *remote, struct mlv_ctx *ctx,
			      const struct mlv_remote_settings *settings)
{
	static const char *const usual[] = { "~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa" };
	const char *named;
	size_t count = 0;
	mlv_err err = mlv_setting_login(settings, "keyfile", &named);

	if (!err && named)
		return keep_path(&remote->key_files[0], ctx, named);
	for (size_t i = 0; i < MLV_COUNT(usual) && !err; i++) {
		MLV_SCOPED(mlv_mem_free) char *path = NULL;

		err = keep_path(&path, ctx, usual[i]);
		if (!err && mlv_fs_exists(AT_FDCWD, path))
			remote->key_files[count++] = MLV_TAKE(path);
	}
	return err;
}

static mlv_err check_named_file(const struct mlv_sftp_remote *remote,
				const struct mlv_remote_settings *settings)
{
	const char *file = remote->key_files[0];

	if (!file || mlv_fs_exists(AT_FDCWD, file))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "remote %s: %s: no such key file", settings->name,
					file),
			      "mlv config --local remote.%s.keyfile FILE", settings->name);
}

/* ---- who it is ---- */

static mlv_err make_host_name(struct mlv_sftp_remote *remote)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const char *host = remote->url.host;
	size_t len = strlen(host);
	bool bracket = host[0] == '[';
	unsigned port = mlv_url_port(&remote->url);
	mlv_err err;

	if (port == 22)
		err = mlv_buf_add(&name, host + bracket, len - 2 * bracket);
	else
		err = mlv_buf_printf(&name, "[%.*s]:%u", (int)(len - 2 * bracket), host + bracket, port);
	return err ? err : keep(&remote->host_name, name.ptr);
}

static mlv_err read_known(struct mlv_sftp_remote *remote, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_KNOWN_HOSTS_MAX);
	mlv_err err = mlv_fs_read(AT_FDCWD, path, &text);

	if (err && err->code == MLV_E_MISSING)
		return NULL;
	return err ? err : mlv_known_host_read(&remote->host, text.ptr, text.len, remote->host_name);
}

/*
 * The line for libcurl, which asks the server for a key of the kind that it
 * names: the best one that is known.
 */
static mlv_err choose_known(struct mlv_sftp_remote *remote)
{
	static const char *const kinds[] = { "ssh-ed25519 ", "ecdsa-sha2-nistp256 ",
					     "ecdsa-sha2-nistp384 ", "ecdsa-sha2-nistp521 ",
					     "ssh-rsa " };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;

	for (size_t k = 0; k < MLV_COUNT(kinds); k++) {
		for (size_t i = 0; i < remote->host.keys.count; i++) {
			const char *key = remote->host.keys.at[i];
			mlv_err err;

			if (strncmp(key, kinds[k], strlen(kinds[k])) != 0)
				continue;
			err = mlv_buf_printf(&line, "%s %s\n", remote->host_name, key);
			return err ? err : keep(&remote->known, line.ptr);
		}
	}
	return keep(&remote->known, "");
}

static mlv_err find_known(struct mlv_sftp_remote *remote, struct mlv_ctx *ctx,
			  const struct mlv_remote_settings *settings)
{
	const char *named;
	mlv_err err = mlv_setting_login(settings, "known_hosts", &named);

	if (err || (err = make_host_name(remote)) ||
	    (err = keep_path(&remote->known_hosts, ctx, named ? named : "~/.ssh/known_hosts")) ||
	    (err = read_known(remote, remote->known_hosts)))
		return err;
	if (!named && (err = read_known(remote, SYSTEM_KNOWN_HOSTS)))
		return err;
	return choose_known(remote);
}

/* What ssh-keygen -l shows: SHA-256 in base64, without '='. */
static mlv_err add_fingerprint(struct mlv_buf *to, const void *key, size_t len)
{
	struct mlv_oid oid;
	mlv_err err = mlv_sha256_of(key, len, &oid);

	if (err || (err = mlv_buf_add_str(to, "SHA256:")) ||
	    (err = mlv_base64_add(to, oid.bytes, sizeof(oid.bytes))))
		return err;
	while (to->len > 0 && to->ptr[to->len - 1] == '=')
		mlv_buf_truncate(to, to->len - 1);
	return NULL;
}

/* Another key than the known ones may be a new one, or somebody in between. */
static mlv_err refuse_changed(const struct mlv_sftp_remote *remote, const char *fingerprint)
{
	const char *host = remote->host_name, *file = remote->known_hosts;
	mlv_err err = mlv_error(MLV_E_REFUSED, "THE KEY OF THE HOST %s HAS CHANGED: it shows %s, and %s "
				"knows another one; somebody may be listening in", host, fingerprint, file);

	return mlv_error_hint(err, "only if the server's owner confirms this key: ssh-keygen -f %s -R '%s', "
			      "then ssh -p %u %s", file, host, mlv_url_port(&remote->url), remote->url.host);
}

static mlv_err refuse_unknown(const struct mlv_sftp_remote *remote, const char *fingerprint)
{
	mlv_err err = mlv_error(MLV_E_REFUSED, "the host %s is not known: it shows the key %s, and %s "
				"knows none", remote->host_name, fingerprint, remote->known_hosts);

	return mlv_error_hint(err, "compare the key with what the server's owner says, by: ssh -p %u %s@%s",
			      mlv_url_port(&remote->url), remote->user, remote->url.host);
}

static mlv_err check_key(void *arg, const void *key, size_t len)
{
	const struct mlv_sftp_remote *remote = arg;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, shown = MLV_BUF_INIT;
	mlv_err err = mlv_base64_add(&text, key, len);

	if (err || (err = add_fingerprint(&shown, key, len)))
		return err;
	if (mlv_known_host_has(&remote->host.revoked, text.ptr))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "the host %s shows the key %s, which is "
						"revoked", remote->host_name, shown.ptr),
				      "ask the server's owner for its new key");
	if (mlv_known_host_has(&remote->host.keys, text.ptr))
		return NULL;
	return remote->host.keys.count > 0 ? refuse_changed(remote, shown.ptr)
					   : refuse_unknown(remote, shown.ptr);
}

/* ---- both ---- */

static mlv_err check_trust(const struct mlv_sftp_remote *remote,
			   const struct mlv_remote_settings *settings)
{
	mlv_err err;

	if (settings->trusted)
		return NULL;
	err = mlv_error(MLV_E_REFUSED, "remote %s: mlv logs in at %s, with your keys, only once you "
			"trust it", settings->name, remote->url.host);
	if (strstr(settings->name, "://"))
		return mlv_error_hint(err, "mlv remote add --local NAME URL, then remote://NAME/path stands "
				      "for what lies below the URL");
	return mlv_error_hint(err, "mlv remote trust %s", settings->name);
}

mlv_err mlv_sftp_login(struct mlv_sftp_remote *remote, struct mlv_ctx *ctx,
		       const struct mlv_remote_settings *settings)
{
	const char *socket = ctx->env(ctx, "SSH_AUTH_SOCK");
	mlv_err err;

	if ((err = check_trust(remote, settings)) || (err = find_user(remote, settings)) ||
	    (err = find_secrets(remote, settings)) ||
	    (err = find_key_files(remote, ctx, settings)) ||
	    (err = check_named_file(remote, settings)) || (err = find_known(remote, ctx, settings)))
		return err;
	remote->login = (struct mlv_net_login){
		.user = remote->user,
		.password = remote->password,
		.passphrase = remote->passphrase,
		.agent = socket && *socket && !mlv_setting_own_false(settings, "allow_agent"),
		.known = remote->known,
		.check_key = check_key,
		.arg = remote,
	};
	return NULL;
}
