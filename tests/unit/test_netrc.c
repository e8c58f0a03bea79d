#include "remote/http/netrc.h"

#include "core/base/sys.h"
#include "tests/unit/check.h"

/* "user password", "none", or "line N". */
static const char *found_in(const char *text, const char *user)
{
	static char said[128];
	MLV_SCOPED(mlv_netrc_release) struct mlv_netrc netrc = { 0 };

	check_ok(mlv_netrc_find(&netrc, text, strlen(text), "a.example.org", user));
	if (netrc.wrong_line)
		snprintf(said, sizeof(said), "line %d", (int)netrc.wrong_line);
	else
		snprintf(said, sizeof(said), "%s %s", netrc.user ? netrc.user : "none",
			 netrc.password ? netrc.password : "");
	cr_assert(netrc.wrong_line == 0 || (netrc.user == NULL && netrc.password == NULL));
	return said;
}

#define A "machine a.example.org "

mlv_test(netrc, entries_are_found_by_their_host)
{
	static const struct {
		const char *text, *user, *said;
	} cases[] = {
		{ "", NULL, "none " },
		{ A "login ada password geheim", NULL, "ada geheim" },
		{ "machine\na.example.org\r\n\tlogin\tada\r\npassword geheim\r\n", NULL, "ada geheim" },
		{ A "password geheim account x login ada\n", NULL, "ada geheim" },
		{ "machine A.Example.ORG login ada password p", NULL, "ada p" },
		{ "machine example.org login x password y", NULL, "none " },
		{ "machine a.example.org.evil.example login x password y", NULL, "none " },
		{ "machine b login x password y " A "login ada password p", NULL, "ada p" },
		{ A "login ada password p machine b login x password y", NULL, "ada p" },
		{ A "login one password 1\n" A "login two password 2", NULL, "one 1" },
		{ A "login one password 1\n" A "login two password 2", "two", "two 2" },
		{ A "login one password 1\n" A "login two password 2", "three", "none " },
		{ A "login ada\n" A "login two password 2", NULL, "two 2" },
		{ A "login ada password p default login x password y", NULL, "ada p" },
		{ "default login x password y", NULL, "none " },
		{ A "default login x password y", NULL, "none " },
		{ "# machine\n" A "login ada # password x\npassword p#q", NULL, "ada p#q" },
		{ A "login ada password #p", NULL, "ada #p" },
		{ A "login \"a \\\"b\\\\\" password \"\"", NULL, "a \"b\\ " },
		{ "macdef m\nlogin x\n" A "login x password y\n\n" A "login ada password p", NULL, "ada p" },
		{ "macdef m\r\nput x\r\n\r\n" A "login ada password p", NULL, "ada p" },
		{ A "login ada password p macdef m\nmachine", NULL, "ada p" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++)
		cr_assert_str_eq(found_in(cases[i].text, cases[i].user), cases[i].said, "%zu: %s", i,
				 cases[i].text);
}

mlv_test(netrc, a_file_with_anything_else_gives_nothing)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ A "login ada password p\nport 21", "line 2" },
		{ A "login ada password two words", "line 1" },
		{ "\n\n" A "login ada password", "line 3" },
		{ A "login ada password p\n\nmachine", "line 3" },
		{ A "login \"ada password p\n", "line 1" },
		{ A "login \"ada\"password p", "line 1" },
		{ A "login ada password p\\\\\n\"", "line 2" },
		{ A "login a\001a password p", "line 1" },
		{ A "login \"a\001a\" password p", "line 1" },
		{ A "login \"a\\", "line 1" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++)
		cr_assert_str_eq(found_in(cases[i].text, NULL), cases[i].said, "%zu: %s", i, cases[i].text);
}

mlv_test(netrc, a_nul_is_no_word)
{
	MLV_SCOPED(mlv_netrc_release) struct mlv_netrc netrc = { 0 };
	static const char text[] = A "login a\0b password p";

	check_ok(mlv_netrc_find(&netrc, text, sizeof(text) - 1, "a.example.org", NULL));
	cr_assert(netrc.wrong_line == 1 && netrc.user == NULL);
}

#ifdef MLV_FAULTS
/* One allocation after the other fails: that is told, and half a login is none. */
mlv_test(netrc, each_failure_is_told)
{
	static const char text[] = "machine b login x password y\n"
				   A "login \"a\" password p\ndefault login z";
	long calls = 0;

	for (long nth = 1; calls >= nth - 1; nth++) {
		MLV_SCOPED(mlv_netrc_release) struct mlv_netrc netrc = { 0 };
		mlv_err err;

		mlv_fault_arm(nth);
		err = mlv_netrc_find(&netrc, text, sizeof(text) - 1, "a.example.org", NULL);
		calls = mlv_fault_calls();
		mlv_fault_arm(0);
		if (err)
			cr_assert(calls >= nth && netrc.user == NULL && netrc.password == NULL);
		else
			cr_assert_str_eq(netrc.password, "p");
	}
}
#endif
