#include "cmd/ui/bar.h"

mlv_err mlv_bar_add(struct mlv_buf *to, double share, unsigned width)
{
	static const char *const ends[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	unsigned eighths = (unsigned)(share * width * 8 + 0.5);
	mlv_err err = NULL;

	for (unsigned i = 0; i < eighths / 8 && !err; i++)
		err = mlv_buf_add_str(to, "█");
	return err ? err : mlv_buf_add_str(to, ends[eighths % 8]);
}

mlv_err mlv_bar_add_standing(struct mlv_buf *to, double share)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };

	return mlv_buf_add_str(to, bars[(size_t)(share * 7.999)]);
}
