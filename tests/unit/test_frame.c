/* Tables of text: what is read, and what is refused with file and line. */
#include "check.h"

#include <math.h>
#include <sys/resource.h>

#include "core/base/sys.h"
#include "core/eval/frame.h"
#include "core/eval/frame/number.h"
#include "core/eval/frame/separators.h"

static const struct mlv_want wants[] = {
	{ .name = "a" },
	{ .name = "x", .number = true },
};

static mlv_err read_bytes(const char *name, const char *bytes, size_t len, struct mlv_frame *frame)
{
	const struct mlv_frame_source source = { .name = name, .fd = -1, .bytes = bytes, .len = len };
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = 2;
	return mlv_frame_read(&ctx, &source, wants, MLV_COUNT(wants), frame);
}

static mlv_err read_text(const char *name, const char *text, struct mlv_frame *frame)
{
	return read_bytes(name, text, strlen(text), frame);
}

static const char *text_at(const struct mlv_frame *frame, size_t row)
{
	return mlv_words_at(&frame->columns[0].words, frame->columns[0].code[row]);
}

mlv_test(frame, csv_with_all_that_it_may_have)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };

	check_ok(read_text("t.csv",
			   "\xef\xbb\xbf\"x\",other,a\r\n"
			   "1,,\"he said \"\"x\"\", ok\"\r\n"
			   "-2.5e-3,\"two\nlines\",\"\"\r\n"
			   "\r\n"
			   "nan,3,plain",
			   &frame));
	cr_assert(eq(sz, frame.rows, 3));
	cr_assert(eq(str, text_at(&frame, 0), "he said \"x\", ok"));
	cr_assert(eq(str, text_at(&frame, 1), ""));
	cr_assert(eq(str, text_at(&frame, 2), "plain"));
	cr_assert(frame.columns[1].number[0] == 1);
	cr_assert(frame.columns[1].number[1] == -0.0025);
	cr_assert(isnan(frame.columns[1].number[2]));
	cr_assert(mlv_frame_line(&frame, 0) == 2 && mlv_frame_line(&frame, 1) == 3 &&
			  mlv_frame_line(&frame, 2) == 6);
}

mlv_test(frame, tabs_and_json_lines)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame tabs = { 0 }, lines = { 0 };

	check_ok(read_text("t.tsv", "a\tx\nu,v\t1e5\n", &tabs));
	cr_assert(eq(str, text_at(&tabs, 0), "u,v"));
	cr_assert(tabs.columns[1].number[0] == 1e5);
	check_ok(read_text("t.jsonl",
			   "{\"a\": true, \"x\": 0.1}\n\n{\"x\": null, \"a\": 7}\n"
			   "{\"a\": \"\\u00e4\", \"x\": NaN}",
			   &lines));
	cr_assert(eq(sz, lines.rows, 3));
	cr_assert(eq(str, text_at(&lines, 0), "true"));
	cr_assert(eq(str, text_at(&lines, 1), "7"));
	cr_assert(eq(str, text_at(&lines, 2), "\xc3\xa4"));
	cr_assert(lines.columns[1].number[0] == 0.1 && isnan(lines.columns[1].number[1]));
}

static void check_refused(const char *name, const char *text, const char *message)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	mlv_err err = read_text(name, text, &frame);

	cr_assert(err && err->code == MLV_E_SPEC, "%s: %s", text, err ? err->msg : "was read");
	cr_assert(strncmp(err->msg, message, strlen(message)) == 0, "%s", err->msg);
}

mlv_test(frame, what_is_wrong_is_named_with_its_line)
{
	check_refused("t.csv", "", "t.csv: empty");
	check_refused("t.csv", "a,y\n1,2\n", "t.csv:1: there is no column 'x'");
	check_refused("t.csv", "a,x,x\n1,2,3\n", "t.csv:1: two columns are named 'x'");
	check_refused("t.csv", "a,x\n1,2\n\"u\nv\",3\n1\n", "t.csv:5: 1 fields where the header has 2");
	check_refused("t.csv", "a,x\n1,2,3\n", "t.csv:2: 3 fields where the header has 2");
	check_refused("t.csv", "a,x\nu,2\n5\" pipe,3\n", "t.csv:3: a quote inside a field");
	check_refused("t.csv", "a,x\n\"u\" ,2\n", "t.csv:2: text behind a closing quote");
	check_refused("t.csv", "a,x\nu,2\n\"u,2\n\n", "t.csv:5: the file ends inside a quoted field");
	check_refused("t.csv", "a,x\nu,2\nv,two\n", "t.csv:3: column 'x': 'two' is not a number");
	check_refused("t.csv", "a,x\nu,0x10\n", "t.csv:2: column 'x': '0x10' is not a number");
	check_refused("t.jsonl", "{\"a\": 1, \"x\": 1}\n[1]\n", "t.jsonl:2: not an object");
	check_refused("t.jsonl", "{\"a\": 1, \"x\": 1}\n{\"a\"\n", "t.jsonl:2:");
	check_refused("t.jsonl", "{\"a\": 1}\n", "t.jsonl: no row has 'x'");
	check_refused("t.jsonl", "{\"a\": [1], \"x\": 1}\n", "t.jsonl:1: column 'a': a list or an object");
	check_refused("t.parquet", "PAR1", "t.parquet: not a table that can be read\nhint: convert it: ");
	check_refused("t.npy", "", "t.npy: not a table that can be read\nhint: convert it: ");
	check_refused("t.csv", "PAR1\x15\x04", "t.csv: not a table that can be read\nhint: convert it: ");
	check_refused("t.csv", "PAR1\n1\n", "t.csv:1: there is no column 'a'");
}

mlv_test(frame, a_nul_is_no_text)
{
	static const char bytes[] = "a,x\nu,2\nv\0w,3\n";
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	mlv_err err = read_bytes("t.csv", bytes, sizeof(bytes) - 1, &frame);

	cr_assert(err && strncmp(err->msg, "t.csv:3: a NUL byte", 19) == 0, "%s", err ? err->msg : "");
}

/* Larger than several pieces, with line feeds in quotes everywhere: the cut never shows. */
mlv_test(frame, large_ones_are_cut_behind_rows)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const size_t rows = 300000;

	check_ok(mlv_buf_add_str(&text, "x,a\n"));
	for (size_t r = 0; r < rows; r++)
		check_ok(mlv_buf_printf(&text, "%zu,\"%zu\n, \"\"%s\"\"\"\n", r, r % 1000,
					r % 7 ? "\n" : ""));
	check_ok(read_bytes("t.csv", text.ptr, text.len, &frame));
	cr_assert(eq(sz, frame.rows, rows));
	cr_assert(eq(sz, frame.columns[0].words.count, 2000));
	for (size_t r = 0; r < rows; r++) {
		char want[40];

		snprintf(want, sizeof(want), "%zu\n, \"%s\"", r % 1000, r % 7 ? "\n" : "");
		cr_assert(frame.columns[1].number[r] == (double)r);
		cr_assert(strcmp(text_at(&frame, r), want) == 0, "row %zu", r);
	}
}

/* Exact arithmetic and strtod() agree, at the borders of both. */
mlv_test(frame, numbers_are_those_of_strtod)
{
	static const char *const texts[] = {
		"0", "-0", "1", "0.1", "123456789012345678", "9007199254740993", "1e22", "1e23", "1e-22",
		"4.9e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "1e309", "-1e-400",
		"0.30000000000000004", "8.5e15", "0.000000000000000000000000001", "1.", ".5", "+3",
		"3.141592653589793238462643383279", "1e+05", "00012",
	};

	for (size_t i = 0; i < MLV_COUNT(texts); i++) {
		double number = 7, want = strtod(texts[i], NULL);

		cr_assert(mlv_number_parse(texts[i], strlen(texts[i]), &number), "%s", texts[i]);
		cr_assert(memcmp(&number, &want, sizeof(want)) == 0, "%s: %.17g", texts[i], number);
	}
}

/* Of 16 to 19 digits, whose quotients by powers of 10 lie anywhere between two doubles. */
mlv_test(frame, long_numbers_are_those_of_strtod)
{
	uint64_t state = 7;

	for (int i = 0; i < 200000; i++) {
		char text[48];
		double number = 7, want;
		int digits, behind;

		state = state * 6364136223846793005U + 1442695040888963407U;
		digits = 16 + (int)(state >> 62);
		behind = (int)(state >> 40 & 0xffff) % 22;
		snprintf(text, sizeof(text), "%.*g", digits, (double)(state >> 11) * 0x1p-53);
		if (i % 2)
			snprintf(text, sizeof(text), "%llue-%d", (unsigned long long)state / 9, behind);
		want = strtod(text, NULL);
		cr_assert(mlv_number_parse(text, strlen(text), &number), "%s", text);
		cr_assert(memcmp(&number, &want, sizeof(want)) == 0, "%s: %.17g", text, number);
	}
}

/* A short text is found again by its first and last bytes, and its length. */
mlv_test(frame, words_that_look_alike_are_apart)
{
	static const char *const texts[] = { "", "a", "aa", "aaa", "aaaa", "aaaaa", "abcd", "abcdabcd",
					     "abcdbcd", "aab", "aba", "abcdefgh", "abcdefghi" };
	MLV_SCOPED(mlv_words_release) struct mlv_words words = { .bytes = MLV_BUF_INIT };

	for (int round = 0; round < 3; round++)
		for (uint32_t i = 0; i < MLV_COUNT(texts); i++) {
			uint32_t code = UINT32_MAX, found = UINT32_MAX;

			check_ok(mlv_words_add(&words, texts[i], strlen(texts[i]), &code));
			cr_assert(code == i && mlv_words_find(&words, texts[i], &found) && found == i);
		}
}

/* Byte by byte. */
static struct mlv_separators separators_of(const char *bytes, size_t len, uint32_t *at)
{
	struct mlv_separators found = { 0, 0, false };

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == ';' || bytes[i] == '\n')
			at[found.count++] = (uint32_t)i;
		found.lines += bytes[i] == '\n';
		found.quotes |= bytes[i] == '"';
	}
	return found;
}

/* Whatever this machine has; each length, so that a tail is cut at each place. */
mlv_test(frame, separators_are_found_the_same_by_all_ways)
{
	static const mlv_separators_fn ways[] = { mlv_separators_find, mlv_separators_avx512 };
	uint32_t want[1000], got[1000 + SEPARATORS_SPARE];
	char bytes[1000];
	uint64_t state = 3;

	for (size_t round = 0; round < 2000; round++) {
		size_t len = round % sizeof(bytes), rare = round / 200;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			state = state * 6364136223846793005U + 1442695040888963407U;
			bytes[i] = state >> 60 < rare ? 'x' : ";;;\n\n\"x;"[state >> 40 & 7];
			if (round % 3 && bytes[i] == '"')
				bytes[i] = (char)(';' + 0x80);
		}
		for (size_t w = 0; w < MLV_COUNT(ways); w++) {
			struct mlv_separators here, there = separators_of(bytes, len, want);

			if (w == 1 && !mlv_separators_avx512_runs())
				continue;
			here = ways[w](bytes, len, ';', got);
			cr_assert(here.count == there.count && here.lines == there.lines &&
				  here.quotes == there.quotes);
			cr_assert(memcmp(got, want, here.count * sizeof(*got)) == 0, "%zu bytes", len);
		}
	}
}

/* A number that is read without a look at its form is what the slow way says. */
mlv_test(frame, plain_numbers_are_those_of_strtod)
{
	static const char *const others[] = { "", "-", ".5", "5.", "1e5", "+1", "1.2.3", "12a", "1 ",
					      "0.12345678901234567890", "123456789", "1.2345678x",
					      "--1", "a.5", ":.5", "/.5" };
	uint64_t state = 11;
	size_t plain = 0;
	double number, want;
	char text[64];

	for (size_t i = 0; i < MLV_COUNT(others); i++) {
		memset(text, '7', sizeof(text));
		memcpy(text, others[i], strlen(others[i]));
		cr_assert(mlv_number_plain(text, strlen(others[i]), &number) == false, "%s", others[i]);
	}
	for (int i = 0; i < 200000; i++) {
		state = state * 6364136223846793005U + 1442695040888963407U;
		snprintf(text, sizeof(text), "%s%llu.%0*llu", state & 1 ? "-" : "",
			 (unsigned long long)(state >> 60), (int)(state >> 50 & 15) + 1,
			 (unsigned long long)(state >> 40 & 1023));
		if (i % 3 == 0)
			snprintf(text, sizeof(text), "%d", (int)(state >> 38));
		want = strtod(text, NULL);
		if (!mlv_number_plain(text, strlen(text), &number))
			continue;
		plain++;
		cr_assert(memcmp(&number, &want, sizeof(want)) == 0, "%s: %.17g", text, number);
	}
	cr_assert(plain > 150000, "%zu", plain);
}

/* What is plain goes the fast way, what comes behind it the other, and what is wrong has its line. */
mlv_test(frame, plain_rows_and_others_in_one_table)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	const size_t rows = 40000;
	mlv_err err;

	check_ok(mlv_buf_add_str(&text, "a,x\n"));
	for (size_t r = 0; r < rows; r++)
		check_ok(mlv_buf_printf(&text, r % 9000 == 8999 ? "\"w%zu\",%zu\r\n\n" : "w%zu,%zu\r\n",
					r % 7, r));
	check_ok(read_bytes("t.csv", text.ptr, text.len, &frame));
	cr_assert(frame.rows == rows && frame.columns[0].words.count == 7);
	for (size_t r = 0; r < rows; r++) {
		cr_assert(frame.columns[1].number[r] == (double)r && frame.columns[0].code[r] == r % 7);
		cr_assert(mlv_frame_line(&frame, r) == 2 + r + r / 9000);
	}
	mlv_frame_release(&frame);
	check_ok(mlv_buf_add_str(&text, "w,1,\n"));
	err = read_bytes("t.csv", text.ptr, text.len, &frame);
	cr_assert(err && strncmp(err->msg, "t.csv:40006: 3 fields", 21) == 0, "%s", err ? err->msg : "");
}

mlv_test(frame, what_is_no_number)
{
	static const char *const none[] = { "1,5", "1 2", "e5", "1e", "--1", "0x1", "1_000",
					    "x", ".", "-", "infi" };
	double number;

	for (size_t i = 0; i < MLV_COUNT(none); i++)
		cr_assert(mlv_number_parse(none[i], strlen(none[i]), &number) == false, "%s", none[i]);
	cr_assert(mlv_number_parse(" 7 ", 3, &number) && number == 7);
	cr_assert(mlv_number_parse("-Inf", 4, &number) && isinf(number) && number < 0);
	cr_assert(mlv_number_parse("N/A", 3, &number) && isnan(number));
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* Fields that no column is for are counted, not kept: a row costs what its bytes do. */
mlv_test(frame, a_row_of_commas_costs_little)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	size_t commas = (size_t)8 << 20;
	long before;

	check_ok(mlv_buf_add_str(&text, "a,x\n"));
	check_ok(mlv_buf_reserve(&text, commas));
	memset(text.ptr + text.len, ',', commas);
	mlv_buf_advance(&text, commas);
	before = peak_kib();
	check_fails(read_bytes("t.csv", text.ptr, text.len, &frame), MLV_E_SPEC);
	cr_assert(peak_kib() - before < 100 << 10, "%ld KiB", peak_kib() - before);
	check_fails(read_bytes("t.csv", text.ptr + 4, text.len - 4, &frame), MLV_E_SPEC);
	cr_assert(peak_kib() - before < 160 << 10, "%ld KiB", peak_kib() - before);
}

/* Each allocation and read in turn fails once: an error, no crash, nothing leaked. */
#ifdef MLV_FAULTS
mlv_test(frame, survives_every_failing_call)
{
	const char *text = "a,x\n\"u\"\"\",1\nv,2\n";

	for (long nth = 1; nth < 1000; nth++) {
		struct mlv_frame frame = { 0 };
		mlv_err err;

		mlv_fault_arm(nth);
		err = read_text("t.csv", text, &frame);
		mlv_fault_arm(0);
		mlv_frame_release(&frame);
		if (!err) {
			cr_assert(nth > 10);
			return;
		}
		cr_assert(err->code == MLV_E_NOMEM || err->code == MLV_E_SYSTEM, "%s", err->msg);
	}
	cr_assert(0, "it never succeeds");
}
#endif
