#include "cmd/ci_pipeline.h"

#include <string.h>

#include "core/base/attr.h"
#include "core/base/sys.h"

#define BUILD(indent)                                                                          \
	indent "apt-get update -q\n"                                                           \
	indent "apt-get install -qy git make\n"                                                \
	indent "git clone -q --depth 1 -- \"$MLV_SOURCE\" \"$HOME/mlv\"\n" \
	indent "make -C \"$HOME/mlv\" deps\n"                                                  \
	indent "make -C \"$HOME/mlv\" -j \"$(nproc)\" install\n"

#define GITHUB_INDENT "          "

static const char github_head[] =
	"# Made by mlv ci init github; it is yours to change.\n"
	"# Set the variable MLV_SOURCE (Settings, Secrets and variables, Actions, Variables) to the\n"
	"# URL from which mlv is cloned with git.\n"
	"name: mlv\n"
	"on:\n"
	"  pull_request:\n"
	"  push:\n"
	"permissions:\n"
	"  contents: read\n"
	"  security-events: write\n"
	"jobs:\n"
	"  gate:\n"
	"    runs-on: ubuntu-latest\n"
	"    container: debian:12\n"
	"    env:\n"
	"      MLV_SOURCE: ${{ vars.MLV_SOURCE }}\n"
	"      BASE_BRANCH: ${{ github.base_ref }}\n"
	"      BEFORE: ${{ github.event.before }}\n"
	"    steps:\n"
	"      - name: Build mlv\n"
	"        run: |\n"
	GITHUB_INDENT "[ \"$MLV_SOURCE\" ] ||\n"
	GITHUB_INDENT "  { echo '::error::the variable MLV_SOURCE is not set'; exit 2; }\n"
	BUILD(GITHUB_INDENT)
	"      - uses: actions/checkout@v4\n"
	"        with:\n"
	"          fetch-depth: 0\n"
	"      - name: Check the records and run the gates\n"
	"        run: |\n"
	GITHUB_INDENT "git config --global --add safe.directory \"$GITHUB_WORKSPACE\"\n";

static const char github_tail[] =
	"      - uses: actions/upload-artifact@v4\n"
	"        if: always()\n"
	"        with:\n"
	"          name: mlv\n"
	"          path: |\n"
	"            **/gate-*.xml\n"
	"            **/gate-*.sarif\n"
	"      - uses: github/codeql-action/upload-sarif@v3\n"
	"        if: always() && github.event_name == 'push' && !github.event.repository.private\n"
	"        with:\n"
	"          sarif_file: .\n";

#define GITLAB_INDENT "      "

static const char gitlab_head[] =
	"# Made by mlv ci init gitlab; it is yours to change.\n"
	"# Set the variable MLV_SOURCE (Settings, CI/CD, Variables) to the URL from which mlv is cloned\n"
	"# with git.\n"
	"mlv-gate:\n"
	"  image: debian:12\n"
	"  variables:\n"
	"    GIT_DEPTH: \"0\"\n"
	"  rules:\n"
	"    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n"
	"    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
	"  before_script:\n"
	"    - |\n"
	GITLAB_INDENT "[ \"$MLV_SOURCE\" ] || { echo 'the variable MLV_SOURCE is not set'; exit 2; }\n"
	BUILD(GITLAB_INDENT)
	"  script:\n"
	"    - |\n"
	GITLAB_INDENT "git config --global --add safe.directory \"$CI_PROJECT_DIR\"\n";

static const char gitlab_tail[] =
	"  artifacts:\n"
	"    when: always\n"
	"    paths:\n"
	"      - \"**/gate-*.xml\"\n"
	"    reports:\n"
	"      junit: \"**/gate-*.xml\"\n"
	"      metrics: \"**/gate-*.txt\"\n";

static const struct mlv_ci_host hosts[] = {
	{ "github", ".github/workflows/mlv.yml",
	  "set the repository's variable MLV_SOURCE to where mlv is cloned from", github_head,
	  github_tail, GITHUB_INDENT,
	  "base=$BEFORE\n" GITHUB_INDENT "[ -z \"$BASE_BRANCH\" ] || base=origin/$BASE_BRANCH\n",
	  "--github --junit \"gate-$gate.xml\" --sarif \"gate-$gate.sarif\"" },
	{ "gitlab", ".gitlab-ci.yml",
	  "set the project's variable MLV_SOURCE to where mlv is cloned from", gitlab_head,
	  gitlab_tail, GITLAB_INDENT, "base=${CI_MERGE_REQUEST_DIFF_BASE_SHA:-$CI_COMMIT_BEFORE_SHA}\n",
	  "--junit \"gate-$gate.xml\" --openmetrics \"gate-$gate.txt\"" },
};

const struct mlv_ci_host *mlv_ci_host_find(const char *name)
{
	for (size_t i = 0; i < MLV_COUNT(hosts); i++)
		if (strcmp(hosts[i].name, name) == 0)
			return &hosts[i];
	return NULL;
}

/* The first push of a branch has no commit before it: then the gate's own base counts. */
static mlv_err add_script(const struct mlv_ci_host *host, const char *prefix,
			  const struct mlv_strs *gates, struct mlv_buf *to)
{
	const char *in = host->indent;
	mlv_err err = NULL;

	if (*prefix)
		err = mlv_buf_printf(to, "%scd %s\n", in, prefix);
	if (err ||
	    (err = mlv_buf_printf(to, "%s%s%scase $base in *[!0]*) ;; *) base= ;; esac\n", in, host->base,
				  in)) ||
	    (err = mlv_buf_printf(to, "%s[ -z \"$(mlv remote list)\" ] || mlv pull\n%smlv eval verify\n%s"
				  "status=0\n%sfor gate in", in, in, in, in)))
		return err;
	for (size_t i = 0; i < gates->count && !err; i++)
		err = mlv_buf_printf(to, " %s", gates->at[i]);
	if (err)
		return err;
	return mlv_buf_printf(to, "; do\n%s  mlv gate ${base:+--base \"$base\"} %s \"$gate\" || status=$?\n"
			      "%sdone\n%sexit \"$status\"\n", in, host->options, in, in);
}

mlv_err mlv_ci_pipeline(const struct mlv_ci_host *host, const char *prefix,
			const struct mlv_strs *gates, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, host->head)) || (err = add_script(host, prefix, gates, to)))
		return err;
	return mlv_buf_add_str(to, host->tail);
}
