/* Cards: where blocks and sections lie. What is in them: tests/cli/card.sh. */
#include "check.h"

#include "core/eval/card.h"

mlv_test(card, blocks_lie_between_their_lines)
{
	static const char text[] = "---\n# mlv:begin index\nold: 1\n# mlv:end\n---\n# T\n\n"
				   "<!-- mlv:begin results a b -->  \r\n<!-- mlv:end -->\r\nrest";
	MLV_SCOPED(mlv_card_blocks_release) struct mlv_card_blocks blocks = { 0 };

	check_ok(mlv_card_blocks_find("c.md", text, &blocks));
	cr_assert(blocks.count == 2);
	cr_assert(eq(str, blocks.at[0].name, "index"));
	cr_assert(blocks.at[0].end - blocks.at[0].begin == 7 && blocks.at[0].line == 2);
	cr_assert(strncmp(text + blocks.at[0].begin, "old: 1\n", 7) == 0);
	cr_assert(eq(str, blocks.at[1].name, "results a b"));
	cr_assert(blocks.at[1].begin == blocks.at[1].end && blocks.at[1].line == 8);
}

mlv_test(card, what_is_no_block_is_told_with_its_line)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{ "a\n<!-- mlv:begin x -->\n", "c.md:2: the block does not end" },
		{ "<!-- mlv:end -->\n", "c.md:1: no block ends here" },
		{ "# mlv:begin x\n# mlv:begin y\n# mlv:end\n", "c.md:2: a block begins within another" },
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++) {
		MLV_SCOPED(mlv_card_blocks_release) struct mlv_card_blocks blocks = { 0 };
		mlv_err err = mlv_card_blocks_find("c.md", wrong[i].text, &blocks);

		cr_assert(err && err->code == MLV_E_SPEC);
		cr_assert(eq(str, err->msg, wrong[i].message));
	}
}

mlv_test(card, sections_say_something_or_nothing)
{
	static const char text[] =
		"# T\nintro\n## One\n\n<!-- a\nlong comment -->\n \n## Two \n<!-- c --> words\n"
		"## Three\n<!-- mlv:begin x -->\nnumbers\n<!-- mlv:end -->\n## Four\n### Deeper\n"
		"## Five\n<!-- never closed\n";
	static const bool said[] = { false, true, false, true, false };
	struct mlv_card_section section;
	size_t at = 0, count = 0;

	while (mlv_card_next_section(text, &at, &section)) {
		cr_assert(section.said == said[count], "%zu", count);
		count++;
	}
	cr_assert(count == 5 && at == strlen(text));
}

mlv_test(card, the_title_is_not_in_the_front_matter)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT, none = MLV_BUF_INIT;

	check_ok(mlv_card_title("---\n# a comment\n---\n\n## Not this\n# The model\n# Another\n", &title));
	cr_assert(eq(str, title.ptr, "The model"));
	check_ok(mlv_card_title("## Only this\n", &none));
	cr_assert(none.len == 0);
}
