#include "cmd/cmd.h"

extern const struct mlv_cmd mlv_cmd_add;
extern const struct mlv_cmd mlv_cmd_cache;
extern const struct mlv_cmd mlv_cmd_card;
extern const struct mlv_cmd mlv_cmd_cat;
extern const struct mlv_cmd mlv_cmd_cat_object;
extern const struct mlv_cmd mlv_cmd_check_ignore;
extern const struct mlv_cmd mlv_cmd_checkout;
extern const struct mlv_cmd mlv_cmd_ci;
extern const struct mlv_cmd mlv_cmd_commit;
extern const struct mlv_cmd mlv_cmd_completion;
extern const struct mlv_cmd mlv_cmd_config;
extern const struct mlv_cmd mlv_cmd_cv;
extern const struct mlv_cmd mlv_cmd_dag;
extern const struct mlv_cmd mlv_cmd_data;
extern const struct mlv_cmd mlv_cmd_destroy;
extern const struct mlv_cmd mlv_cmd_diff;
extern const struct mlv_cmd mlv_cmd_doctor;
extern const struct mlv_cmd mlv_cmd_du;
extern const struct mlv_cmd mlv_cmd_eval;
extern const struct mlv_cmd mlv_cmd_fairness;
extern const struct mlv_cmd mlv_cmd_fetch;
extern const struct mlv_cmd mlv_cmd_freeze;
extern const struct mlv_cmd mlv_cmd_fsck;
extern const struct mlv_cmd mlv_cmd_gate;
extern const struct mlv_cmd mlv_cmd_gc;
extern const struct mlv_cmd mlv_cmd_get;
extern const struct mlv_cmd mlv_cmd_get_url;
extern const struct mlv_cmd mlv_cmd_hash;
extern const struct mlv_cmd mlv_cmd_help;
extern const struct mlv_cmd mlv_cmd_import;
extern const struct mlv_cmd mlv_cmd_import_url;
extern const struct mlv_cmd mlv_cmd_init;
extern const struct mlv_cmd mlv_cmd_install;
extern const struct mlv_cmd mlv_cmd_list;
extern const struct mlv_cmd mlv_cmd_ls_tree;
extern const struct mlv_cmd mlv_cmd_ls_url;
extern const struct mlv_cmd mlv_cmd_merge_driver;
extern const struct mlv_cmd mlv_cmd_metrics;
extern const struct mlv_cmd mlv_cmd_migrate;
extern const struct mlv_cmd mlv_cmd_monitor;
extern const struct mlv_cmd mlv_cmd_move;
extern const struct mlv_cmd mlv_cmd_options;
extern const struct mlv_cmd mlv_cmd_params;
extern const struct mlv_cmd mlv_cmd_plots;
extern const struct mlv_cmd mlv_cmd_pull;
extern const struct mlv_cmd mlv_cmd_push;
extern const struct mlv_cmd mlv_cmd_remote;
extern const struct mlv_cmd mlv_cmd_remove;
extern const struct mlv_cmd mlv_cmd_report;
extern const struct mlv_cmd mlv_cmd_repro;
extern const struct mlv_cmd mlv_cmd_root;
extern const struct mlv_cmd mlv_cmd_slices;
extern const struct mlv_cmd mlv_cmd_stage;
extern const struct mlv_cmd mlv_cmd_status;
extern const struct mlv_cmd mlv_cmd_unfreeze;
extern const struct mlv_cmd mlv_cmd_unprotect;
extern const struct mlv_cmd mlv_cmd_update;
extern const struct mlv_cmd mlv_cmd_version;

const struct mlv_cmd *const mlv_commands[] = {
	&mlv_cmd_options,
	&mlv_cmd_add,
	&mlv_cmd_cache,
	&mlv_cmd_card,
	&mlv_cmd_cat,
	&mlv_cmd_cat_object,
	&mlv_cmd_check_ignore,
	&mlv_cmd_checkout,
	&mlv_cmd_ci,
	&mlv_cmd_commit,
	&mlv_cmd_completion,
	&mlv_cmd_config,
	&mlv_cmd_cv,
	&mlv_cmd_dag,
	&mlv_cmd_data,
	&mlv_cmd_destroy,
	&mlv_cmd_diff,
	&mlv_cmd_doctor,
	&mlv_cmd_du,
	&mlv_cmd_eval,
	&mlv_cmd_fairness,
	&mlv_cmd_fetch,
	&mlv_cmd_freeze,
	&mlv_cmd_fsck,
	&mlv_cmd_gate,
	&mlv_cmd_gc,
	&mlv_cmd_get,
	&mlv_cmd_get_url,
	&mlv_cmd_hash,
	&mlv_cmd_help,
	&mlv_cmd_import,
	&mlv_cmd_import_url,
	&mlv_cmd_init,
	&mlv_cmd_install,
	&mlv_cmd_list,
	&mlv_cmd_ls_tree,
	&mlv_cmd_ls_url,
	&mlv_cmd_merge_driver,
	&mlv_cmd_metrics,
	&mlv_cmd_migrate,
	&mlv_cmd_monitor,
	&mlv_cmd_move,
	&mlv_cmd_params,
	&mlv_cmd_plots,
	&mlv_cmd_pull,
	&mlv_cmd_push,
	&mlv_cmd_remote,
	&mlv_cmd_remove,
	&mlv_cmd_report,
	&mlv_cmd_repro,
	&mlv_cmd_root,
	&mlv_cmd_slices,
	&mlv_cmd_stage,
	&mlv_cmd_status,
	&mlv_cmd_unfreeze,
	&mlv_cmd_unprotect,
	&mlv_cmd_update,
	&mlv_cmd_version,
	NULL,
};

#define MLV_GROUP(title, ...) { title, (const struct mlv_cmd *const[]){ __VA_ARGS__, NULL } }

const struct mlv_group mlv_groups[] = {
	MLV_GROUP("Setting up",
		  &mlv_cmd_init, &mlv_cmd_install, &mlv_cmd_config, &mlv_cmd_cache,
		  &mlv_cmd_migrate, &mlv_cmd_root, &mlv_cmd_doctor, &mlv_cmd_fsck, &mlv_cmd_gc,
		  &mlv_cmd_completion, &mlv_cmd_help, &mlv_cmd_version),
	MLV_GROUP("Tracking data",
		  &mlv_cmd_add, &mlv_cmd_commit, &mlv_cmd_checkout, &mlv_cmd_status,
		  &mlv_cmd_data, &mlv_cmd_diff, &mlv_cmd_list, &mlv_cmd_du,
		  &mlv_cmd_check_ignore, &mlv_cmd_move, &mlv_cmd_remove, &mlv_cmd_destroy,
		  &mlv_cmd_freeze, &mlv_cmd_unfreeze, &mlv_cmd_unprotect),
	MLV_GROUP("Remotes",
		  &mlv_cmd_remote, &mlv_cmd_push, &mlv_cmd_fetch, &mlv_cmd_pull),
	MLV_GROUP("Reading elsewhere",
		  &mlv_cmd_cat, &mlv_cmd_get, &mlv_cmd_import, &mlv_cmd_get_url,
		  &mlv_cmd_import_url, &mlv_cmd_ls_url, &mlv_cmd_update),
	MLV_GROUP("Pipelines",
		  &mlv_cmd_stage, &mlv_cmd_repro, &mlv_cmd_dag),
	MLV_GROUP("Results",
		  &mlv_cmd_eval, &mlv_cmd_slices, &mlv_cmd_metrics, &mlv_cmd_params, &mlv_cmd_plots,
		  &mlv_cmd_gate, &mlv_cmd_cv, &mlv_cmd_fairness, &mlv_cmd_report,
		  &mlv_cmd_card, &mlv_cmd_monitor, &mlv_cmd_ci),
	MLV_GROUP("Looking beneath",
		  &mlv_cmd_hash, &mlv_cmd_cat_object, &mlv_cmd_ls_tree, &mlv_cmd_merge_driver),
	{ 0 },
};
