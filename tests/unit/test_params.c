/* The readers of TOML and of Python's constants: values by their way, and what is refused where. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "core/repo/params.h"

struct row {
	const char *file, *text, *way, *want; /* want: type and value; NULL: there is none */
};

static void show(const struct mlv_value *value, char *to, size_t size)
{
	if (!value)
		snprintf(to, size, "none");
	else if (value->type == MLV_VALUE_NULL)
		snprintf(to, size, "null");
	else if (value->type == MLV_VALUE_BOOL)
		snprintf(to, size, value->boolean ? "true" : "false");
	else if (value->type == MLV_VALUE_INT)
		snprintf(to, size, "int %lld", (long long)value->integer);
	else if (value->type == MLV_VALUE_REAL)
		snprintf(to, size, "real %.17g", value->real);
	else if (value->type == MLV_VALUE_TEXT)
		snprintf(to, size, "text %s", value->text);
	else
		snprintf(to, size, "%s %zu", value->type == MLV_VALUE_LIST ? "list" : "map",
			 value->count);
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
		const struct row *row = &rows[i];
		char got[300];
		mlv_err err = mlv_params_parse(row->file, row->file, row->text, strlen(row->text),
					       &value);

		if (err)
			snprintf(got, sizeof(got), "%.290s", err->msg);
		else
			show(row->way ? mlv_params_get(value, row->way) : value, got, sizeof(got));
		cr_expect_str_eq(got, row->want, "%s: %s: %s, not %s", row->text,
				 row->way ? row->way : "", got, row->want);
	}
}

mlv_test(params, toml)
{
	static const struct row rows[] = {
		/* The examples of the specification, toml.io/en/v1.0.0. */
		{ "p.toml", "a = 1\n\n# c\nb.c = 'x' # d\n\"q r\" = 2", "b.c", "text x" },
		{ "p.toml", "\"q r\" = 2", "q r", "int 2" },
		{ "p.toml", "3.14159 = 'pi'", "3.14159", "text pi" },
		{ "p.toml", "a = \"tab\\t quote\\\" \\u00e9 \\U0001F600\"", "a",
		  "text tab\t quote\" \303\251 \360\237\230\200" },
		{ "p.toml", "a = \"\"\"\nRoses\nViolets\"\"\"", "a", "text Roses\nViolets" },
		{ "p.toml", "a = \"\"\"The quick \\\n\n\n  brown\"\"\"", "a", "text The quick brown" },
		{ "p.toml", "a = \"\"\"\"two\" quotes\"\"\"\"\"", "a", "text \"two\" quotes\"\"" },
		{ "p.toml", "a = '<\\i\\c*\\s*>'", "a", "text <\\i\\c*\\s*>" },
		{ "p.toml", "a = '''\nraw \\ 'x'\n'''", "a", "text raw \\ 'x'\n" },
		{ "p.toml", "a = +99", "a", "int 99" },
		{ "p.toml", "a = 5_349_221", "a", "int 5349221" },
		{ "p.toml", "a = 0xDEADBEEF", "a", "int 3735928559" },
		{ "p.toml", "a = 0o755", "a", "int 493" },
		{ "p.toml", "a = 0b11010110", "a", "int 214" },
		{ "p.toml", "a = -17", "a", "int -17" },
		{ "p.toml", "a = 5e+22", "a", "real 4.9999999999999996e+22" },
		{ "p.toml", "a = 1e06", "a", "real 1000000" },
		{ "p.toml", "a = 6.25E-2", "a", "real 0.0625" },
		{ "p.toml", "a = 224_617.445_991", "a", "real 224617.44599099999" },
		{ "p.toml", "a = -inf", "a", "real -inf" },
		{ "p.toml", "a = nan", "a", "real nan" },
		{ "p.toml", "a = true\nb = false", "b", "false" },
		{ "p.toml", "a = [[1, 2], ['a', \"b\"], # x\n]", "a[1][0]", "text a" },
		{ "p.toml", "a = [ ]", "a", "list 0" },
		{ "p.toml", "[dog.\"tater.man\"]\ntype.name = 'pug'", "dog", "map 1" },
		{ "p.toml", "[x.y.z.w]\n[x]\na = 1", "x.a", "int 1" },
		{ "p.toml", "p = { x = 1, y.z = [2] }", "p.y.z.0", "int 2" },
		{ "p.toml", "p = {}", "p", "map 0" },
		{ "p.toml", "[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3\n[p.q]\nr = 4", "p.2.q.r", "int 4" },
		{ "p.toml", "[[p]]\n[[p.v]]\nn = 1\n[[p.v]]\nn = 2\r\n[[p]]\n", "p[0].v[1].n", "int 2" },
		{ "p.toml", "", NULL, "map 0" },
		{ "p.toml", "\357\273\277a = 1", "a", "int 1" },
	};

	check_rows(rows, MLV_COUNT(rows));
}

mlv_test(params, toml_refused)
{
	static const struct row rows[] = {
		{ "p.toml", "a = 1\nb = 1979-05-27", NULL,
		  "p.toml:2:5: dates and times are not supported: put it in quotes" },
		{ "p.toml", "a = 07:32:00", NULL,
		  "p.toml:1:5: dates and times are not supported: put it in quotes" },
		{ "p.toml", "a = 1\na = 2", NULL, "p.toml:2: the key 'a' is repeated" },
		{ "p.toml", "a =", NULL, "p.toml:1:4: a value is missing" },
		{ "p.toml", "a = x", NULL, "p.toml:1:5: not a value of TOML" },
		{ "p.toml", "a = 1_", NULL, "p.toml:1:5: not a value of TOML" },
		{ "p.toml", "a = 1__0", NULL, "p.toml:1:5: not a value of TOML" },
		{ "p.toml", "a = 1 b = 2", NULL, "p.toml:1:7: expected the end of the line" },
		{ "p.toml", "= 1", NULL, "p.toml:1:1: a key is missing" },
		{ "p.toml", "a", NULL, "p.toml:1:2: expected '='" },
		{ "p.toml", "a = \"x\ny\"", NULL, "p.toml:1:7: a text without its closing quote" },
		{ "p.toml", "a = '''x", NULL, "p.toml:1:9: a text without its closing quote" },
		{ "p.toml", "a = \"\\z\"", NULL, "p.toml:1:8: an unknown escape" },
		{ "p.toml", "a = \"\\ud800\"", NULL, "p.toml:1:12: an escape that is no character" },
		{ "p.toml", "a = \"\001\"", NULL, "p.toml:1:6: a control character in a text" },
		{ "p.toml", "a = [1 2]", NULL, "p.toml:1:8: expected ',' or ']'" },
		{ "p.toml", "a = [1", NULL, "p.toml:1:7: expected ',' or ']'" },
		{ "p.toml", "a = {x = 1", NULL, "p.toml:1:11: expected ',' or '}'" },
		{ "p.toml", "[a]\n[a]", NULL, "p.toml:2:4: the table is there already" },
		{ "p.toml", "[a]\n[[a]]", NULL,
		  "p.toml:2:6: the key is there already, and no list of tables" },
		{ "p.toml", "a = [1]\n[[a]]", NULL,
		  "p.toml:2:6: the key is there already, and no list of tables" },
		{ "p.toml", "a = {}\n[a.b]", NULL,
		  "p.toml:2:5: a key below what is no table, or is closed" },
		{ "p.toml", "a = 1\na.b = 2", NULL,
		  "p.toml:2:5: a key below what is no table, or is closed" },
		{ "p.toml", "[a", NULL, "p.toml:1:3: expected ']'" },
		{ "p.toml", "\377", NULL, "p.toml: not TOML: it is not UTF-8 text" },
	};

	check_rows(rows, MLV_COUNT(rows));
}

mlv_test(params, python)
{
	static const struct row rows[] = {
		{ "p.py", "A = 1\nB = 'x'\n", "B", "text x" },
		{ "p.py", "A: int = 5 # five", "A", "int 5" },
		{ "p.py", "a = 1; b = -2.5e3", "b", "real -2500" },
		{ "p.py", "a = True\nb = None\nc = False", "b", "null" },
		{ "p.py", "a = [1, 2.0, 'x', [True]]", "a[3][0]", "true" },
		{ "p.py", "a = (1,)", "a", "list 1" },
		{ "p.py", "a = (1)", "a", "int 1" },
		{ "p.py", "a = ()", "a", "list 0" },
		{ "p.py", "a = 1, 2", "a", "list 2" },
		{ "p.py", "a = {1, 2}", "a", "list 2" },
		{ "p.py", "a = {}", "a", "map 0" },
		{ "p.py", "a = {'x': {'y': 1}, 2: 'z',}", "a.x.y", "int 1" },
		{ "p.py", "a = {'x': 1, 2: 'z'}", "a.2", "text z" },
		{ "p.py", "a = {\n  'x': [  # c\n    1,\n\n  2],\n}\nb = 3", "b", "int 3" },
		{ "p.py", "a = ('one '\n     \"two\")", "a", "text one two" },
		{ "p.py", "a = r'\\d' '\\x41\\u00e9\\n\\q'", "a", "text \\dA\303\251\n\\q" },
		{ "p.py", "\"\"\"Doc = 1\n\"\"\"\na = '''x\ny'''", "a", "text x\ny" },
		{ "p.py", "a = 1 + \\\n  2", "a",
		  "p.py:1:7: not a constant that can be read without running Python" },
		{ "p.py", "a = \\\n  2", "a", "int 2" },
		{ "p.py", "import os\nfrom x import (a,\n  b)\na = 2", "a", "int 2" },
		{ "p.py", "def f(x=1):\n    y = g(x)\n    return y\na = 2", "a", "int 2" },
		{ "p.py", "if x:\n    a = f()\nelse:\n    a = 1\nb = 2", "a", "none" },
		{ "p.py", "@d(1)\ndef f(): pass\na = 2", "a", "int 2" },
		{ "p.py", "a = 1\na = 2", "a", "int 2" },
		{ "p.py", "class T:\n    'doc'\n    lr = 0.1\n    class D:\n        n = 3\nb = 1", "T.D.n",
		  "int 3" },
		{ "p.py", "class T(B):\n  lr = 0.1\n  def __init__(self, x):\n    self.w = 64\n    x = f()\n"
			  "    self.f(1)\n  k = 2\nb = 1", "T", "map 3" },
		{ "p.py", "class T:\n  def f(self):\n    x = g()\n  k = 2\nb = 1", "T.k", "int 2" },
		{ "p.py", "class T: pass\nb = 1", "b", "int 1" },
		{ "p.py", "print(a == 1)\nb = 1\nb += 2", "b", "int 1" },
		{ "p.py", "a = 10_000\nb = 0xff", "b", "int 255" },
		{ "p.py", "\n\n  \n# x\n", NULL, "map 0" },
	};

	check_rows(rows, MLV_COUNT(rows));
}

mlv_test(params, python_refused)
{
	static const struct row rows[] = {
		{ "p.py", "a = f()", NULL,
		  "p.py:1:5: not a constant that can be read without running Python" },
		{ "p.py", "b = 1\na = b", NULL,
		  "p.py:2:5: not a constant that can be read without running Python" },
		{ "p.py", "a = [x for x in y]", NULL,
		  "p.py:1:6: not a constant that can be read without running Python" },
		{ "p.py", "a = f'{x}'", NULL,
		  "p.py:1:5: texts with f or b before them are not supported" },
		{ "p.py", "a = 'x", NULL, "p.py:1:7: a text without its closing quote" },
		{ "p.py", "a = '\\N{x}'", NULL, "p.py:1:8: an escape that is not supported" },
		{ "p.py", "a = [1", NULL, "p.py:1:7: expected ',', or the end of the list" },
		{ "p.py", "a = {'x': 1, 2}", NULL, "p.py:1:15: expected ':' and a value" },
		{ "p.py", "a = {1, 2: 3}", NULL, "p.py:1:11: a set with a key in it" },
		{ "p.py", "a = {1.5: 3}", NULL, "p.py:1:10: a key must be a text or an integer" },
		{ "p.py", "a = 3j", NULL,
		  "p.py:1:5: not a constant that can be read without running Python" },
		{ "p.py", "a = 1\n  b = 2", NULL, "p.py:2:3: an indent without a block" },
		{ "p.py", "\377", NULL, "p.py: not Python: it is not UTF-8 text" },
	};

	check_rows(rows, MLV_COUNT(rows));
}
