#include "cmd/report/page.h"

#include "cmd/report/vega.h"

/* Scripts and styles are those in the page; nothing is loaded, nobody is asked. */
static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<title>";

static const char style[] =
	"</title>\n"
	"<style>\n"
	":root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1b1b; --soft: #767676; "
	"--grid: #e4e4e4;\n"
	"  --now: #0072b2; --then: #8a6d00; --good: #007a5e; --bad: #c24a00; --shade: #f5f5f5; }\n"
	"@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e8e8e8; --soft: #9a9a9a;\n"
	"  --grid: #33363c; --now: #56b4e9; --then: #e6c34d; --good: #35c79a; --bad: #ff8a47; "
	"--shade: #202329; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); "
	"color: var(--ink);\n"
	"  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }\n"
	"h1 { font-size: 1.6rem; line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.25rem; }\n"
	"h3 { margin: 0; font-size: 1rem; } figure { margin: 1.5rem 0; } figcaption p { "
	"margin: 0; color: var(--soft); }\n"
	"a { color: var(--now); } :focus-visible { outline: 3px solid var(--now); outline-offset: 2px; }\n"
	"nav a { display: inline-block; padding: .3rem .5rem .3rem 0; margin-right: .5rem; }\n"
	".scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }\n"
	"th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; "
	"border-bottom: 1px solid var(--grid);\n"
	"  overflow-wrap: normal; }\n"
	"th { font-weight: 600; } tbody th { font-weight: normal; } thead th { white-space: nowrap; }\n"
	".n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }\n"
	".verdict.worse { color: var(--bad); font-weight: 600; } .verdict.better { color: "
	"var(--good); font-weight: 600; }\n"
	"dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dd { margin: 0; }\n"
	"dt { color: var(--soft); } summary { cursor: pointer; padding: .3rem 0; color: var(--soft); }\n"
	".plot { min-height: 2rem; max-width: 100%; overflow-x: auto; } .plot svg { display: "
	"block; max-width: 100%; height: auto; }\n"
	".side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, "
	"22rem), 1fr)); gap: 0 1.5rem; }\n"
	".side figure { min-width: 0; }\n"
	"@media print { details > summary { display: none; } }\n"
	"</style>\n"
	"</head>\n"
	"<body>\n"
	"<main>\n"
	"<h1>";

mlv_err mlv_page_begin(struct mlv_page *page, const char *title)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(page->html, head)) || (err = mlv_html_text(page->html, title)) ||
	    (err = mlv_buf_add_str(page->html, style)) || (err = mlv_html_text(page->html, title)))
		return err;
	return mlv_buf_add_str(page->html, "</h1>\n");
}

mlv_err mlv_page_end(struct mlv_page *page, const char *vega)
{
	mlv_err err = mlv_buf_add_str(page->html, "</main>\n");

	if (!err && page->figures)
		err = mlv_vega_embed(vega, page->html);
	return err ? err : mlv_buf_add_str(page->html, "</body>\n</html>\n");
}
