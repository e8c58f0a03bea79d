#include "tests/unit/repo_fixture.h"

#include "core/repo/lockfile.h"

TestSuite(lockfile, .init = check_dir_make, .fini = check_dir_remove);

#define ID_A "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define ID_B "0000000000000000000000000000000000000000000000000000000000001234"

static const char canonical[] = "schema: mlv-lock 1\n"
				"stages:\n"
				"  \"1\":\n"
				"    cmd: \"true\"\n"
				"  train@us:\n"
				"    cmd:\n"
				"    - python train.py\n"
				"    - \"echo \\\"x: y\\\" # no comment\\nls\"\n"
				"    wdir: src/x\n"
				"    deps:\n"
				"    - path: data.csv\n"
				"      sha256: " ID_A "\n"
				"      size: 4\n"
				"      exec: true\n"
				"    - path: \"https://host/x\"\n"
				"      mark: \"\\\"33a6\\\"\"\n"
				"    - path: parts\n"
				"      tree: " ID_B "\n"
				"      size: 0\n"
				"      nfiles: 7\n"
				"    params:\n"
				"      params.yaml:\n"
				"        a.b: [1, {\"x\": null}]\n"
				"        lr: 0.1\n"
				"    env:\n"
				"      SEED: \"1\"\n"
				"      UNSET: null\n"
				"    outs:\n"
				"    - path: model\n"
				"      leaves: " ID_A "\n"
				"      size: 20000000\n"
				"      cache: false\n"
				"      push: false\n"
				"      remote: far\n"
				"      persist: true\n";

static void parse(struct mlv_lockfile *file, const char *text)
{
	check_ok(mlv_lockfile_parse(file, "mlv.lock", text, strlen(text)));
}

static void check_text(const struct mlv_lockfile *file, const char *expected)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_lockfile_text(file, &text));
	cr_assert_str_eq(text.ptr, expected);
}

/* What is read of an entry makes the same text again. */
static void check_entries(const struct mlv_lockfile *file)
{
	for (size_t i = 0; i < file->count; i++) {
		MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 };
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		check_ok(mlv_lockfile_get(file, &file->at[i], &recorded));
		cr_assert_str_eq(recorded.name, file->at[i].name);
		check_ok(mlv_lockfile_entry_text(file, &recorded, &text));
		cr_assert_str_eq(text.ptr, file->at[i].text);
	}
}

mlv_test(lockfile, canonical_text_comes_back)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded train = { 0 };
	const struct mlv_recorded_path *found;

	parse(&file, canonical);
	cr_assert(file.foreign == false);
	cr_assert(file.count == 2 && file.at[1].line == 5);
	check_text(&file, canonical);
	check_entries(&file);
	check_ok(mlv_lockfile_get(&file, mlv_lockfile_find(&file, "train@us"), &train));
	cr_assert(train.cmds.count == 2 && train.dep_count == 3 && train.param_count == 2);
	cr_assert_str_eq(train.cmds.at[1], "echo \"x: y\" # no comment\nls");
	cr_assert_str_eq(train.deps[1].mark, "\"33a6\"");
	cr_assert_str_eq(train.env[1].value, "null");
	found = mlv_recorded_find(train.outs, train.out_count, "model");
	cr_assert(found && found->persist && !found->at.cache && !found->at.push);
	cr_assert(mlv_lockfile_find(&file, "train") == NULL);
}

/* The same in other YAML: read as that, written in the canonical form. */
mlv_test(lockfile, any_yaml_is_read)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile inside = { 0 };

	parse(&file, "# mine\nschema: mlv-lock 1\nstages:\n"
		     "  b: {cmd: [x, y], outs: [{path: o, size: 1, sha256: " ID_A "}]}\n"
		     "  a:\n      cmd: 'it''s'   # why\n      env: {N: 1}\n");
	cr_assert(file.foreign);
	check_text(&file, "schema: mlv-lock 1\nstages:\n"
			  "  a:\n    cmd: \"it's\"\n    env:\n      \"N\": 1\n"
			  "  b:\n    cmd:\n    - x\n    - \"y\"\n    outs:\n    - path: o\n"
			  "      sha256: " ID_A "\n      size: 1\n");
	check_entries(&file);
	/* Two spaces and more everywhere, but not as it is written. */
	parse(&inside, "schema: mlv-lock 1\nstages:\n  a:\n    cmd: 'it''s'   # why\n");
	{
		MLV_SCOPED(mlv_recorded_release) struct mlv_recorded a = { 0 };

		check_ok(mlv_lockfile_get(&inside, &inside.at[0], &a));
		cr_assert_str_eq(a.cmds.at[0], "it's");
	}
}

static void check_bad(const char *text, const char *expected)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 };
	mlv_err err = mlv_lockfile_parse(&file, "mlv.lock", text, strlen(text));

	for (size_t i = 0; !err && i < file.count; i++) {
		mlv_recorded_release(&recorded);
		err = mlv_lockfile_get(&file, &file.at[i], &recorded);
	}
	cr_assert(err != NULL, "no failure: %s", text);
	cr_assert(err->code == MLV_E_SPEC);
	cr_assert(strstr(err->msg, expected) != NULL, "%s", err->msg);
}

mlv_test(lockfile, what_is_wrong_is_named)
{
	static const char head[] = "schema: mlv-lock 1\nstages:\n  a:\n";
	static const struct {
		const char *rest, *expected;
	} cases[] = {
		{ "    cmd: x\n    outs:\n    - path: ../x\n      size: 1\n      sha256: " ID_A "\n",
		  "mlv.lock:6: stage 'a'" },
		{ "    outs:\n    - path: .git/x\n      size: 1\n      sha256: " ID_A "\n", ".git" },
		{ "    outs:\n    - path: /etc/passwd\n      size: 1\n      sha256: " ID_A "\n",
		  "it is absolute" },
		{ "    outs:\n    - path: x\n      size: 1\n", "it has no id" },
		{ "    outs:\n    - path: x\n      size: 1\n      sha256: " ID_A "\n      tree: " ID_A "\n",
		  "a second id" },
		{ "    outs:\n    - path: x\n      size: -1\n      sha256: " ID_A "\n", "not a number" },
		{ "    outs:\n    - path: x\n      size: 20000000\n      sha256: " ID_A "\n", "leaves" },
		{ "    what: x\n", "what: unknown" },
		{ "<<<<<<< ours\n", "mlv.lock:4" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		char text[1000];

		snprintf(text, sizeof(text), "%s%s", head, cases[i].rest);
		check_bad(text, cases[i].expected);
	}
	check_bad("schema: '2.0'\nstages: {}\n", "mlv migrate dvc");
	check_bad("schema: mlv-lock 2\nstages: {}\n", "newer mlv");
	check_bad("schema: mlv-lock 1\nstages: {}\nmore: 1\n", "'more': unknown");
	check_bad("schema: mlv-lock 1\nstages:\n  a:\n    cmd: x\n  a:\n    cmd: y\n", "repeated");
}

static struct mlv_recorded stage(const char *name, const char *cmd)
{
	struct mlv_recorded made = { 0 };

	made.name = strdup(name);
	check_ok(mlv_strs_add(&made.cmds, cmd));
	return made;
}

mlv_test(lockfile, put_heeds_what_others_wrote)
{
	struct mlv_repo *repo = fixture_open();
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile mine = { 0 };
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile theirs = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded a = stage("a", "x");
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded b = stage("b", "y");
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	struct stat before, after;

	check_ok(mlv_lockfile_load(&mine, repo, "mlv.lock"));
	check_ok(mlv_lockfile_load(&theirs, repo, "mlv.lock"));
	check_ok(mlv_lockfile_put(&mine, repo, &a, 1, NULL, "repro"));
	check_ok(mlv_lockfile_put(&theirs, repo, &b, 1, NULL, "repro"));
	check_text(&theirs, "schema: mlv-lock 1\nstages:\n  a:\n    cmd: x\n  b:\n    cmd: \"y\"\n");
	cr_assert(stat("mlv.lock", &before) == 0);
	check_ok(mlv_lockfile_put(&mine, repo, &b, 1, NULL, "repro"));
	cr_assert(stat("mlv.lock", &after) == 0);
	cr_assert(before.st_ino == after.st_ino, "written though nothing changed");
	check_ok(mlv_strs_add(&names, "a"));
	check_ok(mlv_lockfile_drop(&mine, repo, &names, "remove"));
	check_text(&mine, "schema: mlv-lock 1\nstages:\n  b:\n    cmd: \"y\"\n");
	check_ok(mlv_strs_add(&names, "b"));
	check_ok(mlv_lockfile_drop(&mine, repo, &names, "remove"));
	cr_assert(access("mlv.lock", F_OK) != 0);
	mlv_repo_freep(&repo);
}

mlv_test(lockfile, what_is_noted_is_seen_by_others)
{
	struct mlv_repo *repo = fixture_open();
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile mine = { 0 };
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile theirs = { 0 };
	MLV_SCOPED(mlv_mem_free) char *cmd = mlv_sys_alloc(MLV_LOCKFILE_SMALL * 4 + 1);
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded large = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded b = stage("b", "y");
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded c = stage("c", "z");
	struct stat before, after;

	cr_assert(cmd != NULL);
	memset(cmd, 'x', MLV_LOCKFILE_SMALL * 4);
	large = stage("large", cmd);
	check_ok(mlv_lockfile_load(&mine, repo, "mlv.lock"));
	check_ok(mlv_lockfile_note(&mine, repo, &large, 1, "repro"));
	cr_assert(stat("mlv.lock", &before) == 0);
	check_ok(mlv_lockfile_note(&mine, repo, &b, 1, "repro"));
	cr_assert(stat("mlv.lock", &after) == 0);
	cr_assert(before.st_ino == after.st_ino, "written for one stage more");
	check_ok(mlv_lockfile_load(&theirs, repo, "mlv.lock"));
	cr_assert(mlv_lockfile_find(&theirs, "b") && mlv_lockfile_is_noted(&theirs));
	check_ok(mlv_lockfile_note(&theirs, repo, &c, 1, "repro"));
	check_ok(mlv_lockfile_fold(&mine, repo, NULL, "repro"));
	cr_assert(mlv_lockfile_find(&mine, "b") && mlv_lockfile_find(&mine, "c"));
	cr_assert(mlv_lockfile_is_noted(&mine) == false);
	mlv_lockfile_release(&theirs);
	check_ok(mlv_lockfile_load(&theirs, repo, "mlv.lock"));
	cr_assert(theirs.count == 3 && !mlv_lockfile_is_noted(&theirs));
	mlv_repo_freep(&repo);
}

mlv_test(lockfile, paths_are_those_of_its_directory)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded a = { 0 };
	static const char text[] = "schema: mlv-lock 1\nstages:\n  a:\n    cmd: x\n    deps:\n"
				   "    - path: \"../data\"\n      sha256: " ID_A "\n      size: 1\n"
				   "    - path: x/y\n      sha256: " ID_A "\n      size: 1\n";

	check_ok(mlv_lockfile_parse(&file, "sub/dir/mlv.lock", text, sizeof(text) - 1));
	check_ok(mlv_lockfile_get(&file, &file.at[0], &a));
	cr_assert_str_eq(a.deps[0].at.path, "sub/data");
	cr_assert_str_eq(a.deps[1].at.path, "sub/dir/x/y");
	check_entries(&file);
}

static void check_merge(const char *base, const char *ours, const char *theirs, const char *expected)
{
	struct mlv_lockfile sides[4] = { 0 };
	const char *texts[3] = { base, ours, theirs };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs conflicts = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	for (int side = 0; side < 3; side++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		check_ok(mlv_buf_add_str(&text, "schema: mlv-lock 1\nstages:\n"));
		for (const char *at = texts[side]; *at; at += 2)
			check_ok(mlv_buf_printf(&text, "  %c:\n    cmd: %c\n", at[0], at[1]));
		if (!*texts[side])
			check_ok(mlv_buf_add_str(&text, "  {}\n"));
		parse(&sides[side], text.ptr);
	}
	check_ok(mlv_lockfile_merge(&sides[0], &sides[1], &sides[2], &sides[3], &conflicts));
	for (size_t i = 0; i < conflicts.count; i++)
		check_ok(mlv_buf_printf(&got, "!%s", conflicts.at[i]));
	for (size_t i = 0; i < sides[3].count; i++)
		check_ok(mlv_buf_printf(&got, "%s%c", sides[3].at[i].name, sides[3].at[i].text[14]));
	cr_assert_str_eq(got.ptr, expected);
	for (int side = 0; side < 4; side++)
		mlv_lockfile_release(&sides[side]);
}

mlv_test(lockfile, merges_stage_by_stage)
{
	check_merge("a1b1", "a2b1", "a1b2", "a2b2");
	check_merge("a1", "a2", "a3", "!aa2");
	check_merge("a1b1c1", "a2b2c1", "a3b1c3", "!aa2b2c3");
	check_merge("a1", "a2", "a2", "a2");
	check_merge("", "a1c1", "b1d1", "a1b1c1d1");
	check_merge("a1b1", "b1", "a1b1c1", "b1c1");
	check_merge("a1b1", "b1", "a2b1", "!aa2b1");
	check_merge("a1b1", "a2b1", "b1", "!aa2b1");
	check_merge("a1b1c1", "c1", "b1c1", "c1");
}
