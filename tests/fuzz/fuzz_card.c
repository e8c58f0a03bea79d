/* A card's blocks lie within it, one behind the other; its sections are all that follows a heading. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/card.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_mem_free) char *text = mlv_sys_strndup((const char *)data, size);
	MLV_SCOPED(mlv_card_blocks_release) struct mlv_card_blocks blocks = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT, own = MLV_BUF_INIT;
	struct mlv_card_section section;
	size_t at = 0, before = 0;

	if (!text)
		return 0;
	if (!mlv_card_blocks_find("card", text, &blocks))
		for (size_t b = 0; b < blocks.count; b++) {
			if (blocks.at[b].begin < before || blocks.at[b].end < blocks.at[b].begin ||
			    blocks.at[b].end > strlen(text))
				abort();
			before = blocks.at[b].end;
		}
	while (mlv_card_next_section(text, &at, &section))
		if (section.body + section.body_len != text + at || mlv_card_section_own(&section, &own))
			abort();
	if (at != strlen(text) || mlv_card_title(text, &title))
		abort();
	return 0;
}
