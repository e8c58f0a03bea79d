#include "cmd/report/vega.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "core/base/fs.h"

#define PIECE_MAX ((size_t)4 << 20)

/* The pieces, each behind those that it needs. */
static const char *const pieces[] = {
	"util", "event-selector", "expression", "time", "format", "loader", "statistics",
	"dataflow", "scale", "canvas", "scenegraph", "transforms", "view-transforms", "encode",
	"projection", "geo", "functions", "runtime", "selection", "parser", "interpreter", "view",
};

/* What a view looks up transforms in is a member of vega-dataflow. */
static const char joined[] =
	"Object.assign(need('vega-dataflow').transforms, need('vega-transforms'),\n"
	"  need('vega-view-transforms'), need('vega-encode'));\n"
	"const vega = {View: need('vega-view').View, parse: need('vega-parser').parse,\n"
	"  expressionInterpreter: need('vega-interpreter').expressionInterpreter};\n";

/* What puts the charts into their places, now and when the page becomes dark or narrow. */
static const char draw[] =
	"const plots = [...document.querySelectorAll('.plot')], views = new Map();\n"
	"function theme(spec, room) {\n"
	"  const style = getComputedStyle(document.documentElement);\n"
	"  const color = name => style.getPropertyValue('--' + name).trim();\n"
	"  for (const signal of spec.signals)\n"
	"    if (signal.name === 'room') signal.value = room;\n"
	"    else if ('value' in signal && color(signal.name)) signal.value = color(signal.name);\n"
	"  const text = {labelColor: color('ink'), titleColor: color('ink'), labelFontSize: 12,\n"
	"    titleFontSize: 12, labelFont: 'sans-serif', titleFont: 'sans-serif', "
	"titleFontWeight: 'normal'};\n"
	"  return {axis: {...text, gridColor: color('grid'), domainColor: color('soft'),\n"
	"    tickColor: color('soft')}, legend: text};\n"
	"}\n"
	"async function show(plot) {\n"
	"  const spec = JSON.parse(document.getElementById(plot.id.replace('plot', 'spec')).textContent);\n"
	"  const room = Math.max(200, plot.clientWidth);\n"
	"  spec.width = Math.min(room, (spec.usermeta || {}).most || room);\n"
	"  spec.description = plot.closest('figure').querySelector('h3').textContent;\n"
	"  const config = theme(spec, spec.width);\n"
	"  if (views.has(plot)) views.get(plot).finalize();\n"
	"  const view = new vega.View(vega.parse(spec, config, {ast: true}), {renderer: 'svg',\n"
	"    container: plot, hover: true, expr: vega.expressionInterpreter});\n"
	"  views.set(plot, view);\n"
	"  await view.runAsync();\n"
	"  plot.dataset.drawn = plot.querySelectorAll('svg .mark-rect path, svg .mark-symbol path,'\n"
	"    + ' svg .mark-line path').length;\n"
	"}\n"
	"async function showAll() {\n"
	"  for (const plot of plots)\n"
	"    try { await show(plot); }\n"
	"    catch (error) { plot.textContent = 'This chart could not be drawn.'; console.error(error); }\n"
	"  document.documentElement.dataset.charts = plots.filter(plot => plot.dataset.drawn > 0).length;\n"
	"}\n"
	"let wide = document.body.clientWidth, timer;\n"
	"new ResizeObserver(() => {\n"
	"  if (wide === document.body.clientWidth) return;\n"
	"  wide = document.body.clientWidth;\n"
	"  clearTimeout(timer);\n"
	"  timer = setTimeout(showAll, 150);\n"
	"}).observe(document.body);\n"
	"matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showAll);\n"
	"showAll();\n";

/* A script cannot hold the end of its element: where one does, it stands in a string or a comment. */
static mlv_err add_script(struct mlv_buf *to, const char *text, size_t len)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < len && !err; i++) {
		bool ends = text[i] == '<' && i + 1 < len && (text[i + 1] == '/' || text[i + 1] == '!') &&
			    (strncasecmp(text + i, "</script", 8) == 0 || strncmp(text + i, "<!--", 4) == 0);

		if (!(err = mlv_buf_add_char(to, text[i])) && ends)
			err = mlv_buf_add_char(to, '\\');
	}
	return err;
}

static mlv_err add_piece(int dir, const char *directory, const char *piece, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(PIECE_MAX);
	mlv_err err = mlv_buf_printf(&name, "vega-%s.min.js", piece);

	if (err || (err = mlv_fs_read(dir, name.ptr, &text)))
		return err ? mlv_error_wrap(err, "%s", directory) : NULL;
	if ((err = mlv_buf_add_str(to, "((exports, module, require) => {\n")) ||
	    (err = add_script(to, text.ptr, text.len)))
		return err;
	return mlv_buf_printf(to, "\n})(need('vega-%s'), {}, need);\n", piece);
}

mlv_err mlv_vega_embed(const char *directory, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_fd_close) int dir = mlv_sys_openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY, 0);
	mlv_err err;

	if (dir < 0)
		return mlv_error(MLV_E_MISSING, "%s: there is no such directory", directory);
	/* Within a function: nothing of it is anybody else's. */
	err = mlv_buf_add_str(to, "<script>\n(() => {\nconst modules = {};\n"
				  "const need = name => modules[name] || (modules[name] = {});\n");
	for (size_t i = 0; i < MLV_COUNT(pieces) && !err; i++)
		err = add_piece(dir, directory, pieces[i], to);
	if (err || (err = mlv_buf_add_str(to, joined)) || (err = mlv_buf_add_str(to, draw)))
		return err;
	return mlv_buf_add_str(to, "})();\n</script>\n");
}
