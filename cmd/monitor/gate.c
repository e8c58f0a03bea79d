/* The rules of a gate, of new rows that have labels. */
#include <string.h>

#include "cmd/monitor.h"

void mlv_monitor_gated_release(struct mlv_monitor_gated *gated)
{
	mlv_gate_report_release(&gated->report);
	mlv_fair_audited_release(&gated->audited);
	mlv_fair_entries_release(&gated->entries);
	mlv_comparison_release(&gated->comparison);
	mlv_gate_release(&gated->gate);
	*gated = (struct mlv_monitor_gated){ 0 };
}

mlv_err mlv_monitor_gate(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const struct mlv_monitor *monitor, const struct mlv_monitor_found *found,
			 struct mlv_monitor_gated *gated)
{
	struct mlv_gate *gate = &gated->gate;
	bool fairness;
	mlv_err err;

	if (!monitor->gate)
		return NULL;
	if ((err = mlv_eval_gate_of(place, side, monitor->gate, gate)))
		return err;
	if (gate->eval && strcmp(gate->eval, monitor->eval) != 0)
		return mlv_error(
			MLV_E_SPEC,
			"mlv.yaml: the gate '%s' of the monitor '%s' is of '%s', not of '%s'",
			gate->name, monitor->name, gate->eval, monitor->eval);
	if (!found->labelled)
		return NULL;
	fairness = mlv_gate_needs_fairness(gate);
	if (fairness && (err = mlv_eval_fairness(place, side, &found->current, &gated->entries,
						 &gated->audited)))
		return err;
	if ((err = mlv_eval_compare(found->reference, &found->current, NULL, false, gate->adjust,
				    &gated->comparison)) ||
	    (err = mlv_gate_apply(gate, &found->current, found->reference, &gated->comparison,
				  fairness ? &gated->audited : NULL, &gated->report)))
		return err;
	gated->judged = true;
	return NULL;
}
