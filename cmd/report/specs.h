/* specs.h - the Vega specifications of the charts, as templates: see figure.h. */
#ifndef MLV_CMD_REPORT_SPECS_H
#define MLV_CMD_REPORT_SPECS_H

extern const char mlv_spec_forest[], mlv_spec_folds[], mlv_spec_roc[], mlv_spec_recall[],
	mlv_spec_calibration[], mlv_spec_confusion[], mlv_spec_confusion_change[],
	mlv_spec_history[], mlv_spec_groups[], mlv_spec_drift[], mlv_spec_drift_slices[];

#endif
