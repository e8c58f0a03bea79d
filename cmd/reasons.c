/* The part of repro_show.h that says why a stage is out of date. */
#include <string.h>

#include "cmd/repro/show.h"
#include "cmd/ui/out.h"

/* A value, on one line, of no more than a line's length. */
static void print_value(struct mlv_out *out, const char *value)
{
	char text[64];
	size_t len = strcspn(value, "\n");

	snprintf(text, sizeof(text), "%.*s%s", (int)(len < 50 ? len : 50), value,
		 value[len < 50 ? len : 50] ? "..." : "");
	mlv_out_raw(out, text);
}

static void print_change(struct mlv_out *out, const struct mlv_reason *reason)
{
	if (!reason->was && !reason->is)
		return;
	mlv_out_raw(out, " (");
	if (reason->was)
		print_value(out, reason->was);
	mlv_out_raw(out, reason->was && reason->is ? " -> " : reason->is ? "now " : " before");
	if (reason->is)
		print_value(out, reason->is);
	mlv_out_raw(out, ")");
}

static void print_reason(struct mlv_out *out, const struct mlv_reason *reason, bool details)
{
	if (reason->about != MLV_ABOUT_STAGE && reason->about != MLV_ABOUT_CMD) {
		mlv_out_raw(out, "    ");
		mlv_out_raw(out, mlv_reason_what_text[reason->what]);
		mlv_out_raw(out, ": ");
		mlv_out_path(out, reason->name, strlen(reason->name));
		if (details)
			print_change(out, reason);
		mlv_out_raw(out, "\n");
		return;
	}
	mlv_out_raw(out, "  ");
	mlv_out_raw(out, reason->about == MLV_ABOUT_CMD ? mlv_reason_about_text[MLV_ABOUT_CMD]
							: reason->name);
	if (details)
		print_change(out, reason);
	mlv_out_raw(out, "\n");
}

void mlv_reasons_print(struct mlv_out *out, const struct mlv_stage_state *state, bool details)
{
	for (int about = 0; about < MLV_ABOUTS; about++) {
		bool titled = about == MLV_ABOUT_STAGE || about == MLV_ABOUT_CMD;

		for (size_t i = 0; i < state->count; i++) {
			if (state->reasons[i].about != (enum mlv_reason_about)about)
				continue;
			if (!titled) {
				mlv_out_raw(out, "  ");
				mlv_out_raw(out, mlv_reason_about_text[about]);
				mlv_out_raw(out, ":\n");
			}
			titled = true;
			print_reason(out, &state->reasons[i], details);
		}
	}
}

void mlv_reasons_json(struct mlv_out *out, const struct mlv_stage_state *state)
{
	static const char *const abouts[MLV_ABOUTS] = {
		[MLV_ABOUT_STAGE] = "stage", [MLV_ABOUT_CMD] = "cmd", [MLV_ABOUT_DEP] = "dep",
		[MLV_ABOUT_PARAM] = "param", [MLV_ABOUT_ENV] = "env", [MLV_ABOUT_OUT] = "out",
	};

	mlv_out_array_begin(out, "reasons");
	for (size_t i = 0; i < state->count; i++) {
		const struct mlv_reason *reason = &state->reasons[i];

		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "about", abouts[reason->about]);
		mlv_out_text(out, "state", mlv_reason_what_text[reason->what]);
		mlv_out_text(out, "name", reason->name);
		if (reason->was)
			mlv_out_text(out, "was", reason->was);
		if (reason->is)
			mlv_out_text(out, "is", reason->is);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}
