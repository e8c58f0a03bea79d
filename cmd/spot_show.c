#include "cmd/spot_show.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/ui/out.h"

static const char *codec_name(enum mlv_codec codec)
{
	static const char *const names[] = { "raw", "zlib", "zstd" };

	return names[codec];
}

/* As one word of a shell. */
static mlv_err add_word(struct mlv_buf *to, const char *text)
{
	mlv_err err = mlv_buf_add_char(to, '\'');

	for (; !err && *text; text++)
		err = *text == '\'' ? mlv_buf_add_str(to, "'\\''") : mlv_buf_add_char(to, *text);
	return err ? err : mlv_buf_add_char(to, '\'');
}

/* The bytes by tail or curl; nothing for what neither can reach. */
static mlv_err add_command(struct mlv_buf *to, const struct mlv_spot *spot, const char *url)
{
	mlv_err err;

	if (url[0] == '/') {
		if ((err = mlv_buf_printf(to, "tail -c +%" PRIu64 " ", spot->offset + 1)) ||
		    (err = add_word(to, url)) ||
		    (err = mlv_buf_printf(to, " | head -c %" PRIu64, spot->length)))
			return err;
	} else if (strncmp(url, "http", 4) == 0) {
		if ((err = mlv_buf_printf(to, "curl -fsS -r %" PRIu64 "-%" PRIu64 " ", spot->offset,
					  spot->offset + spot->length - 1)) ||
		    (err = add_word(to, url)))
			return err;
	} else {
		return NULL;
	}
	return spot->codec == MLV_CODEC_ZSTD ? mlv_buf_add_str(to, " | zstd -dc") : NULL;
}

static mlv_err show_part(struct mlv_out *out, const struct mlv_spot *spot, const char *url,
			 const char *label)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf command = MLV_BUF_INIT;
	mlv_err err;

	mlv_out_path(out, label, strlen(label));
	if (spot->length == 0) {
		mlv_out_line(out, " is empty, and lies in this pack at byte %" PRIu64, spot->offset);
		return NULL;
	}
	mlv_out_line(out, " lies in this pack, at bytes %" PRIu64 " to %" PRIu64 ", %s", spot->offset,
		     spot->offset + spot->length - 1,
		     spot->codec == MLV_CODEC_RAW    ? "as it is"
		     : spot->codec == MLV_CODEC_ZSTD ? "compressed by zstd"
						     : "deflated by zlib");
	if ((err = add_command(&command, spot, url)))
		return err;
	if (command.len)
		mlv_out_line(out, "%s", command.ptr);
	return NULL;
}

mlv_err mlv_spot_show(struct mlv_run *run, const struct mlv_spot *spot, const char *url,
		      const char *label)
{
	struct mlv_out *out = run->out;

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "url", url);
	mlv_out_number(out, "offset", spot->offset);
	mlv_out_number(out, "length", spot->length);
	mlv_out_text(out, "codec", codec_name(spot->codec));
	mlv_out_object_end(out);
	mlv_out_line(out, "%s", url);
	return spot->packed && !out->json ? show_part(out, spot, url, label) : NULL;
}
