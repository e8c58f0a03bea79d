/*
 * A partial's head is read or refused; what is read is written as it stood. The
 * rows behind it are read or refused, and what is read has codes that are there.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/eval/cases.h"
#include "core/eval/partial.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char yaml[] =
	"{\"evals\":{\"e\":{\"predictions\":\"t.csv\",\"task\":\"binary\",\"columns\":{\"id\":\"i\","
	"\"label\":\"y\",\"score\":\"s\",\"fold\":\"f\"},\"metrics\":[\"auc\"]}},"
	"\"slices\":[{\"by\":\"a\",\"top\":1},{\"by\":\"x\",\"quantiles\":2},"
	"{\"name\":\"w\",\"where\":\"a == 'b'\"},{\"cross\":[\"a\",\"x\"]}]}";

static void read_rows(const char *bytes, size_t len)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_extract_release) struct mlv_extract extract = { 0 };
	MLV_SCOPED(mlv_cases_release) struct mlv_cases cases = { 0 };
	const struct mlv_frame_source source = { .name = "p", .fd = -1, .bytes = bytes, .len = len };
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	if (mlv_json_parse("mlv.yaml", yaml, strlen(yaml), &root) ||
	    mlv_eval_spec_read("mlv.yaml", root, "e", &spec))
		abort();
	if (mlv_extract_append(&ctx, &spec, &source, &extract) ||
	    mlv_cases_of_extract(&ctx, &spec, &extract, NULL, 0, &cases))
		return;
	for (size_t r = 0; r < cases.rows.count; r++) {
		uint32_t code = 0;

		if (cases.sorted.keys)
			mlv_sorted_codes(&cases.sorted, MLV_FIELD_DIM, r, 1, &code);
		if (cases.id[r] >= cases.ids.count || !cases.sorted.keys == !cases.order ||
		    cases.dims[0].code[r] >= cases.dims[0].values.count ||
		    code >= cases.dims[0].values.count)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_partial_release) struct mlv_partial partial = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	const char *bytes = (const char *)data;
	size_t begin = 0;

	if (mlv_partial_read_head("p", bytes, size, &partial, &begin)) {
		read_rows(bytes, size);
		return 0;
	}
	if (begin > size || mlv_partial_add_head(&partial, &again) ||
	    again.len != begin - MLV_PARTIAL_MARK ||
	    memcmp(again.ptr, bytes + MLV_PARTIAL_MARK, again.len) != 0)
		abort();
	read_rows(bytes + begin, size - begin);
	return 0;
}
