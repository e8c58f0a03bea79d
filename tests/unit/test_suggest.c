#include "tests/unit/check.h"

#include "core/base/suggest.h"

static const char *const commands[] = { "add", "checkout", "commit", "push", "pull", "remote" };

static const char *nearest(const char *word)
{
	const char *found = mlv_suggest_of(word, commands, sizeof(commands) / sizeof(commands[0]));

	return found ? found : "(none)";
}

/* The distances are those of the definition, counted by hand. */
mlv_test(suggest, counts_steps)
{
	cr_expect(eq(int, (int)mlv_suggest_distance("", ""), 0));
	cr_expect(eq(int, (int)mlv_suggest_distance("", "abc"), 3));
	cr_expect(eq(int, (int)mlv_suggest_distance("abc", ""), 3));
	cr_expect(eq(int, (int)mlv_suggest_distance("kitten", "sitting"), 3));
	cr_expect(eq(int, (int)mlv_suggest_distance("push", "psuh"), 1), "a swap is one step");
	cr_expect(eq(int, (int)mlv_suggest_distance("ca", "abc"), 3), "restricted: not 2");
	cr_expect(eq(int, (int)mlv_suggest_distance("abcdef", "abcdef"), 0));
}

mlv_test(suggest, is_symmetric)
{
	cr_expect(eq(int, (int)mlv_suggest_distance("checkout", "chekcuot"),
		     (int)mlv_suggest_distance("chekcuot", "checkout")));
}

mlv_test(suggest, finds_the_nearest)
{
	cr_expect(eq(str, nearest("psuh"), "push"));
	cr_expect(eq(str, nearest("pul"), "pull"));
	cr_expect(eq(str, nearest("chekout"), "checkout"));
	cr_expect(eq(str, nearest("comit"), "commit"));
	cr_expect(eq(str, nearest("aad"), "add"));
}

mlv_test(suggest, does_not_depend_on_the_order)
{
	const char *const one[] = { "b.csv", "a.csv" }, *const other[] = { "a.csv", "b.csv" };

	cr_expect_str_eq(mlv_suggest_of("*.csv", one, 2), "a.csv");
	cr_expect_str_eq(mlv_suggest_of("*.csv", other, 2), "a.csv");
}

mlv_test(suggest, keeps_silent_about_the_far)
{
	cr_expect(eq(str, nearest("xyzzy"), "(none)"));
	cr_expect(eq(str, nearest("at"), "(none)"));
	cr_expect(eq(str, nearest(""), "(none)"));
}

mlv_test(suggest, survives_long_words)
{
	char word[4096];

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	cr_expect(eq(str, nearest(word), "(none)"));
	word[MLV_SUGGEST_MAX] = '\0';
	cr_expect(eq(int, (int)mlv_suggest_distance(word, word), 0));
}
